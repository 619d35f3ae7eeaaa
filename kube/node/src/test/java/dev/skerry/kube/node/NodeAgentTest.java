package dev.skerry.kube.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Pods on a real containerd, by way of a real API. */
class NodeAgentTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.NEVER)
    static Path folder;

    private static Site site;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        var missing = Programs.missing();
        assumeTrue(missing.isEmpty(), "this machine cannot run Pods: " + missing);
        site = Site.start(folder);
        await().atMost(LONG).until(() -> condition("Ready").equals("True"));
        var archive = folder.resolve("busybox.tar");
        BusyboxImage.write(archive, "local/busybox:1");
        assertThat(new Images(site.nodeFolder()).load(archive)).containsExactly("docker.io/local/busybox:1");
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        if (site != null) {
            var bridge = new NodePlace(site.nodeFolder()).bridge();
            var run = new NodePlace(site.nodeFolder()).run();
            site.close();
            assertThat(Path.of("/sys/class/net", bridge)).doesNotExist();
            assertThat(run).doesNotExist();
            Volumes.delete(folder);
        }
    }

    private static String condition(String type) {
        return Optional.ofNullable(site.client().nodes().withName(Site.NODE).get())
                .flatMap(n -> n.getStatus().getConditions().stream().filter(c -> c.getType().equals(type)).findFirst())
                .map(c -> c.getStatus()).orElse("");
    }

    private static PodBuilder pod(String name, String script) {
        return new PodBuilder().withNewMetadata().withName(name).withNamespace("default").endMetadata()
                .withNewSpec().withNodeName(Site.NODE).withTerminationGracePeriodSeconds(1L)
                .addNewContainer().withName("c").withImage("local/busybox:1").withCommand("sh", "-c", script).endContainer()
                .endSpec();
    }

    private static Pod read(String name) {
        return site.client().pods().inNamespace("default").withName(name).get();
    }

    private static ContainerStatus container(String name) {
        var pod = read(name);
        return pod == null || pod.getStatus() == null || pod.getStatus().getContainerStatuses().isEmpty()
                ? new ContainerStatus()
                : pod.getStatus().getContainerStatuses().getFirst();
    }

    /** Why a container waits, read once: it may go on at any moment. Empty if it does not wait. */
    private static String waitsFor(String name) {
        var state = container(name).getState();
        return state == null || state.getWaiting() == null ? "" : String.valueOf(state.getWaiting().getReason());
    }

    private static boolean ready(String name) {
        return Boolean.TRUE.equals(container(name).getReady());
    }

    private static void delete(String name) {
        site.client().pods().inNamespace("default").withName(name).delete();
        await().atMost(LONG).until(() -> read(name) == null);
    }

    @Test
    void runsAPodWithItsConfigurationAndShowsItsLog() throws Exception {
        site.client().resource(new ConfigMapBuilder().withNewMetadata().withName("greeting").withNamespace("default").endMetadata()
                .withData(Map.of("text", "land ho")).build()).create();
        var pod = pod("hello", "echo \"$TEXT from $(hostname)\"; cat /config/text; echo; sleep 3600")
                .editSpec().editFirstContainer()
                .addNewEnv().withName("TEXT").withNewValueFrom().withNewConfigMapKeyRef("text", "greeting", false).endValueFrom().endEnv()
                .addNewVolumeMount().withName("config").withMountPath("/config").endVolumeMount()
                .endContainer()
                .addNewVolume().withName("config").withNewConfigMap().withName("greeting").endConfigMap().endVolume()
                .endSpec().build();
        site.client().resource(pod).create();
        await().atMost(LONG).until(() -> ready("hello"));
        await().atMost(LONG).untilAsserted(() -> assertThat(site.log("hello", false)).isEqualTo("land ho from hello\nland ho\n"));
        var status = read("hello").getStatus();
        assertThat(status.getPhase()).isEqualTo("Running");
        assertThat(status.getPodIP()).startsWith("10.42.");
        assertThat(status.getQosClass()).isEqualTo("BestEffort");
        assertThat(status.getConditions()).extracting(c -> c.getType() + "=" + c.getStatus())
                .containsExactlyInAnyOrder("PodReadyToStartContainers=True", "Initialized=True", "Ready=True", "ContainersReady=True", "PodScheduled=True");
        var uid = read("hello").getMetadata().getUid();
        delete("hello");
        assertThat(new NodePlace(site.nodeFolder()).pod(uid)).doesNotExist();
    }

    @Test
    void leavesContainersAloneWhenTheAgentComesBack() throws Exception {
        site.client().resource(pod("steady", "sleep 3600").build()).create();
        await().atMost(LONG).until(() -> ready("steady"));
        var before = container("steady");
        var version = read("steady").getMetadata().getResourceVersion();
        site.restartAgent();
        site.client().resource(pod("marker", "sleep 3600").build()).create();
        await().atMost(LONG).until(() -> ready("marker"));
        assertThat(container("steady").getContainerID()).isEqualTo(before.getContainerID());
        assertThat(container("steady").getRestartCount()).isZero();
        // Not even the status was written: nothing had changed.
        assertThat(read("steady").getMetadata().getResourceVersion()).isEqualTo(version);
        delete("marker");
        delete("steady");
    }

    @Test
    void restartsWhatFailsAndBacksOff() throws Exception {
        site.client().resource(pod("failing", "echo run; exit 3").build()).create();
        await().atMost(LONG).until(() -> waitsFor("failing").equals("CrashLoopBackOff"));
        var status = container("failing");
        assertThat(status.getRestartCount()).isPositive();
        assertThat(status.getLastState().getTerminated().getExitCode()).isEqualTo(3);
        assertThat(status.getLastState().getTerminated().getReason()).isEqualTo("Error");
        assertThat(read("failing").getStatus().getPhase()).isEqualTo("Running");
        assertThat(site.log("failing", true)).isEqualTo("run\n");
        assertThat(site.client().v1().events().inNamespace("default").list().getItems()).anySatisfy(e -> {
            assertThat(e.getReason()).isEqualTo("BackOff");
            assertThat(e.getInvolvedObject().getName()).isEqualTo("failing");
        });
        delete("failing");
    }

    @Test
    void saysWhatAContainerWaitsFor() {
        var pod = pod("waiting", "true").editSpec().editFirstContainer()
                .addNewEnv().withName("X").withNewValueFrom().withNewConfigMapKeyRef("k", "absent", false).endValueFrom().endEnv()
                .endContainer().endSpec().build();
        site.client().resource(pod).create();
        await().atMost(LONG).until(() -> waitsFor("waiting").equals("CreateContainerConfigError"));
        assertThat(container("waiting").getState().getWaiting().getMessage()).isEqualTo("configmap \"absent\" not found");
        delete("waiting");
    }

    @Test
    void runsInitContainersInOrderAndEndsWithTheLast() throws Exception {
        var pod = pod("job", "cat /shared/x").editSpec().withRestartPolicy("Never")
                .addNewInitContainer().withName("a").withImage("local/busybox:1").withCommand("sh", "-c", "echo one > /shared/x")
                .addNewVolumeMount().withName("shared").withMountPath("/shared").endVolumeMount().endInitContainer()
                .addNewInitContainer().withName("b").withImage("local/busybox:1").withCommand("sh", "-c", "echo two >> /shared/x")
                .addNewVolumeMount().withName("shared").withMountPath("/shared").endVolumeMount().endInitContainer()
                .editFirstContainer().addNewVolumeMount().withName("shared").withMountPath("/shared").endVolumeMount().endContainer()
                .addNewVolume().withName("shared").withNewEmptyDir().endEmptyDir().endVolume()
                .endSpec().build();
        site.client().resource(pod).create();
        await().atMost(LONG).until(() -> read("job").getStatus() != null && "Succeeded".equals(read("job").getStatus().getPhase()));
        assertThat(site.log("job", false)).isEqualTo("one\ntwo\n");
        delete("job");
    }

    @Test
    void takesAContainerOffTrafficUntilItsProbeHolds() {
        var pod = pod("probed", "sleep 1; touch /tmp/ok; sleep 3600").editSpec().editFirstContainer()
                .withNewReadinessProbe().withNewExec().withCommand("cat", "/tmp/ok").endExec().withPeriodSeconds(1).endReadinessProbe()
                .endContainer().endSpec().build();
        site.client().resource(pod).create();
        await().atMost(LONG).until(() -> container("probed").getState() != null && container("probed").getState().getRunning() != null);
        await().atMost(LONG).until(() -> ready("probed"));
        delete("probed");
    }

    @Test
    void showsANodeThatLacksSomethingWithTheReason() {
        var node = new NodeObject(site.client(), new NodeConfig("bare", folder, Optional.empty(), java.time.InstantSource.system()), "127.0.0.1");
        node.tell(Optional.of("containerd: not found"), "", "", new Evictions.Pressure(false, false));
        var ready = site.client().nodes().withName("bare").get().getStatus().getConditions().stream().filter(c -> c.getType().equals("Ready")).findFirst().orElseThrow();
        assertThat(List.of(ready.getStatus(), ready.getReason(), ready.getMessage())).containsExactly("False", "KubeletNotReady", "containerd: not found");
        assertThat(Files.exists(folder)).isTrue();
    }
}
