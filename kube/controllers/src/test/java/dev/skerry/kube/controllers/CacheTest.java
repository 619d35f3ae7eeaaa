package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.skerry.testkit.FaultProxy;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache knows what the API knows, whatever happens to the line between them. */
class CacheTest {

    private static final String CHOSEN = "/api/v1/configmaps?labelSelector=of%3Dcache";
    private static final Duration LONG = Duration.ofSeconds(40);

    @TempDir
    Path folder;

    private Cluster cluster;
    private KubernetesClient client;

    @BeforeEach
    void start() throws Exception {
        cluster = Cluster.start(folder);
        client = cluster.client();
        await().until(() -> client.namespaces().withName("default").get() != null);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private static ConfigMapBuilder map(String name) {
        return new ConfigMapBuilder().withNewMetadata().withNamespace("default").withName(name).addToLabels("of", "cache").endMetadata();
    }

    private static ConfigMapBuilder owned(String name, String owner) {
        return map(name).editMetadata().addNewOwnerReference().withApiVersion("v1").withKind("Node").withName("n").withUid(owner).withController(true).endOwnerReference().endMetadata();
    }

    private Map<String, String> stored() {
        var all = new HashMap<String, String>();
        client.configMaps().inNamespace("default").withLabel("of", "cache").list().getItems().forEach(m -> all.put(m.getMetadata().getName(), m.getMetadata().getResourceVersion()));
        return all;
    }

    private static Map<String, String> held(Cache<ConfigMap> cache) {
        var all = new HashMap<String, String>();
        cache.inNamespace("default").forEach(m -> all.put(m.getMetadata().getName(), m.getMetadata().getResourceVersion()));
        return all;
    }

    @Test
    void tellsEveryChangeOnceThoughTheLineBreaks() throws Exception {
        try (var line = FaultProxy.to(URI.create(client.getMasterUrl().toString()).getPort());
                var far = new KubernetesClientBuilder().withConfig(new ConfigBuilder(client.getConfiguration()).withMasterUrl("https://127.0.0.1:" + line.port()).build()).build();
                var cache = new Cache<>(new RawApi(far), CHOSEN, ConfigMap.class)) {
            // What a listener believes who hears of changes only.
            var believed = new ConcurrentHashMap<String, String>();
            cache.onChanged((a, b) -> false, m -> {
                var name = m.getMetadata().getName();
                if (cache.find(Cache.key(m)).isEmpty()) {
                    believed.remove(name);
                } else {
                    assertThat(believed.put(name, m.getMetadata().getResourceVersion())).as("told twice").isNotEqualTo(m.getMetadata().getResourceVersion());
                }
            });
            client.resource(map("first").build()).create();
            cache.start();
            cache.awaitFirst(LONG);
            assertThat(believed.keySet()).containsExactly("first");
            var seed = System.nanoTime();
            var random = new Random(seed);
            for (int i = 0; i < 120; i++) {
                var name = "m" + random.nextInt(8);
                var there = client.configMaps().inNamespace("default").withName(name).get();
                if (there == null) {
                    client.resource(map(name).build()).create();
                } else if (random.nextInt(3) == 0) {
                    client.resource(there).delete();
                } else {
                    client.resource(new ConfigMapBuilder(there).addToData("n", "" + i).build()).update();
                }
                if (i % 40 == 20) {
                    line.cut();
                }
            }
            await("seed " + seed).atMost(LONG).untilAsserted(() -> assertThat(held(cache)).isEqualTo(stored()));
            assertThat(believed).as("seed " + seed).isEqualTo(stored());
            var last = client.resource(map("last").build()).create();
            await().atMost(LONG).until(() -> cache.hasSeen(Long.parseLong(last.getMetadata().getResourceVersion())));
            assertThat(cache.find("default/last")).hasValueSatisfying(m -> assertThat(m.getMetadata().getManagedFields()).isEmpty());
        }
    }

    @Test
    void findsByController() throws Exception {
        var node = client.nodes().resource(new io.fabric8.kubernetes.api.model.NodeBuilder().withNewMetadata().withName("n").endMetadata().build()).create();
        try (var cache = new Cache<>(new RawApi(client), CHOSEN, ConfigMap.class)) {
            cache.start();
            cache.awaitFirst(LONG);
            var uid = node.getMetadata().getUid();
            var made = client.resource(owned("kept", uid).build()).create();
            client.resource(owned("let-go", uid).build()).create();
            await().atMost(LONG).untilAsserted(() -> assertThat(cache.controlledBy(uid)).hasSize(2));
            client.configMaps().inNamespace("default").withName("let-go").edit(m -> new ConfigMapBuilder(m).editMetadata().withOwnerReferences().endMetadata().build());
            await().atMost(LONG).untilAsserted(() -> assertThat(cache.controlledBy(uid)).extracting(m -> m.getMetadata().getName()).containsExactly("kept"));
            client.resource(made).delete();
            await().atMost(LONG).untilAsserted(() -> assertThat(cache.controlledBy(uid)).isEmpty());
            assertThat(cache.all()).extracting(m -> m.getMetadata().getName()).containsExactly("let-go");
        }
    }

    @Test
    void saysWhyItDoesNotKnowAnything() throws Exception {
        try (var cache = new Cache<>(new RawApi(client), "/api/v1/nothings", ConfigMap.class)) {
            cache.start();
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> {
                while (true) {
                    cache.awaitFirst(Duration.ofMillis(200));
                }
            }).isInstanceOf(IllegalStateException.class).hasMessageContaining("/api/v1/nothings");
        }
    }
}
