package dev.skerry.kube.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What upstream's conformance tests ask of each kind: the whole life of one object, through every verb, seen by a watch. */
class LifecycleTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static Cluster cluster;
    private static KubernetesClient client;

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start(folder);
        client = cluster.newClient();
        await().atMost(SOON).until(() -> client.serviceAccounts().inNamespace("default").withName("default").get() != null);
    }

    @AfterAll
    static void stop() {
        client.close();
        cluster.close();
    }

    static Stream<GenericKubernetesResource> kinds() throws IOException {
        try (var in = LifecycleTest.class.getResourceAsStream("/kinds.yaml")) {
            var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Stream.of(text.split("\n---\n")).map(y -> Serialization.unmarshal(y, GenericKubernetesResource.class)).toList().stream();
        }
    }

    @ParameterizedTest(name = "{index} {0}")
    @MethodSource("kinds")
    void livesAsUpstream(GenericKubernetesResource manifest) {
        manifest.getMetadata().setLabels(Map.of("life", "whole"));
        var all = resources(manifest);
        var one = all.withName(manifest.getMetadata().getName());
        var uid = all.resource(manifest).create().getMetadata().getUid();
        assertThat(uid).isNotEmpty();
        assertThat(one.get().getMetadata().getUid()).isEqualTo(uid);

        var seen = new ConcurrentLinkedQueue<String>();
        try (var watch = all.withLabel("life").watch(recorder(seen))) {
            one.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"annotations\":{\"patched\":\"yes\"}}}");
            one.edit(o -> {
                o.getMetadata().getAnnotations().put("updated", "yes");
                return o;
            });
            var applied = manifest(manifest, Map.of("applied", "yes"));
            all.resource(applied).fieldManager("life").forceConflicts().serverSideApply();
            assertThat(one.get().getMetadata().getAnnotations()).containsEntry("patched", "yes").containsEntry("updated", "yes").containsEntry("applied", "yes");
            assertThat(all.withLabel("life", "whole").list().getItems()).hasSize(1);

            if (manifest.getKind().equals("Namespace") || manifest.getKind().equals("Service")) {
                one.delete();
            } else {
                all.withLabel("life", "whole").delete();
            }
            await().atMost(SOON).untilAsserted(() -> assertThat(one.get()).as("it still has %s", left(one)).isNull());
            await().atMost(SOON).untilAsserted(() -> assertThat(seen).contains("MODIFIED", "DELETED"));
        }
    }

    private static Collection<String> left(Resource<GenericKubernetesResource> one) {
        var object = one.get();
        return object == null ? List.of() : object.getMetadata().getFinalizers();
    }

    private static GenericKubernetesResource manifest(GenericKubernetesResource from, Map<String, String> annotations) {
        var copy = Serialization.clone(from);
        copy.getMetadata().setAnnotations(annotations);
        return copy;
    }

    private static NonNamespaceOperation<GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>> resources(GenericKubernetesResource manifest) {
        var all = client.genericKubernetesResources(manifest.getApiVersion(), manifest.getKind());
        var namespaced = client.getApiResources(manifest.getApiVersion()).getResources().stream().anyMatch(r -> r.getKind().equals(manifest.getKind()) && r.getNamespaced());
        return namespaced ? all.inNamespace("default") : all;
    }

    private static Watcher<GenericKubernetesResource> recorder(Collection<String> seen) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, GenericKubernetesResource object) {
                seen.add(action.name());
            }

            @Override
            public void onClose(WatcherException cause) {
                // The test is over.
            }
        };
    }
}
