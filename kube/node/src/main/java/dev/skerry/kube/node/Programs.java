package dev.skerry.kube.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The machine's programs that a node needs, and how they are called. */
final class Programs {

    private static final List<String> FOLDERS = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin", "/usr/local/sbin");
    private static final List<String> PLUGIN_FOLDERS = List.of("/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni");
    private static final int MOST_OUTPUT = 1 << 20;

    private Programs() {}

    static Optional<Path> find(String name) {
        return FOLDERS.stream().map(f -> Path.of(f, name)).filter(Files::isExecutable).findFirst();
    }

    /** The folder of the CNI plugins. */
    static Optional<Path> plugins() {
        return PLUGIN_FOLDERS.stream().map(Path::of)
                .filter(f -> List.of("bridge", "host-local", "loopback", "portmap").stream().allMatch(p -> Files.isExecutable(f.resolve(p))))
                .findFirst();
    }

    /** What this machine lacks to run Pods, each with what helps; empty if nothing. */
    static List<String> missing() {
        var missing = new ArrayList<String>();
        if (!"root".equals(System.getProperty("user.name"))) {
            missing.add("user: " + System.getProperty("user.name") + " (expected: root)");
        }
        for (var name : List.of("containerd", "ctr", "runc")) {
            if (find(name).isEmpty()) {
                missing.add(name + ": not found (expected: in " + String.join(", ", FOLDERS) + "; 'skerry setup' installs it)");
            }
        }
        if (plugins().isEmpty()) {
            missing.add("CNI plugins: not found (expected: bridge, host-local, loopback, portmap in one of " + String.join(", ", PLUGIN_FOLDERS) + "; 'skerry setup' installs them)");
        }
        if (find("busybox").isEmpty()) {
            missing.add("busybox: not found (expected: a static one; 'skerry setup' installs it)");
        }
        return missing;
    }

    /**
     * Runs a program to its end.
     *
     * @return its standard output
     * @throws IOException if it fails, with what it said, or is not done in time
     */
    static String run(Duration most, List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null"))).start();
        try {
            var reading = new java.util.concurrent.FutureTask<>(() -> process.getInputStream().readNBytes(MOST_OUTPUT));
            Thread.ofVirtual().name("output-of-" + process.pid()).start(reading);
            if (!process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(command.getFirst() + ": not done in " + most.toSeconds() + "s");
            }
            var output = new String(reading.get(), StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": status " + process.exitValue() + ": " + output.strip());
            }
            return output;
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IOException(command.getFirst() + ": its output could not be read", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
