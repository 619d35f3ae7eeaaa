package dev.skerry.program;

import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;

/** One running skerry: starts its parts from the store up and stops them in the opposite order. Containers outlive it. */
final class Skerry implements AutoCloseable {

    private final Parts parts;

    private Skerry(Parts parts) {
        this.parts = parts;
    }

    /** Starts everything that the configuration asks for; what has begun is stopped again if something fails. */
    static Skerry start(Config config) throws IOException {
        var parts = new Parts();
        var clock = InstantSource.system();
        try {
            parts.address("name", config.name());
            Files.createDirectories(config.data());
            parts.keep("data folder", DataFolder.lock(config.data()));
            var kubernetes = PlainKubernetes.start(config, parts, clock);
            if (!config.modules().isEmpty()) {
                Capabilities.start(config, parts, kubernetes, clock);
            }
            return new Skerry(parts);
        } catch (IOException | RuntimeException | Error e) {
            parts.close();
            throw e;
        }
    }

    /** One line for people and scripts: {@code ready name=... api=... kubeconfig=...}. */
    String readyLine() {
        return "ready" + parts.addresses();
    }

    @Override
    public void close() {
        parts.close();
    }
}
