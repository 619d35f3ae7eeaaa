package dev.skerry.kube.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.kubernetes.client.extended.leaderelection.LeaderElector;
import io.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import io.kubernetes.client.util.generic.options.ListOptions;
import io.kubernetes.client.util.generic.options.PatchOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client that the Kubernetes project publishes for Java, with default settings. */
class OfficialJavaClientTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private Cluster cluster;
    private ApiClient client;
    private GenericKubernetesApi<V1ConfigMap, V1ConfigMapList> configMaps;

    @BeforeEach
    void start() throws IOException {
        cluster = Cluster.start(folder);
        client = connect();
        configMaps = new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client);
    }

    private ApiClient connect() throws IOException {
        try (var reader = Files.newBufferedReader(cluster.kubeconfig())) {
            return ClientBuilder.kubeconfig(KubeConfig.loadKubeConfig(reader)).build();
        }
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** Its bodies and error parsing are its own; all five patch bodies must be understood. */
    @Test
    void createsReadsPatchesAndDeletes() throws Exception {
        var created = configMaps.create(map("one", "colour", "blue")).throwsApiException().getObject();
        assertThat(created.getMetadata().getUid()).isNotEmpty();
        assertThat(configMaps.create(map("one", "colour", "blue")).getStatus().getReason()).isEqualTo("AlreadyExists");

        created.putDataItem("size", "3");
        var updated = configMaps.update(created).throwsApiException().getObject();
        assertThat(configMaps.update(created).getStatus().getReason()).isEqualTo("Conflict");
        assertThat(updated.getData()).containsEntry("size", "3");

        patch(V1Patch.PATCH_FORMAT_JSON_PATCH, "[{\"op\":\"add\",\"path\":\"/data/a\",\"value\":\"1\"}]", new PatchOptions());
        patch(V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, "{\"data\":{\"b\":\"2\",\"size\":null}}", new PatchOptions());
        patch(V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH, "{\"metadata\":{\"labels\":{\"c\":\"3\"}}}", new PatchOptions());
        var apply = new PatchOptions();
        apply.setFieldManager("official");
        var applied = patch(V1Patch.PATCH_FORMAT_APPLY_YAML, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {d: '4'}\n", apply);

        assertThat(applied.getData()).containsOnly(Map.entry("colour", "blue"), Map.entry("a", "1"), Map.entry("b", "2"), Map.entry("d", "4"));
        // Who owns the field is told by whom another applier is in conflict with.
        var other = new PatchOptions();
        other.setFieldManager("other");
        var refused = configMaps.patch("default", "one", V1Patch.PATCH_FORMAT_APPLY_YAML,
                new V1Patch("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {d: '5'}\n"), other);
        assertThat(refused.getHttpStatusCode()).isEqualTo(409);
        assertThat(refused.getStatus().getMessage()).contains("conflict with \"official\"").contains(".data.d");
        configMaps.delete("default", "one").throwsApiException();
        assertThat(configMaps.get("default", "one").getHttpStatusCode()).isEqualTo(404);
    }

    /** A list in pages tells how much is left, and where to go on. */
    @Test
    void readsLongListsInPages() throws Exception {
        for (int i = 0; i < 7; i++) {
            configMaps.create(map("page-" + i, "n", "" + i)).throwsApiException();
        }
        var options = new ListOptions();
        options.setLimit(3);
        options.setLabelSelector("made-by=official");

        var first = configMaps.list("default", options).throwsApiException().getObject();
        options.setContinue(first.getMetadata().getContinue());
        var second = configMaps.list("default", options).throwsApiException().getObject();

        assertThat(first.getItems()).hasSize(3);
        assertThat(second.getItems()).hasSize(3);
        assertThat(second.getMetadata().getResourceVersion()).isEqualTo(first.getMetadata().getResourceVersion());
    }

    /** Its informer reads the list and follows it by plain HTTP, also after the server was away. */
    @Test
    void anInformerFollowsOverARestartOfTheServer() throws Exception {
        var seen = new ConcurrentLinkedQueue<String>();
        var factory = new SharedInformerFactory(client);
        try {
            var informer = factory.sharedIndexInformerFor(configMaps, V1ConfigMap.class, 0, "default");
            informer.addEventHandler(new ResourceEventHandler<>() {
                @Override
                public void onAdd(V1ConfigMap map) {
                    seen.add("+" + map.getMetadata().getName());
                }

                @Override
                public void onUpdate(V1ConfigMap old, V1ConfigMap map) {
                    seen.add("~" + map.getMetadata().getName());
                }

                @Override
                public void onDelete(V1ConfigMap map, boolean unknown) {
                    seen.add("-" + map.getMetadata().getName());
                }
            });
            factory.startAllRegisteredInformers();
            await().atMost(SOON).until(informer::hasSynced);
            configMaps.create(map("watched", "a", "1")).throwsApiException();
            await().atMost(SOON).until(() -> seen.contains("+watched"));

            cluster.restart();
            await().atMost(SOON).ignoreExceptions().until(() -> configMaps.delete("default", "watched").isSuccess());

            await().atMost(SOON).until(() -> seen.contains("-watched"));
        } finally {
            factory.stopAllRegisteredInformers();
        }
    }

    /** Two candidates over one Lease: one leads; when it goes the other does. */
    @Test
    void electsALeader() throws Exception {
        var leaders = new ConcurrentLinkedQueue<String>();
        var other = connect();
        try (var first = elector("first", client)) {
            Thread.ofVirtual().name("first").start(() -> first.run(() -> leaders.add("first"), () -> leaders.add("not first")));
            await().atMost(SOON).until(() -> leaders.contains("first"));
            try (var second = elector("second", other)) {
                Thread.ofVirtual().name("second").start(() -> second.run(() -> leaders.add("second"), () -> leaders.add("not second")));
                first.close();
                await().atMost(SOON).until(() -> leaders.contains("second"));
            }
        }
        assertThat(leaders).startsWith("first").contains("second");
    }

    private static LeaderElector elector(String name, ApiClient client) {
        return new LeaderElector(new LeaderElectionConfig(
                new LeaseLock("default", "helm", name, client), Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofMillis(500)));
    }

    private V1ConfigMap patch(String format, String body, PatchOptions options) throws Exception {
        return configMaps.patch("default", "one", format, new V1Patch(body), options).throwsApiException().getObject();
    }

    private static V1ConfigMap map(String name, String key, String value) {
        return new V1ConfigMap().metadata(new V1ObjectMeta().name(name).namespace("default").labels(Map.of("made-by", "official"))).data(Map.of(key, value));
    }
}
