package dev.skerry.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The process of a {@link ModbusFarm}. */
final class Farm implements AutoCloseable {

    /** What it served since its start. */
    record Served(long requests, long registers, long writes) {}

    private final Process process;
    private final BufferedReader out;
    private final int port;

    private Farm(Process process, BufferedReader out, int port) {
        this.process = process;
        this.out = out;
        this.port = port;
    }

    static Farm start() throws IOException {
        var process = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xmx128m", "-cp", System.getProperty("java.class.path"),
                ModbusFarm.class.getName())).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        var ready = out.readLine();
        if (ready == null || !ready.startsWith("ready ")) {
            process.destroyForcibly();
            throw new IOException("Modbus farm: " + ready + " (expected: ready PORT)");
        }
        return new Farm(process, out, Integer.parseInt(ready.substring(6)));
    }

    int port() {
        return port;
    }

    Served served() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        var line = out.readLine();
        if (line == null) {
            throw new IOException("Modbus farm: ended");
        }
        var words = line.split(" ");
        return new Served(Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
