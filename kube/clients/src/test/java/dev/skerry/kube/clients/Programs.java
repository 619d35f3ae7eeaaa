package dev.skerry.kube.clients;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of others that tests run, and the folder outside the tree where those are kept that a test has to build. */
final class Programs {

    private Programs() {}

    /** Whether a program is on the path. */
    static Optional<Path> find(String name) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":")).map(p -> Path.of(p, name)).filter(Files::isExecutable).findFirst();
    }

    /** Kept from run to run, outside the tree. */
    static Path cache(String name) throws IOException {
        var caches = Optional.ofNullable(System.getenv("XDG_CACHE_HOME")).filter(c -> !c.isEmpty()).map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"));
        return Files.createDirectories(caches.resolve("skerry").resolve(name));
    }

    /** The files of a folder of this module's tests, copied to where commands may change them. */
    static Path copy(String name, Path to) throws IOException {
        var from = Path.of(System.getProperty("skerry.root"), "kube", "clients", "src", "test", name);
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return from;
    }

    /**
     * Runs a program to its end.
     *
     * @return its status, 124 when it did not end in time
     */
    static int run(Path folder, Path output, Duration most, Map<String, String> environment, String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        var process = builder.start();
        try {
            return process.waitFor(most.toSeconds(), TimeUnit.SECONDS) ? process.exitValue() : 124;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    /** The end of what a program said. */
    static String end(Path output) throws IOException {
        var text = Files.readString(output, StandardCharsets.UTF_8);
        return text.substring(Math.max(0, text.length() - 2_000));
    }
}
