package dev.skerry.kube.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.skerry.testkit.Transcript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Dtranscript.update=true} writes what is printed now over the golden answers; read the difference before it is kept. */
class KubectlTest {

    @TempDir
    Path folder;

    /** What users type, and what they have seen from the real server. */
    @Test
    void answersAsUpstreamToAUsersDay() throws Exception {
        assumeTrue(Programs.find("kubectl").isPresent(), "skipped: no kubectl on the PATH");
        assumeTrue(Programs.find("openssl").isPresent(), "skipped: no openssl on the PATH");
        var version = folder.resolve("version");
        Programs.run(folder, version, Duration.ofSeconds(20), Map.of("HOME", folder.toString()), "kubectl", "version", "--client");
        assumeTrue(Files.readString(version).contains("v1.32."), "skipped: the golden answers are those of kubectl 1.32, this is another: " + Programs.end(version));

        var golden = Programs.copy("kubectl", folder).resolve("kubectl.transcript");
        var transcript = Transcript.read(golden);
        assertThat(transcript.size()).isGreaterThanOrEqualTo(60);
        try (var cluster = Cluster.start(Files.createDirectories(folder.resolve("cluster")))) {
            Files.copy(cluster.kubeconfig(), folder.resolve("kubeconfig"));
            var differences = transcript.run(folder, Map.of("KUBECONFIG", folder.resolve("kubeconfig").toString(), "HOME", folder.toString()));
            if (Boolean.getBoolean("transcript.update")) {
                Files.writeString(golden, transcript.rewritten(differences));
            }
            assertThat(differences).isEmpty();
        }
    }
}
