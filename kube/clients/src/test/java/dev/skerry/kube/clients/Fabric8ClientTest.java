package dev.skerry.kube.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** fabric8's client as it comes out of a kubeconfig: it tries a websocket for each watch. */
class Fabric8ClientTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private Cluster cluster;
    private KubernetesClient client;

    @BeforeEach
    void start() throws IOException {
        cluster = Cluster.start(folder);
        client = cluster.newClient();
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
    }

    @Test
    void createsReadsPatchesAndDeletes() {
        var maps = client.configMaps().inNamespace("default");
        var created = maps.resource(map("one", Map.of("colour", "blue"))).create();
        assertThatThrownBy(() -> maps.resource(map("one", Map.of())).create()).isInstanceOfSatisfying(KubernetesClientException.class,
                e -> assertThat(e.getStatus().getReason()).isEqualTo("AlreadyExists"));

        maps.withName("one").edit(m -> new ConfigMapBuilder(m).addToData("a", "1").build());
        assertThatThrownBy(() -> maps.resource(created).update()).isInstanceOfSatisfying(KubernetesClientException.class,
                e -> assertThat(e.getCode()).isEqualTo(409));
        for (var type : new PatchType[] {PatchType.JSON_MERGE, PatchType.STRATEGIC_MERGE}) {
            maps.withName("one").patch(PatchContext.of(type), "{\"data\":{\"by-" + type.name().charAt(0) + "\":\"2\"}}");
        }
        maps.withName("one").patch(PatchContext.of(PatchType.JSON), "[{\"op\":\"remove\",\"path\":\"/data/a\"}]");

        assertThat(maps.withName("one").get().getData()).containsOnlyKeys("colour", "by-J", "by-S");
        assertThat(maps.withName("one").withPropagationPolicy(DeletionPropagation.FOREGROUND).delete()).isNotEmpty();
        await().atMost(SOON).until(() -> maps.withName("one").get() == null);
    }

    /** What another manager owns is refused, until it is taken. */
    @Test
    void appliesOnTheServer() {
        var ours = client.resource(map("applied", Map.of("colour", "blue")));
        ours.fieldManager("ours").serverSideApply();
        var theirs = client.resource(map("applied", Map.of("colour", "red")));

        assertThatThrownBy(() -> theirs.fieldManager("theirs").serverSideApply()).isInstanceOfSatisfying(KubernetesClientException.class, e -> {
            assertThat(e.getCode()).isEqualTo(409);
            assertThat(e.getStatus().getDetails().getCauses()).anySatisfy(c -> assertThat(c.getReason()).isEqualTo("FieldManagerConflict"));
        });
        var taken = theirs.fieldManager("theirs").forceConflicts().serverSideApply();

        assertThat(taken.getData()).containsEntry("colour", "red");
    }

    /** A watch that begins at a revision shows all that came after it, once. */
    @Test
    void aWatchGoesOnWhereAnotherEnded() {
        var maps = client.configMaps().inNamespace("default");
        var start = maps.resource(map("first", Map.of())).create().getMetadata().getResourceVersion();
        maps.resource(map("second", Map.of())).create();
        var seen = new ConcurrentLinkedQueue<String>();
        var closed = new CompletableFuture<WatcherException>();

        try (var watch = maps.withResourceVersion(start).watch(new Watcher<ConfigMap>() {
            @Override
            public void eventReceived(Action action, ConfigMap map) {
                seen.add(action + " " + map.getMetadata().getName());
            }

            @Override
            public void onClose(WatcherException cause) {
                closed.complete(cause);
            }
        })) {
            maps.withName("second").delete();
            await().atMost(SOON).until(() -> seen.size() >= 2);
        }

        assertThat(seen).filteredOn(s -> !s.endsWith(".crt")).containsExactly("ADDED second", "DELETED second");
    }

    /** Its cache is right again after the server was away, whatever it missed. */
    @Test
    void anInformerFollowsOverARestartOfTheServer() throws IOException {
        var seen = new ConcurrentLinkedQueue<String>();
        try (var informer = client.configMaps().inNamespace("default").inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(ConfigMap map) {
                seen.add("+" + map.getMetadata().getName());
            }

            @Override
            public void onUpdate(ConfigMap old, ConfigMap map) {
                seen.add("~" + map.getMetadata().getName());
            }

            @Override
            public void onDelete(ConfigMap map, boolean unknown) {
                seen.add("-" + map.getMetadata().getName());
            }
        })) {
            client.resource(map("before", Map.of())).create();
            await().atMost(SOON).until(() -> seen.contains("+before"));

            cluster.restart();
            cluster.client().resource(map("after", Map.of())).create();
            cluster.client().resource(map("before", Map.of())).delete();

            await().atMost(SOON).until(() -> seen.contains("+after") && seen.contains("-before"));
            assertThat(informer.getStore().list()).extracting(m -> m.getMetadata().getName()).contains("after").doesNotContain("before");
        }
    }

    @Test
    void electsALeader() throws IOException {
        var leaders = new ConcurrentLinkedQueue<String>();
        try (var other = cluster.newClient()) {
            var first = lead(client, "first", leaders);
            await().atMost(SOON).until(() -> leaders.contains("first"));
            var second = lead(other, "second", leaders);
            assertThat(leaders).doesNotContain("second");
            first.cancel(true);
            await().atMost(SOON).until(() -> leaders.contains("second"));
            second.cancel(true);
        }
    }

    private static CompletableFuture<?> lead(KubernetesClient client, String name, ConcurrentLinkedQueue<String> leaders) {
        return client.leaderElector().withConfig(new LeaderElectionConfigBuilder()
                .withName("helm").withReleaseOnCancel()
                .withLock(new LeaseLock("default", "helm", name))
                .withLeaseDuration(Duration.ofSeconds(4)).withRenewDeadline(Duration.ofSeconds(3)).withRetryPeriod(Duration.ofMillis(500))
                .withLeaderCallbacks(new LeaderCallbacks(() -> leaders.add(name), () -> {}, leader -> {}))
                .build()).build().start();
    }

    private static ConfigMap map(String name, Map<String, String> data) {
        return new ConfigMapBuilder().withNewMetadata().withName(name).withNamespace("default").endMetadata().withData(data).build();
    }
}
