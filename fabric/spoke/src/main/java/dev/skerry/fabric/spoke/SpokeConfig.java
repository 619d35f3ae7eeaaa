package dev.skerry.fabric.spoke;

import dev.skerry.data.EventLog;
import dev.skerry.fabric.link.LinkTuning;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What a spoke is given.
 *
 * @param name of this site
 * @param parentHost where the parent's hub listens
 * @param token needed until the site has enrolled, ignored afterwards
 * @param folder keys, certificates and what the parent wants lie here
 * @param client of this place's own API; the caller closes it
 * @param version of this program, for the parent to see
 * @param events this place's own; they go up from here
 * @param look how often what was applied is looked at, to put drift back and to tell its health
 * @param tuning the link's patience
 */
public record SpokeConfig(
        String name,
        String parentHost,
        int parentPort,
        @Nullable String token,
        Path folder,
        KubernetesClient client,
        String version,
        EventLog events,
        InstantSource clock,
        Duration look,
        LinkTuning tuning) {

    private static final int HIGHEST_PORT = 65535;

    public SpokeConfig {
        if (parentPort < 1 || parentPort > HIGHEST_PORT) {
            throw new IllegalArgumentException("parentPort: " + parentPort + " (expected: 1-" + HIGHEST_PORT + ")");
        }
        if (look.isZero() || look.isNegative()) {
            throw new IllegalArgumentException("look: " + look + " (expected: longer than 0)");
        }
    }

    /** With the usual patience. */
    public SpokeConfig(
            String name, String parentHost, int parentPort, @Nullable String token, Path folder, KubernetesClient client,
            String version, EventLog events, InstantSource clock) {
        this(name, parentHost, parentPort, token, folder, client, version, events, clock, Duration.ofSeconds(15), LinkTuning.DEFAULT);
    }

    @Override
    public String toString() {
        return "SpokeConfig[" + name + " → " + parentHost + ":" + parentPort + "]";
    }
}
