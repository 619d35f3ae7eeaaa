package dev.skerry.blueprints.plant;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Calls the program as its users do: through {@code ./skerry}. */
final class Launcher {

    private static final int MOST_SECONDS = 120;

    private Launcher() {}

    /** The root of the project, which the launcher told us. */
    static Path root() {
        var root = System.getenv("SKERRY_ROOT");
        return Path.of(root == null ? "." : root).toAbsolutePath();
    }

    static List<String> command(String... words) {
        var command = new ArrayList<>(List.of(root().resolve("skerry").toString()));
        command.addAll(List.of(words));
        return command;
    }

    /** A class of our own class path as a program. */
    static List<String> java(String mainClass, String... words) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                "-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(List.of(words));
        return command;
    }

    /**
     * Runs the program to its end.
     *
     * @return its standard output
     * @throws IOException if it fails; what it said is in the log
     */
    static String run(Path log, String... words) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command(words)).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("skerry " + String.join(" ", words) + ": not done in " + MOST_SECONDS + "s (see " + log + ")");
        }
        if (process.exitValue() != 0) {
            throw new IOException("skerry " + String.join(" ", words) + ": status " + process.exitValue() + " (see " + log + ")");
        }
        return output;
    }
}
