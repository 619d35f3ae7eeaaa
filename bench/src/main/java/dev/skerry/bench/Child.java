package dev.skerry.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A program that says {@code ready}. It ends, with all that it has started, when this is closed. */
final class Child implements AutoCloseable {

    private static final long CLOSE_WITHIN_SECONDS = 15;
    private static final double KB_A_MB = 1024;
    private static final double TICKS_A_SECOND = 100;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    private final String name;
    private final Path log;
    private final Process process;
    private final long began;
    private final CompletableFuture<Ready> ready = new CompletableFuture<>();

    /** @param words the {@code key=value} words of the ready line */
    record Ready(double seconds, Map<String, String> words) {

        /** A word that every skerry says. */
        String get(String key) throws IOException {
            var word = words.get(key);
            if (word == null) {
                throw new IOException("ready line: " + words + " (expected: " + key + "=... among them)");
            }
            return word;
        }
    }

    private Child(String name, Path log, Process process, long began) {
        this.name = name;
        this.log = log;
        this.process = process;
        this.began = began;
    }

    /** @param log where its standard error goes */
    static Child start(String name, List<String> command, Path log) throws IOException {
        var began = System.nanoTime();
        var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        var child = new Child(name, log, process, began);
        Thread.ofVirtual().name("output-" + name).start(child::read);
        return child;
    }

    private void read() {
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("ready")) {
                    ready.complete(new Ready((System.nanoTime() - began) / 1e9, words(line)));
                }
            }
            ready.completeExceptionally(new IOException("its output ended"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }

    private static Map<String, String> words(String line) {
        var words = new LinkedHashMap<String, String>();
        for (var word : line.split(" ")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                words.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return words;
    }

    Ready awaitReady(Duration most) throws IOException, InterruptedException {
        try {
            return ready.get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException(name + ": ended before it was ready (" + lastWords() + ")", e);
        } catch (TimeoutException e) {
            throw new IOException(name + ": not ready in " + most.toSeconds() + "s (" + lastWords() + ")", e);
        }
    }

    private String lastWords() throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.reduce((first, second) -> second).orElse("it said nothing");
        }
    }

    /**
     * Waits until it is a JVM, if a script comes first, and answers when, in seconds since its start.
     */
    double awaitJvm(Duration most) throws IOException, InterruptedException {
        while (process.isAlive() && System.nanoTime() - began < most.toNanos()) {
            if (Files.readString(proc("cmdline")).split("\0", 2)[0].endsWith("/java")) {
                return (System.nanoTime() - began) / 1e9;
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        throw new IOException(name + ": did not become a JVM (" + lastWords() + ")");
    }

    /** Resident now, as the kernel counts it (VmRSS). */
    double residentMb() throws IOException {
        try (Stream<String> lines = Files.lines(proc("status"))) {
            var kb = lines.filter(l -> l.startsWith("VmRSS:"))
                    .findFirst()
                    .orElseThrow(() -> new IOException(name + ": " + proc("status") + " has no VmRSS (expected: a running process)"));
            return Long.parseLong(kb.replaceAll("[^0-9]", "")) / KB_A_MB;
        }
    }

    /** What it has used of processors since its start, in seconds. */
    double cpuSeconds() throws IOException {
        var stat = Files.readString(proc("stat"));
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS])) / TICKS_A_SECOND;
    }

    /** What it has had written to disk since its start (write_bytes). */
    double writtenMb() throws IOException {
        try (Stream<String> lines = Files.lines(proc("io"))) {
            var bytes = lines.filter(l -> l.startsWith("write_bytes:"))
                    .findFirst()
                    .orElseThrow(() -> new IOException(name + ": " + proc("io") + " has no write_bytes (expected: a running process)"));
            return Long.parseLong(bytes.replaceAll("[^0-9]", "")) / (KB_A_MB * KB_A_MB);
        }
    }

    /** Whether it runs programs of its own. */
    boolean hasOffspring() {
        return process.descendants().findAny().isPresent();
    }

    /** What the JVM was started with, up to its class path. */
    List<String> jvmFlags() throws IOException {
        var words = List.of(Files.readString(proc("cmdline")).split("\0"));
        int path = words.indexOf("-cp");
        if (path < 1) {
            throw new IOException(name + ": " + words.getFirst() + " (expected: java, with -cp behind its flags)");
        }
        return words.subList(1, path);
    }

    private Path proc(String file) {
        return Path.of("/proc", Long.toString(process.pid()), file);
    }

    long pid() {
        return process.pid();
    }

    /** As a power cut of this process only: what it has started goes on. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Asks it to end, and waits; what it has started goes on. */
    void stop() {
        process.destroy();
        try {
            if (!process.waitFor(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** First it, then what it has left behind: a container runtime outlives its skerry. */
    @Override
    public void close() {
        var offspring = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            for (var one : offspring) {
                one.destroy();
                try {
                    one.onExit().get(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS);
                } catch (ExecutionException | TimeoutException e) {
                    one.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            offspring.forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }
}
