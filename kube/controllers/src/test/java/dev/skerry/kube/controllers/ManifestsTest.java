package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.testkit.Manifests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Workloads as a user's documentation would show them, with a node that only says that all runs well. */
class ManifestsTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static Cluster cluster;
    private static FakeKubelet kubelet;

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start(folder);
        kubelet = new FakeKubelet(cluster.client(), "edge", p -> true);
        await().atMost(LONG).until(() -> cluster.client().serviceAccounts().inNamespace("default").withName("default").get() != null);
    }

    @AfterAll
    static void stop() {
        kubelet.close();
        cluster.close();
    }

    static List<Manifests> manifests() throws IOException {
        return Manifests.read(ManifestsTest.class, "/manifests.txt");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("manifests")
    void behavesAsTheManifestSays(Manifests manifest) {
        var client = cluster.client();
        var objects = client.load(new ByteArrayInputStream(manifest.yaml().getBytes(StandardCharsets.UTF_8))).items();
        objects.forEach(o -> client.resource(o).inNamespace("default").create());
        try {
            for (var wanted : manifest.expectations()) {
                await(manifest.name()).atMost(LONG).untilAsserted(() ->
                        assertThat(JSON.readTree(client.raw("/" + wanted.path())).at(wanted.pointer()).asText()).isEqualTo(wanted.value()));
            }
        } finally {
            objects.forEach(o -> client.resource(o).inNamespace("default").delete());
        }
    }
}
