package dev.skerry.kube.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.skerry.testkit.Transcript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Helm itself, built once into a cache; {@code -Dtranscript.update=true} writes what is printed now over the golden answers. */
class HelmTest {

    private static final String VERSION = "v3.19.0";
    private static final Duration BUILD = Duration.ofMinutes(10);

    @TempDir
    Path folder;

    /** A real chart: hooks, a CRD with its objects, a look-up in the cluster, a test, waiting. */
    @Test
    void installsUpgradesRollsBackAndRemovesAChart() throws Exception {
        assumeTrue(Programs.find("kubectl").isPresent(), "skipped: no kubectl on the PATH");
        var helm = helm();
        var golden = Programs.copy("helm", folder).resolve("helm.transcript");
        var transcript = Transcript.read(golden);
        try (var cluster = Cluster.start(Files.createDirectories(folder.resolve("cluster")))) {
            var differences = transcript.run(folder, Map.of(
                    "KUBECONFIG", cluster.kubeconfig().toString(), "HOME", folder.toString(), "PATH", helm.getParent() + ":" + System.getenv("PATH")));
            if (Boolean.getBoolean("transcript.update")) {
                Files.writeString(golden, transcript.rewritten(differences));
            }
            assertThat(differences).isEmpty();
        }
    }

    private Path helm() throws IOException, InterruptedException {
        var bin = Programs.cache("helm-" + VERSION);
        var helm = bin.resolve("helm");
        if (!Files.isExecutable(helm)) {
            assumeTrue(Programs.find("go").isPresent(), "skipped: no Helm " + VERSION + " in " + bin + ", and no Go to build it");
            var output = folder.resolve("go.out");
            int status = Programs.run(folder, output, BUILD, Map.of("GOBIN", bin.toString()), "go", "install", "helm.sh/helm/v3/cmd/helm@" + VERSION);
            assumeTrue(status == 0, "skipped: Helm " + VERSION + " cannot be built: " + Programs.end(output));
        }
        return helm;
    }
}
