package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeploymentsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private Cluster cluster;
    private KubernetesClient client;
    private FakeKubelet kubelet;

    @BeforeEach
    void start() throws Exception {
        cluster = Cluster.start(folder);
        client = cluster.client();
        // Images called broken never come up.
        kubelet = new FakeKubelet(client, "edge", p -> !p.getSpec().getContainers().getFirst().getImage().equals("broken"));
        await().until(() -> client.serviceAccounts().inNamespace("default").withName("default").get() != null);
    }

    @AfterEach
    void stop() {
        kubelet.close();
        cluster.close();
    }

    private static DeploymentBuilder deployment(int replicas, String image) {
        return new DeploymentBuilder()
                .withNewMetadata().withNamespace("default").withName("web").endMetadata()
                .withNewSpec().withReplicas(replicas)
                .withNewSelector().addToMatchLabels("app", "web").endSelector()
                .withNewTemplate().withNewMetadata().addToLabels("app", "web").endMetadata()
                .withNewSpec().addNewContainer().withName("c").withImage(image).endContainer().endSpec().endTemplate()
                .endSpec();
    }

    private RollableScalableResource<Deployment> web() {
        return client.apps().deployments().inNamespace("default").withName("web");
    }

    private List<Pod> pods() {
        return client.pods().inNamespace("default").withLabel("app", "web").list().getItems();
    }

    private List<ReplicaSet> sets() {
        return client.apps().replicaSets().inNamespace("default").withLabel("app", "web").list().getItems();
    }

    private Optional<DeploymentCondition> condition(String type) {
        return web().get().getStatus().getConditions().stream().filter(c -> c.getType().equals(type)).findFirst();
    }

    private void image(String image) {
        change(d -> new DeploymentBuilder(d).editSpec().editTemplate().editSpec().editFirstContainer().withImage(image).endContainer().endSpec().endTemplate().endSpec().build());
    }

    private void change(UnaryOperator<Deployment> change) {
        insist(() -> web().edit(change));
    }

    private void label(Pod pod, Map<String, String> labels) {
        insist(() -> client.pods().inNamespace("default").withName(pod.getMetadata().getName()).edit(p -> {
            p.getMetadata().setLabels(labels);
            return p;
        }));
    }

    /** The controllers write as well, and then one reads again. */
    private static void insist(ThrowingRunnable change) {
        await().ignoreException(KubernetesClientException.class).untilAsserted(change);
    }

    private void awaitRolledOut(int replicas, String image) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(condition("Progressing").map(DeploymentCondition::getReason)).contains("NewReplicaSetAvailable");
            var status = web().get().getStatus();
            assertThat(status.getObservedGeneration()).isEqualTo(web().get().getMetadata().getGeneration());
            assertThat(Stream.of(status.getReplicas(), status.getUpdatedReplicas(), status.getAvailableReplicas()).map(RolloutStatus::number)).containsOnly(replicas);
            assertThat(pods()).hasSize(replicas).allMatch(p -> p.getSpec().getContainers().getFirst().getImage().equals(image));
        });
    }

    @Test
    void makesExactlyAsManyPodsAsWishedAndReplacesTheLost() {
        client.resource(deployment(5, "one").build()).create();
        awaitRolledOut(5, "one");
        assertThat(client.v1().events().inNamespace("default").list().getItems())
                .filteredOn(e -> e.getReason().equals("SuccessfulCreate")).as("never more than wished").hasSize(5);

        var lost = pods().getFirst();
        client.resource(lost).withGracePeriod(0).delete();

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(pods()).hasSize(5).noneMatch(p -> p.getMetadata().getUid().equals(lost.getMetadata().getUid())));
        change(d -> new DeploymentBuilder(d).editSpec().withReplicas(2).endSpec().build());
        awaitRolledOut(2, "one");
    }

    @Test
    void rollsOverWithoutEverHavingTooFewOrTooMany() {
        client.resource(deployment(4, "one").editSpec().withNewStrategy().withType("RollingUpdate")
                .withNewRollingUpdate().withMaxSurge(new IntOrString(1)).withMaxUnavailable(new IntOrString(0)).endRollingUpdate().endStrategy().endSpec().build()).create();
        awaitRolledOut(4, "one");
        image("two");
        await().atMost(PATIENCE).until(() -> {
            var active = pods().stream().filter(PodState::active).toList();
            assertThat(active).hasSizeLessThanOrEqualTo(5);
            assertThat(active.stream().filter(PodState::ready)).hasSizeGreaterThanOrEqualTo(4);
            return sets().size() == 2 && RolloutStatus.number(web().get().getStatus().getUpdatedReplicas()) == 4;
        });
        awaitRolledOut(4, "two");
        assertThat(web().get().getMetadata().getAnnotations()).containsEntry("deployment.kubernetes.io/revision", "2");

        // Back to the first template: its set is taken up again, as the third revision.
        image("one");
        awaitRolledOut(4, "one");
        assertThat(sets()).hasSize(2);
        assertThat(web().get().getMetadata().getAnnotations()).containsEntry("deployment.kubernetes.io/revision", "3");
        assertThat(sets()).filteredOn(s -> s.getSpec().getReplicas() == 4).singleElement()
                .satisfies(s -> assertThat(s.getMetadata().getAnnotations()).containsEntry("deployment.kubernetes.io/revision-history", "1"));
    }

    @Test
    void keepsTheOldPodsWhenTheNewOnesDoNotComeUpAndSaysSo() {
        client.resource(deployment(4, "one").editSpec().withProgressDeadlineSeconds(2).endSpec().build()).create();
        awaitRolledOut(4, "one");

        image("broken");

        await().atMost(PATIENCE).until(() -> condition("Progressing").filter(c -> c.getStatus().equals("False")).isPresent());
        assertThat(condition("Progressing").get().getReason()).isEqualTo("ProgressDeadlineExceeded");
        assertThat(condition("Progressing").get().getMessage()).matches("ReplicaSet \"web-[a-z0-9]+\" has timed out progressing.");
        assertThat(condition("Available").get().getStatus()).isEqualTo("True");
        assertThat(pods().stream().filter(PodState::ready)).hasSize(3);

        image("one");
        awaitRolledOut(4, "one");
    }

    @Test
    void recreatesOnlyAfterTheLastOldPodHasGone() {
        client.resource(deployment(2, "one").editSpec().withNewStrategy().withType("Recreate").endStrategy().endSpec().build()).create();
        awaitRolledOut(2, "one");
        image("two");
        await().atMost(PATIENCE).until(() -> {
            assertThat(pods().stream().map(p -> p.getSpec().getContainers().getFirst().getImage()).distinct()).hasSizeLessThanOrEqualTo(1);
            return condition("Progressing").filter(c -> c.getReason().equals("NewReplicaSetAvailable")).isPresent() && sets().size() == 2
                    && RolloutStatus.number(web().get().getStatus().getUpdatedReplicas()) == 2;
        });
        awaitRolledOut(2, "two");
    }

    @Test
    void standsStillWhilePausedAndKeepsAsMuchHistoryAsAsked() {
        client.resource(deployment(1, "v0").editSpec().withRevisionHistoryLimit(1).endSpec().build()).create();
        awaitRolledOut(1, "v0");
        change(d -> new DeploymentBuilder(d).editSpec().withPaused(true).endSpec().build());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(condition("Progressing").get().getReason()).isEqualTo("DeploymentPaused"));
        image("v1");
        change(d -> new DeploymentBuilder(d).editSpec().withReplicas(2).endSpec().build());
        await().atMost(PATIENCE).until(() -> pods().size() == 2);
        assertThat(sets()).hasSize(1);

        change(d -> new DeploymentBuilder(d).editSpec().withPaused(false).endSpec().build());
        awaitRolledOut(2, "v1");
        image("v2");
        awaitRolledOut(2, "v2");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(sets()).extracting(s -> s.getSpec().getTemplate().getSpec().getContainers().getFirst().getImage())
                .containsExactlyInAnyOrder("v1", "v2"));
    }

    @Test
    void takesOrphansThatFitAndLetsGoOfThoseThatNoLongerDo() {
        client.resource(deployment(3, "one").build()).create();
        awaitRolledOut(3, "one");
        var one = pods().getFirst();
        var hash = one.getMetadata().getLabels().get("pod-template-hash");

        // Set aside, to look into why it is sick: its owner makes another.
        label(one, Map.of("app", "aside"));
        await().atMost(PATIENCE).until(() -> pods().size() == 3 && client.resource(one).get().getMetadata().getOwnerReferences().isEmpty());

        // And back: one too many now.
        label(one, Map.of("app", "web", "pod-template-hash", hash));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(pods()).hasSize(3).allMatch(p -> Cache.controllerOf(p).isPresent()));
    }
}
