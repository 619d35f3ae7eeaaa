package dev.skerry.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shows that the null checks of the build are awake: what must not compile does not, and what may does. */
class NullCanaryTest {

    @TempDir
    Path folder;

    @Test
    void refusesToReturnNullWhereItIsNotAllowed() throws Exception {
        assertThat(compile("String name() { return null; }")).contains("[NullAway]");
    }

    @Test
    void acceptsNullWhereItIsDeclared() throws Exception {
        assertThat(compile("@org.jspecify.annotations.Nullable String name() { return null; }")).doesNotContain("error:");
    }

    private String compile(String member) throws IOException, InterruptedException {
        var source = folder.resolve("dev/skerry/canary/Canary.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, "package dev.skerry.canary;\n@org.jspecify.annotations.NullMarked\nclass Canary { " + member + " }\n");
        var command = new ArrayList<String>(List.of(Path.of(System.getProperty("java.home"), "bin", "javac").toString()));
        Stream.of("api", "file", "main", "model", "parser", "processing", "tree", "util")
                .forEach(p -> command.add("-J--add-exports=jdk.compiler/com.sun.tools.javac." + p + "=ALL-UNNAMED"));
        Stream.of("code", "comp")
                .forEach(p -> command.add("-J--add-opens=jdk.compiler/com.sun.tools.javac." + p + "=ALL-UNNAMED"));
        var classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).collect(Collectors.joining(File.pathSeparator));
        command.addAll(List.of(
                "-XDcompilePolicy=simple", "--should-stop=ifError=FLOW", "-XDaddTypeAnnotationsToSymbol=true",
                "-Xplugin:ErrorProne -XepOpt:NullAway:AnnotatedPackages=dev.skerry -Xep:NullAway:ERROR",
                "-processorpath", classPath, "-classpath", classPath, "-d", folder.toString(), source.toString()));
        var output = folder.resolve("output");
        var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output);
    }
}
