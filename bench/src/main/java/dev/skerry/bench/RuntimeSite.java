package dev.skerry.bench;

import dev.skerry.kube.node.Teardown;
import dev.skerry.testkit.NodeProcesses;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A whole site with a container runtime, as its users start it, which may be killed and started again. Closing takes it off the machine. */
final class RuntimeSite implements AutoCloseable {

    static final String IMAGE = "docker.io/local/busybox:1";

    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration COMMAND = Duration.ofSeconds(90);
    private static final double KB_A_MB = 1024;

    private final Launcher launcher;
    private final Path folder;
    private final String settings;
    private @Nullable Child child;
    private @Nullable KubernetesClient client;

    private RuntimeSite(Launcher launcher, Path folder, String settings) {
        this.launcher = launcher;
        this.folder = folder;
        this.settings = settings;
    }

    /** Starts one, and brings a small image in. */
    static RuntimeSite start(Path folder, String settings) throws IOException, InterruptedException {
        if (!"root".equals(System.getProperty("user.name")) || Stream.of("containerd", "runc", "busybox").noneMatch(p -> Files.isExecutable(Path.of("/usr/bin", p)))) {
            throw new IOException("runtime: no root, or no containerd, runc, busybox here (expected: root on a machine where './skerry setup' has run)");
        }
        var site = new RuntimeSite(Launcher.find(), folder, settings);
        try {
            site.up();
            site.awaitNode();
            var archive = folder.resolve("busybox.tar");
            site.command("image", "busybox", archive.toString());
            site.command("image", "import", archive.toString(), "--data", site.data().toString());
            return site;
        } catch (IOException | InterruptedException | RuntimeException e) {
            site.close();
            throw e;
        }
    }

    Path data() {
        return folder.resolve("site");
    }

    Path node() {
        return data().resolve("node");
    }

    NodeProcesses processes() {
        return new NodeProcesses(node());
    }

    /** Starts the program over what there is, and returns when its API answers. */
    void up() throws IOException, InterruptedException {
        var started = launcher.up(folder, "site", settings);
        child = started;
        client = Launcher.client(started.awaitReady(START).get("kubeconfig"));
    }

    KubernetesClient client() throws IOException {
        var now = client;
        if (now == null) {
            throw new IOException("site: not up");
        }
        return now;
    }

    Child process() throws IOException {
        var now = child;
        if (now == null) {
            throw new IOException("site: not up");
        }
        return now;
    }

    private void awaitNode() throws IOException, InterruptedException {
        var end = System.nanoTime() + START.toNanos();
        while (client().nodes().list().getItems().stream().noneMatch(n -> n.getStatus() != null
                && n.getStatus().getConditions().stream().anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True")))) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("site: its node is not ready after " + START.toSeconds() + "s");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private void command(String... words) throws IOException, InterruptedException {
        var command = Stream.concat(Stream.of(launcher.program().toString()), Stream.of(words)).toList();
        var log = folder.resolve("commands.log");
        var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        if (!process.waitFor(COMMAND.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", words) + ": failed (" + Files.readString(log).strip() + ")");
        }
    }

    /** Kills the program only: containers and their containerd go on. */
    void kill() throws IOException, InterruptedException {
        process().kill();
        leave();
    }

    /** Kills the program and all that it has started, as when the power goes. */
    void killAll() throws IOException, InterruptedException {
        kill();
        processes().killAll();
    }

    private void leave() {
        if (client != null) {
            client.close();
        }
        client = null;
        child = null;
    }

    /** What the site takes of memory, as the kernel counts it; shims by their share of what they have in common. */
    record Size(double skerryMb, double containerdMb, double shimsMb) {
        double all() {
            return skerryMb + containerdMb + shimsMb;
        }
    }

    Size size() throws IOException {
        var containerd = processes().containerd();
        double shims = 0;
        for (var shim : processes().shims()) {
            shims += rollup(shim.pid(), "Pss:");
        }
        return new Size(rollup(process().pid(), "Rss:"), containerd.isPresent() ? rollup(containerd.get().pid(), "Rss:") : 0, shims);
    }

    private static double rollup(long pid, String line) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
            return lines.filter(l -> l.startsWith(line)).findFirst().map(l -> Long.parseLong(l.replaceAll("[^0-9]", "")) / KB_A_MB).orElse(0.0);
        }
    }

    /** What the program and its containerd have used of processors, in seconds. */
    double cpuSeconds() throws IOException {
        var containerd = processes().containerd().flatMap(c -> c.info().totalCpuDuration());
        return process().cpuSeconds() + containerd.map(d -> d.toMillis() / 1e3).orElse(0.0);
    }

    /** Ends the program in order; containers go on. */
    void stop() {
        var running = child;
        if (running != null) {
            running.stop();
        }
        leave();
    }

    @Override
    public void close() {
        stop();
        try {
            var unused = Teardown.of(node());
        } catch (IOException e) {
            Progress.say("  " + node() + ": not cleared up: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A Pod as the recorded node's figures are of: it sleeps, and ends at once when it is told to. */
    static List<String> sleeper() {
        return List.of("sleep", "100000");
    }
}
