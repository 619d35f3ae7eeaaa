package dev.skerry.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program of others that a test talks to; ended when closed, after a failure too. */
public final class Peer implements AutoCloseable {

    private final Process process;

    private Peer(Process process) {
        this.process = process;
    }

    /** Python with the packages that the launcher installs for tests; empty if they are not there. */
    public static Optional<Path> python() {
        var python = Path.of(System.getProperty("skerry.root"), ".peers/python/bin/python");
        return Files.isExecutable(python) ? Optional.of(python) : Optional.empty();
    }

    /** A port that is free now. */
    public static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Starts it and waits for a line of its output that begins with {@code ready}. */
    public static Peer start(String ready, List<String> command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var peer = new Peer(process);
        var said = new StringBuilder();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            if (line.contains(ready)) {
                Thread.ofVirtual().name("peer-output").start(() -> drain(out));
                return peer;
            }
            said.append(line).append('\n');
        }
        peer.close();
        throw new IOException(command.getFirst() + " ended: " + said);
    }

    private static void drain(BufferedReader out) {
        try {
            while (out.readLine() != null) {
                // Its pipe must not fill.
            }
        } catch (IOException e) {
            return;
        }
    }

    /** Starts what says nothing. */
    public static Peer silent(List<String> command) throws IOException {
        return new Peer(new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** Whether something listens there. */
    public static boolean listens(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
