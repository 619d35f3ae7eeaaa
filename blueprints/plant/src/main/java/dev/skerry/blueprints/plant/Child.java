package dev.skerry.blueprints.plant;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** A program beside this one that ends with us. Its standard error goes to a file. */
final class Child implements AutoCloseable {

    private static final int KEPT_LINES = 1_000;

    private final String name;
    private final Process process;
    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(KEPT_LINES);

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    static Child start(String name, List<String> command, Path log) throws IOException {
        var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        var child = new Child(name, process);
        Thread.ofVirtual().name("output-" + name).start(child::read);
        return child;
    }

    private void read() {
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!lines.offer(line)) {
                    lines.poll();
                    lines.offer(line);
                }
            }
        } catch (IOException e) {
            // The child has ended; whoever waits for a line sees that.
            return;
        }
    }

    /** Waits for the line that begins with {@code ready} and answers its {@code key=value} words. */
    Map<String, String> awaitReady(Duration most) throws InterruptedException, IOException {
        var end = System.nanoTime() + most.toNanos();
        while (System.nanoTime() < end) {
            var line = lines.poll(100, TimeUnit.MILLISECONDS);
            if (line != null && line.startsWith("ready")) {
                var words = new LinkedHashMap<String, String>();
                for (var word : line.split(" ")) {
                    var equals = word.indexOf('=');
                    words.put(equals < 0 ? word : word.substring(0, equals), equals < 0 ? "" : word.substring(equals + 1));
                }
                return words;
            }
            if (line == null && !process.isAlive()) {
                throw new IOException(name + " ended with status " + process.exitValue() + " before it was ready (see its log)");
            }
        }
        throw new IOException(name + " was not ready in " + most.toSeconds() + "s (see its log)");
    }

    /** As a power cut would, for this process only. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    long pid() {
        return process.pid();
    }

    /** Asks it to end, and makes it after ten seconds. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
