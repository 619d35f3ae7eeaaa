package dev.skerry.kube.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.testkit.Manifests;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.ExecListener;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a user's documentation would show, and commands and connections into Pods, on a real containerd. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManifestsTest {

    private static final Duration LONG = Duration.ofSeconds(90);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir(cleanup = CleanupMode.NEVER)
    static Path folder;

    private static Site site;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        var missing = Programs.missing();
        assumeTrue(missing.isEmpty(), "this machine cannot run Pods: " + missing);
        site = Site.start(folder);
        await().atMost(LONG).until(() -> site.client().nodes().withName(Site.NODE).get() != null
                && site.client().nodes().withName(Site.NODE).get().getStatus().getConditions().stream().anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True")));
        var archive = folder.resolve("busybox.tar");
        BusyboxImage.write(archive, "local/busybox:1");
        new Images(site.nodeFolder()).load(archive);
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        if (site != null) {
            site.close();
            Volumes.delete(folder);
        }
    }

    static List<Manifests> manifests() throws IOException {
        return Manifests.read(ManifestsTest.class, "/manifests.txt");
    }

    private static void apply(String yaml) {
        for (var object : site.client().load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).items()) {
            object.getMetadata().setNamespace("default");
            if (object instanceof Pod pod) {
                // There is no scheduler here.
                pod.getSpec().setNodeName(Site.NODE);
            }
            site.client().resource(object).create();
        }
    }

    private static void delete(String yaml) {
        site.client().load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).items()
                .forEach(o -> site.client().resource(o).inNamespace("default").withGracePeriod(0).delete());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("manifests")
    void behavesAsTheManifestSays(Manifests manifest) throws Exception {
        apply(manifest.yaml());
        try {
            for (var wanted : manifest.expectations()) {
                await(manifest.name()).atMost(LONG).untilAsserted(() ->
                        assertThat(JSON.readTree(site.client().raw("/" + wanted.path())).at(wanted.pointer()).asText()).isEqualTo(wanted.value()));
            }
            for (var log : manifest.logs()) {
                await(manifest.name()).atMost(LONG).ignoreException(IOException.class).untilAsserted(() ->
                        assertThat(site.log(log.pod(), log.container()).strip()).isEqualTo(log.text()));
            }
        } finally {
            delete(manifest.yaml());
        }
    }

    @Test
    void runsACommandWithItsInputAndTellsHowItEnded() throws Exception {
        apply("apiVersion: v1\nkind: Pod\nmetadata: {name: shell}\nspec: {terminationGracePeriodSeconds: 1, containers: [{name: c, image: 'local/busybox:1', command: [sleep, '3600']}]}\n");
        try {
            await().atMost(LONG).until(() -> site.client().pods().inNamespace("default").withName("shell").isReady());
            var out = new ByteArrayOutputStream();
            var ended = new CompletableFuture<Integer>();
            try (var watch = site.client().pods().inNamespace("default").withName("shell")
                    .readingInput(new ByteArrayInputStream("three\nlines\nhere\n".getBytes(StandardCharsets.UTF_8)))
                    .writingOutput(out)
                    .usingListener(new ExecListener() {
                        @Override
                        public void onClose(int code, String reason) {
                            // The exit comes by its own way.
                        }

                        @Override
                        public void onExit(int code, io.fabric8.kubernetes.api.model.Status status) {
                            ended.complete(code);
                        }
                    })
                    .exec("sh", "-c", "head -n 3 | wc -l; exit 7")) {
                assertThat(ended.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(7);
            }
            await().atMost(LONG).untilAsserted(() -> assertThat(out.toString(StandardCharsets.UTF_8).strip()).isEqualTo("3"));
        } finally {
            site.client().pods().inNamespace("default").withName("shell").withGracePeriod(0).delete();
        }
    }

    @Test
    void reachesAPortOfAPod() throws Exception {
        apply("apiVersion: v1\nkind: Pod\nmetadata: {name: page}\nspec: {terminationGracePeriodSeconds: 1, containers: [{name: c, image: 'local/busybox:1', command: [httpd, -f, -p, '8080', -h, /www]}]}\n");
        try {
            await().atMost(LONG).until(() -> site.client().pods().inNamespace("default").withName("page").isReady());
            try (var forward = site.client().pods().inNamespace("default").withName("page").portForward(8080)) {
                await().atMost(LONG).ignoreException(IOException.class).untilAsserted(() -> assertThat(get(forward.getLocalPort())).endsWith("hello\n"));
            }
        } finally {
            site.client().pods().inNamespace("default").withName("page").withGracePeriod(0).delete();
        }
    }

    private static String get(int port) throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(5_000);
            socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
