package dev.skerry.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The processes of one node: its containerd, the shims between it and the containers, and what runs in the containers. They are told
 * from those of other nodes by the node's folder, and may be killed.
 */
public final class NodeProcesses {

    private static final long END_SECONDS = 10;

    private final Path folder;

    /** @param folder the node agent's, such as {@code data/node} */
    public NodeProcesses(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** The one that runs now. */
    public Optional<ProcessHandle> containerd() throws IOException {
        return all(words -> words.getFirst().endsWith("containerd") && words.contains(folder.resolve("containerd.toml").toString())).stream().findFirst();
    }

    /** One for each Pod. */
    public List<ProcessHandle> shims() throws IOException {
        var socket = socket();
        return socket.isEmpty() ? List.of() : all(words -> words.getFirst().contains("containerd-shim") && words.contains(socket.get().toString()));
    }

    /** All that runs in containers, the sandboxes' own processes among it. */
    public List<ProcessHandle> contained() throws IOException {
        return shims().stream().flatMap(ProcessHandle::descendants).toList();
    }

    /** Where containerd listens; empty before the node's first start. */
    public Optional<Path> socket() throws IOException {
        var config = folder.resolve("containerd.toml");
        if (Files.notExists(config)) {
            return Optional.empty();
        }
        return Files.readAllLines(config).stream().map(String::strip).filter(l -> l.startsWith("address = \"")).findFirst()
                .map(l -> Path.of(l.substring("address = \"".length(), l.length() - 1)));
    }

    /** Kills everything at once, as when the power goes: containerd first, so that it hears of nothing. */
    public void killAll() throws IOException, InterruptedException {
        var doomed = new ArrayList<ProcessHandle>();
        containerd().ifPresent(doomed::add);
        var contained = contained();
        doomed.addAll(shims());
        doomed.addAll(contained);
        doomed.forEach(ProcessHandle::destroyForcibly);
        for (var one : doomed) {
            awaitEnd(one);
        }
    }

    /** Kills one, and returns when it has gone. */
    public static void kill(ProcessHandle process) throws IOException, InterruptedException {
        process.destroyForcibly();
        awaitEnd(process);
    }

    private static void awaitEnd(ProcessHandle process) throws IOException, InterruptedException {
        try {
            process.onExit().get(END_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("process " + process.pid() + ": lives " + END_SECONDS + "s after it was killed", e);
        }
    }

    private interface Which {
        boolean test(List<String> words);
    }

    private static List<ProcessHandle> all(Which which) throws IOException {
        var found = new ArrayList<ProcessHandle>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (var process : processes.filter(p -> p.getFileName().toString().matches("[0-9]+")).toList()) {
                try {
                    var words = List.of(Files.readString(process.resolve("cmdline")).split("\0"));
                    if (!words.isEmpty() && which.test(words)) {
                        ProcessHandle.of(Long.parseLong(process.getFileName().toString())).ifPresent(found::add);
                    }
                } catch (IOException e) {
                    // It has just ended.
                    continue;
                }
            }
        }
        return found;
    }
}
