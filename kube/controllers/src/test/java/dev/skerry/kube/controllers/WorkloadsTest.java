package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** StatefulSets, DaemonSets, Jobs and CronJobs against the real API, with a node that only says that all runs well. */
class WorkloadsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Cluster cluster;
    private KubernetesClient client;
    private FakeKubelet kubelet;

    @BeforeEach
    void start() throws Exception {
        cluster = Cluster.start(folder);
        client = cluster.client();
        kubelet = new FakeKubelet(client, "edge", p -> !p.getSpec().getContainers().getFirst().getImage().equals("waits"));
        await().until(() -> client.serviceAccounts().inNamespace("default").withName("default").get() != null);
    }

    @AfterEach
    void stop() {
        kubelet.close();
        cluster.close();
    }

    private static Container container(String image) {
        return new ContainerBuilder().withName("c").withImage(image).build();
    }

    private List<Pod> pods() {
        return client.pods().inNamespace("default").list().getItems();
    }

    private List<String> names() {
        return pods().stream().map(p -> p.getMetadata().getName()).sorted().toList();
    }

    private static void insist(ThrowingRunnable change) {
        await().atMost(PATIENCE).ignoreException(KubernetesClientException.class).untilAsserted(change);
    }

    @Test
    void numbersPodsInOrderAndReplacesThemFromTheTop() {
        var sets = client.apps().statefulSets().inNamespace("default");
        client.resource(new StatefulSetBuilder().withNewMetadata().withNamespace("default").withName("db").endMetadata()
                .withNewSpec().withReplicas(3).withServiceName("db").withNewSelector().addToMatchLabels("app", "db").endSelector()
                .withNewTemplate().withNewMetadata().addToLabels("app", "db").endMetadata().withNewSpec().withContainers(container("one")).endSpec().endTemplate()
                .endSpec().build()).create();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(sets.withName("db").get().getStatus().getReadyReplicas()).isEqualTo(3));
        assertThat(names()).containsExactly("db-0", "db-1", "db-2");
        assertThat(pods().stream().map(p -> p.getMetadata().getCreationTimestamp() + p.getMetadata().getName())).isSorted();

        // Below the partition nothing changes.
        insist(() -> sets.withName("db").edit(s -> new StatefulSetBuilder(s).editSpec().editUpdateStrategy().withNewRollingUpdate().withPartition(2).endRollingUpdate().endUpdateStrategy()
                .editTemplate().editSpec().withContainers(container("two")).endSpec().endTemplate().endSpec().build()));
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(image("db-2")).isEqualTo("two");
            assertThat(sets.withName("db").get().getStatus().getUpdatedReplicas()).isEqualTo(1);
            assertThat(sets.withName("db").get().getStatus().getReadyReplicas()).isEqualTo(3);
        });
        assertThat(image("db-1")).isEqualTo("one");
        assertThat(client.apps().controllerRevisions().inNamespace("default").list().getItems()).hasSize(2);

        insist(() -> sets.withName("db").edit(s -> new StatefulSetBuilder(s).editSpec().withReplicas(1).endSpec().build()));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(names()).containsExactly("db-0"));
    }

    private String image(String pod) {
        return client.pods().inNamespace("default").withName(pod).get().getSpec().getContainers().getFirst().getImage();
    }

    @Test
    void keepsOnePodOnEachNodeAndRollsItOver() {
        var sets = client.apps().daemonSets().inNamespace("default");
        client.resource(new DaemonSetBuilder().withNewMetadata().withNamespace("default").withName("agent").endMetadata()
                .withNewSpec().withNewSelector().addToMatchLabels("app", "agent").endSelector()
                .withNewTemplate().withNewMetadata().addToLabels("app", "agent").endMetadata().withNewSpec().withContainers(container("one")).endSpec().endTemplate()
                .endSpec().build()).create();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(sets.withName("agent").get().getStatus().getNumberAvailable()).isEqualTo(1));
        assertThat(pods()).singleElement().satisfies(p -> assertThat(p.getSpec().getNodeName()).isEqualTo("edge"));

        insist(() -> sets.withName("agent").edit(s -> new DaemonSetBuilder(s).editSpec().editTemplate().editSpec().withContainers(container("two")).endSpec().endTemplate().endSpec().build()));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(pods()).singleElement()
                .satisfies(p -> assertThat(p.getSpec().getContainers().getFirst().getImage()).isEqualTo("two")));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(sets.withName("agent").get().getStatus().getUpdatedNumberScheduled()).isEqualTo(1));
    }

    private Job job(String name) {
        return client.batch().v1().jobs().inNamespace("default").withName(name).get();
    }

    private static JobBuilder newJob(String name) {
        return new JobBuilder().withNewMetadata().withNamespace("default").withName(name).endMetadata()
                .withNewSpec().withNewTemplate().withNewSpec().withRestartPolicy("Never").withContainers(container("one")).endSpec().endTemplate().endSpec();
    }

    private void end(Pod pod, String phase) {
        insist(() -> client.pods().inNamespace("default").withName(pod.getMetadata().getName())
                .editStatus(p -> new PodBuilder(p).editStatus().withPhase(phase).endStatus().build()));
    }

    private List<String> reasons(String job) {
        return job(job).getStatus().getConditions().stream().map(JobCondition::getReason).toList();
    }

    /** Also while the controllers come and go: none is counted twice or forgotten. */
    @Test
    void countsEachEndOfAnIndexedJobOnce() {
        client.resource(newJob("sum").editSpec().withCompletions(3).withParallelism(2).withCompletionMode("Indexed").endSpec().build()).create();
        for (int i = 0; i < 3; i++) {
            await().atMost(PATIENCE).until(() -> pods().stream().anyMatch(p -> PodState.phase(p).equals("Running")));
            end(pods().stream().filter(p -> PodState.phase(p).equals("Running")).findFirst().orElseThrow(), "Succeeded");
            cluster.restartControllers();
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(reasons("sum")).contains("CompletionsReached"));
        assertThat(job("sum").getStatus().getSucceeded()).isEqualTo(3);
        assertThat(job("sum").getStatus().getCompletedIndexes()).isEqualTo("0-2");
        assertThat(pods()).hasSize(3).noneMatch(JobPods::tracked);
    }

    @Test
    void givesUpAJobThatFailsTooOften() {
        client.resource(newJob("sick").editSpec().withBackoffLimit(0).endSpec().build()).create();
        await().atMost(PATIENCE).until(() -> pods().stream().anyMatch(p -> PodState.phase(p).equals("Running")));

        end(pods().getFirst(), "Failed");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(reasons("sick")).containsExactly("BackoffLimitExceeded", "BackoffLimitExceeded"));
        assertThat(job("sick").getStatus().getFailed()).isEqualTo(1);
        assertThat(client.v1().events().inNamespace("default").list().getItems()).extracting(Event::getMessage).contains("Job has reached the specified backoff limit");
    }

    @Test
    void makesAJobWhenACronJobIsDue() {
        client.resource(new CronJobBuilder().withNewMetadata().withNamespace("default").withName("tick").endMetadata()
                .withNewSpec().withSchedule("@every 1s").withConcurrencyPolicy("Forbid")
                .withNewJobTemplate().withNewMetadata().withLabels(Map.of("from", "tick")).endMetadata().withSpec(newJob("x").build().getSpec()).endJobTemplate()
                .endSpec().build()).create();

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(client.batch().v1().jobs().inNamespace("default").withLabel("from", "tick").list().getItems()).isNotEmpty());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(client.batch().v1().cronjobs().inNamespace("default").withName("tick").get().getStatus().getActive()).hasSize(1));
    }
}
