package dev.skerry.kube.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small Go program over client-go and controller-runtime, built into a cache outside the tree. */
class GoClientTest {

    private static final Duration BUILD = Duration.ofMinutes(10);
    private static final Duration RUN = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    /** Typed clients ask for protobuf and nothing else; informers, the dynamic client and an operator ask what they ask by themselves. */
    @Test
    void goClientsWorkOverProtobufAndJson() throws Exception {
        assumeTrue(Programs.find("go").isPresent(), "skipped: no Go on the PATH");
        Programs.copy("go", folder);
        var program = Programs.cache("go-clients").resolve("clients");
        var output = folder.resolve("output");
        int built = Programs.run(folder, output, BUILD, Map.of("GOFLAGS", "-mod=readonly"), "go", "build", "-o", program.toString(), ".");
        if (built != 0) {
            var said = Programs.end(output);
            assertThat(said).as("the program compiles").doesNotContain("main.go:");
            assumeTrue(false, "skipped: its modules cannot be had: " + said);
        }
        try (var cluster = Cluster.start(Files.createDirectories(folder.resolve("cluster")))) {
            int status = Programs.run(folder, output, RUN, Map.of("KUBECONFIG", cluster.kubeconfig().toString(), "HOME", folder.toString()), program.toString());
            assertThat(status).as(Programs.end(output)).isZero();
            assertThat(Files.readAllLines(output)).contains("ok typed-configmaps", "ok protobuf-errors", "ok informer", "ok leader-election", "ok controller-runtime");
        }
    }
}
