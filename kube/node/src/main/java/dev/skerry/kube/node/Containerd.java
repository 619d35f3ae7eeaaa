package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A containerd of this node's own. It runs in a session of its own and outlives whoever started it; the next agent over the same
 * folder takes it up again. Its log is kept beside it, begun anew when it has grown large.
 */
final class Containerd {

    private static final System.Logger LOG = System.getLogger(Containerd.class.getName());
    private static final Duration START = Duration.ofSeconds(30);
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final long LOG_BYTES = 8 << 20;

    private final NodePlace place;

    Containerd(NodePlace place) {
        this.place = place;
    }

    /** Takes up the one that runs, or starts one; returns when its socket is there. */
    void ensure() throws IOException, InterruptedException {
        if (running().isPresent()) {
            return;
        }
        Files.createDirectories(place.run());
        Files.createDirectories(place.root());
        writeConfig();
        if (Files.exists(place.containerdLog()) && Files.size(place.containerdLog()) > LOG_BYTES) {
            Files.move(place.containerdLog(), Path.of(place.containerdLog() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.deleteIfExists(place.socket());
        var command = List.of("setsid", program("containerd"), "--config", place.config().toString());
        var process = new ProcessBuilder(command)
                .directory(place.run().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(place.containerdLog().toFile()))
                .start();
        // setsid replaces itself by containerd: the number stays.
        Files.writeString(place.pidFile(), process.pid() + " " + begun(process.toHandle()) + "\n");
        var end = System.nanoTime() + START.toNanos();
        while (!Files.exists(place.socket())) {
            if (!process.isAlive()) {
                throw new IOException("containerd: ended with status " + process.exitValue() + " (see " + place.containerdLog() + ")");
            }
            if (System.nanoTime() > end) {
                process.destroyForcibly();
                throw new IOException("containerd: no socket in " + START.toSeconds() + "s (see " + place.containerdLog() + ")");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        LOG.log(INFO, "containerd: started, process {0}", Long.toString(process.pid()));
    }

    /** The containerd of this folder, if it runs. A number that another process has by now does not count. */
    Optional<ProcessHandle> running() {
        try {
            if (!Files.exists(place.pidFile())) {
                return Optional.empty();
            }
            var words = Files.readString(place.pidFile()).strip().split(" ");
            return ProcessHandle.of(Long.parseLong(words[0]))
                    .filter(ProcessHandle::isAlive)
                    .filter(p -> words.length > 1 && begun(p).equals(words[1]));
        } catch (IOException | NumberFormatException e) {
            // Written halfway when the power went: whoever held the number is gone too.
            return Optional.empty();
        }
    }

    private static String begun(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toString).orElse("?");
    }

    /** Ends it; containers go on without it. */
    void stop() throws InterruptedException {
        var process = running();
        if (process.isEmpty()) {
            return;
        }
        process.get().destroy();
        var end = System.nanoTime() + STOP.toNanos();
        while (process.get().isAlive()) {
            if (System.nanoTime() > end) {
                LOG.log(WARNING, "containerd: did not end in {0}s and is killed", STOP.toSeconds());
                process.get().destroyForcibly();
                return;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static String program(String name) throws IOException {
        return Programs.find(name).map(Path::toString).orElseThrow(() -> new IOException(name + ": not found"));
    }

    private void writeConfig() throws IOException {
        var plugins = Programs.plugins().orElseThrow(() -> new IOException("CNI plugins: not found"));
        // restrict_oom_score_adj: without CAP_SYS_RESOURCE no container could be started at all.
        Files.writeString(place.config(), """
                version = 2
                root = "%1$s"
                state = "%2$s"
                oom_score = 0
                disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp"]
                [grpc]
                  address = "%3$s"
                [plugins."io.containerd.grpc.v1.cri"]
                  disable_tcp_service = true
                  sandbox_image = "%4$s"
                  restrict_oom_score_adj = true
                  [plugins."io.containerd.grpc.v1.cri".cni]
                    bin_dir = "%5$s"
                    conf_dir = "%6$s"
                  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                    runtime_type = "io.containerd.runc.v2"
                    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                      BinaryName = "%7$s"
                      SystemdCgroup = false
                """.formatted(place.root(), place.state(), place.socket(), BusyboxImage.PAUSE, plugins, place.networkConfig(), program("runc")));
    }
}
