package dev.skerry.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL on a free loopback port, in a folder of its own, which may be killed and started again. It does not run as
 * root: a test that does runs it as {@code nobody}.
 */
public final class PostgresServer implements AutoCloseable {

    public static final String USER = "skerry";
    private static final String PASSWORD = "of-a-test";
    private static final int START_SECONDS = 60;
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

    private final Path folder;
    private final Path programs;
    private final int port;
    private final Thread atExit = new Thread(this::end, "postgres-end");
    private Process process;

    private PostgresServer(Path folder, Path programs, int port) throws IOException {
        this.folder = folder;
        this.programs = programs;
        this.port = port;
        Files.writeString(folder.resolve("password"), PASSWORD);
        if (root()) {
            run("chown", "-R", "nobody", folder.toString());
        }
        run(as("initdb", "-D", data(), "-U", USER, "--auth=scram-sha-256", "--pwfile=" + folder.resolve("password"), "-E", "UTF8", "--locale=C", "--no-sync"));
        process = launch();
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Whether this machine has one. */
    public static boolean present() {
        return programs() != null;
    }

    public static PostgresServer start() throws IOException {
        var programs = programs();
        if (programs == null) {
            throw new IOException(DEBIAN + ": no PostgreSQL (expected: Debian's package postgresql)");
        }
        var folder = Files.createTempDirectory("skerry-postgres", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var server = new PostgresServer(folder, programs, freePort());
        try {
            server.awaitReady();
            return server;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    private static @Nullable Path programs() {
        try (Stream<Path> versions = Files.isDirectory(DEBIAN) ? Files.list(DEBIAN) : Stream.empty()) {
            return versions.map(v -> v.resolve("bin")).filter(b -> Files.isExecutable(b.resolve("postgres"))).max(Comparator.naturalOrder()).orElse(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** For a client: {@code postgresql://127.0.0.1:PORT/postgres}. */
    public String url() {
        return "postgresql://127.0.0.1:" + port + "/postgres";
    }

    public int port() {
        return port;
    }

    public Path passwordFile() {
        return folder.resolve("password");
    }

    /** As a crash of the whole server. */
    public void kill() throws InterruptedException, IOException {
        // Its children end when it does; the next start waits for them.
        signal("-QUIT");
        process.waitFor();
    }

    public void restart() throws IOException {
        process = launch();
        awaitReady();
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(as("postgres", "-D", data(), "-p", Integer.toString(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                        "-c", "shared_buffers=32MB", "-c", "max_connections=60"))
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile())).start();
    }

    private List<String> as(String program, String... arguments) {
        var command = new ArrayList<String>();
        if (root()) {
            command.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private void awaitReady() throws IOException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (System.nanoTime() < end && process.isAlive()) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                if (Files.readString(folder.resolve("log")).lines().filter(l -> l.contains("database system is ready to accept connections")).count() >= starts()) {
                    return;
                }
            } catch (IOException e) {
                // Not yet.
            }
            LockSupport.parkNanos(20_000_000);
        }
        throw new IOException("postgres on port " + port + " did not start: " + Files.readString(folder.resolve("log")));
    }

    private long starts() throws IOException {
        return Files.readString(folder.resolve("log")).lines().filter(l -> l.contains("starting PostgreSQL")).count();
    }

    private void signal(String signal) throws IOException {
        run("kill", signal, Long.toString(process.pid()));
    }

    private void run(String... command) throws IOException {
        run(List.of(command));
    }

    private void run(List<String> command) throws IOException {
        var output = folder.resolve("setup").toFile();
        var once = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(output)).directory(folder.toFile()).start();
        try {
            if (!once.waitFor(START_SECONDS, TimeUnit.SECONDS) || once.exitValue() != 0) {
                once.destroyForcibly();
                throw new IOException(command.getFirst() + " failed: " + Files.readString(output.toPath()));
            }
        } catch (InterruptedException e) {
            once.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void end() {
        try {
            if (process.isAlive()) {
                signal("-QUIT");
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // Its last child may still be tidying up; the folder is temporary.
        }
    }

    @Override
    public void close() {
        end();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
