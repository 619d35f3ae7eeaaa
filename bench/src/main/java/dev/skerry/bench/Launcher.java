package dev.skerry.bench;

import dev.skerry.model.Site;
import dev.skerry.model.SiteStatus;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The program as its users start it: {@code ./skerry}. */
record Launcher(Path program) {

    private static final Duration COMMAND = Duration.ofSeconds(20);
    private static final int LONGEST_TOKEN = 10_000;

    static Launcher find() throws IOException {
        var root = System.getenv("SKERRY_ROOT");
        if (root == null) {
            throw new IOException("SKERRY_ROOT: not set (expected: to be started as './skerry bench')");
        }
        return new Launcher(Path.of(root, "skerry"));
    }

    /** Starts one skerry; its data go to a folder of its name. Ports are free ones. */
    Child up(Path folder, String name, String settings) throws IOException {
        var config = folder.resolve(name + ".yaml");
        Files.writeString(config, "name: " + name + "\napi: {port: 0}\nconsole: {port: 0}\n" + settings);
        return Child.start(
                name,
                List.of(program.toString(), "up", "--config", config.toString(), "--data", folder.resolve(name).toString()),
                folder.resolve(name + ".err"));
    }

    /** A token for a site, or nothing, told, where the parent gives none. */
    Optional<String> token(Path data) throws IOException, InterruptedException {
        var errors = data.resolveSibling("token.err");
        var process = new ProcessBuilder(program.toString(), "token", "create", "--data", data.toString())
                .redirectError(errors.toFile())
                .start();
        try {
            var said = new String(process.getInputStream().readNBytes(LONGEST_TOKEN), StandardCharsets.UTF_8).strip();
            if (process.waitFor(COMMAND.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0 && !said.isEmpty()) {
                return Optional.of(said);
            }
            Progress.say("  no token, the site stays alone: " + Files.readString(errors).lines().findFirst().orElse("it said nothing"));
            return Optional.empty();
        } finally {
            process.destroyForcibly();
        }
    }

    /** A client of the API that a kubeconfig file names; the caller closes it. */
    static KubernetesClient client(String kubeconfig) throws IOException {
        var config = Config.fromKubeconfig(Files.readString(Path.of(kubeconfig)));
        config.setOnlyHttpWatches(true);
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /** Whether the parent shows the site as connected before the time is over. */
    boolean awaitJoined(String parentKubeconfig, String site, Duration most) throws IOException, InterruptedException {
        var end = System.nanoTime() + most.toNanos();
        try (var client = client(parentKubeconfig)) {
            while (System.nanoTime() - end < 0) {
                var link = Optional.ofNullable(client.resources(Site.class).withName(site).get())
                        .map(Site::getStatus)
                        .map(SiteStatus::link)
                        .map(l -> Objects.requireNonNullElse(l.state(), ""));
                if (link.equals(Optional.of("Connected"))) {
                    return true;
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (KubernetesClientException e) {
            Progress.say("  the parent does not say whether the site has joined: " + e.getMessage());
        }
        return false;
    }
}
