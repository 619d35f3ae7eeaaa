package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchedulerTest {

    private static final String HOPELESS = " no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";

    @TempDir
    Path folder;

    private Cluster cluster;
    private KubernetesClient client;

    @BeforeEach
    void start() throws Exception {
        cluster = Cluster.start(folder);
        client = cluster.client();
        await().until(() -> client.serviceAccounts().inNamespace("default").withName("default").get() != null);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private static PodBuilder pod(String name, String cpu) {
        return new PodBuilder().withNewMetadata().withNamespace("default").withName(name).endMetadata()
                .withNewSpec().addNewContainer().withName("c").withImage("i")
                .withNewResources().addToRequests("cpu", new Quantity(cpu)).endResources().endContainer().endSpec();
    }

    private Pod get(String name) {
        return client.pods().inNamespace("default").withName(name).get();
    }

    private void awaitRefusal(String name, String message) {
        await().untilAsserted(() -> assertThat(PodState.condition(get(name), "PodScheduled")).hasValueSatisfying(c -> {
            assertThat(c.getStatus()).isEqualTo("False");
            assertThat(c.getReason()).isEqualTo("Unschedulable");
            assertThat(c.getMessage()).isEqualTo(message);
        }));
        awaitEvent(name, message);
    }

    private void awaitEvent(String name, String message) {
        await().untilAsserted(() -> assertThat(client.v1().events().inNamespace("default").list().getItems())
                .anyMatch(e -> e.getReason().equals("FailedScheduling") && e.getMessage().equals(message) && e.getInvolvedObject().getName().equals(name)));
    }

    private void awaitBound(String name, String node) {
        await().untilAsserted(() -> assertThat(PodState.node(get(name))).isEqualTo(node));
        assertThat(PodState.condition(get(name), "PodScheduled").get().getStatus()).isEqualTo("True");
        await().untilAsserted(() -> assertThat(client.v1().events().inNamespace("default").list().getItems())
                .anyMatch(e -> e.getReason().equals("Scheduled") && e.getMessage().equals("Successfully assigned default/" + name + " to " + node)));
    }

    private void node(NodeBuilder node) {
        var wished = node.build();
        client.resource(wished).create();
        FakeKubelet.tell(client, wished);
    }

    @Test
    void waitsForANodeAndSaysWhyItIsNotReady() {
        client.resource(pod("p", "1").build()).create();
        awaitEvent("p", "no nodes available to schedule pods");
        assertThat(PodState.condition(get("p"), "PodScheduled")).isEmpty();

        node(FakeKubelet.node("edge", "2", "1Gi").editStatus().withConditions().addNewCondition().withType("Ready").withStatus("False")
                .withReason("KubeletNotReady").withMessage("containerd is missing").endCondition().endStatus());
        awaitRefusal("p", "0/1 nodes are available: 1 node(s) had untolerated taint(s)." + HOPELESS + " Node edge is not ready: containerd is missing");

        FakeKubelet.tell(client, FakeKubelet.node("edge", "2", "1Gi").build());
        awaitBound("p", "edge");
    }

    @Test
    void neverFillsANodeBeyondItsRoomAndUsesWhatBecomesFree() {
        node(FakeKubelet.node("edge", "2", "1Gi"));
        for (int i = 0; i < 4; i++) {
            client.resource(pod("p" + i, "500m").build()).create();
        }
        for (int i = 0; i < 4; i++) {
            awaitBound("p" + i, "edge");
        }
        client.resource(pod("more", "500m").build()).create();
        awaitRefusal("more", "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: "
                + "1 No preemption victims found for incoming pod.");

        client.resource(get("p2")).withGracePeriod(0).delete();

        awaitBound("more", "edge");
    }

    @Test
    void heedsTaintsSelectorsAffinityAndPorts() {
        node(FakeKubelet.node("edge", "4", "4Gi").editMetadata().addToLabels("rack", "3").endMetadata()
                .withNewSpec().addNewTaint().withKey("line").withValue("a").withEffect("NoSchedule").endTaint().endSpec());
        client.resource(pod("tainted", "1m").build()).create();
        awaitRefusal("tainted", "0/1 nodes are available: 1 node(s) had untolerated taint(s)." + HOPELESS);

        var tolerant = new Tolerant();
        client.resource(tolerant.pod("elsewhere").editSpec().addToNodeSelector("rack", "4").endSpec().build()).create();
        awaitRefusal("elsewhere", "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector." + HOPELESS);
        client.resource(tolerant.affine("affine", "Gt", "2").build()).create();
        awaitBound("affine", "edge");
        client.resource(tolerant.affine("averse", "NotIn", "3").build()).create();
        awaitRefusal("averse", "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector." + HOPELESS);

        client.resource(tolerant.port("first", 8080).build()).create();
        awaitBound("first", "edge");
        client.resource(tolerant.port("second", 8080).build()).create();
        awaitRefusal("second", "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. no new claims to deallocate, "
                + "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.");

        client.nodes().withName("edge").edit(n -> new NodeBuilder(n).editMetadata().addToLabels(Map.of("rack", "4")).endMetadata().build());
        awaitBound("elsewhere", "edge");
    }

    @Test
    void choosesTheNodeWithTheMostRoom() {
        node(FakeKubelet.node("small", "2", "2Gi"));
        node(FakeKubelet.node("large", "8", "8Gi"));
        // A node comes with the taint that it is not ready, and loses it a little later.
        await().until(() -> client.nodes().list().getItems().stream().allMatch(n -> NodeTaints.there(n).isEmpty()));
        client.resource(pod("a", "1").build()).create();
        awaitBound("a", "large");
        client.resource(pod("b", "6500m").build()).create();
        awaitBound("b", "large");
        client.resource(pod("c", "200m").build()).create();
        awaitBound("c", "small");
    }

    @Test
    void drivesOutAsFewLessImportantPodsAsWillDo() {
        node(FakeKubelet.node("edge", "2", "1Gi"));
        client.resource(new PriorityClassBuilder().withNewMetadata().withName("urgent").endMetadata().withValue(1000).build()).create();
        for (var name : List.of("small", "large")) {
            client.resource(pod(name, name.equals("small") ? "400m" : "1500m").build()).create();
            awaitBound(name, "edge");
        }

        client.resource(pod("urgent", "1500m").editSpec().withPriorityClassName("urgent").endSpec().build()).create();

        await().untilAsserted(() -> assertThat(get("large").getMetadata().getDeletionTimestamp()).isNotNull());
        assertThat(PodState.condition(get("large"), "DisruptionTarget")).hasValueSatisfying(c -> {
            assertThat(c.getReason()).isEqualTo("PreemptionByScheduler");
            assertThat(c.getMessage()).isEqualTo("default-scheduler: preempting to accommodate a higher priority pod");
        });
        await().untilAsserted(() -> assertThat(client.v1().events().inNamespace("default").list().getItems()).anyMatch(e -> e.getReason().equals("Preempted")
                && e.getInvolvedObject().getName().equals("large") && e.getMessage().equals("Preempted by pod " + get("urgent").getMetadata().getUid() + " on node edge")));
        assertThat(get("urgent").getStatus().getNominatedNodeName()).isEqualTo("edge");

        // Its room is not given away while it waits.
        client.resource(get("large")).withGracePeriod(0).delete();
        client.resource(pod("greedy", "1500m").build()).create();
        awaitBound("urgent", "edge");
        assertThat(get("small").getMetadata().getDeletionTimestamp()).isNull();
        assertThat(PodState.node(get("greedy"))).isEmpty();
    }

    @Test
    void forgetsTheNodeOnWhichNoRoomIsMadeAnyMore() {
        node(FakeKubelet.node("edge", "2", "1Gi"));
        client.resource(pod("huge", "8").build()).create();
        await().untilAsserted(() -> assertThat(PodState.condition(get("huge"), "PodScheduled")).isPresent());

        client.pods().inNamespace("default").withName("huge").editStatus(p -> new PodBuilder(p).editStatus().withNominatedNodeName("edge").endStatus().build());

        await().untilAsserted(() -> assertThat(get("huge").getStatus().getNominatedNodeName()).isNull());
    }

    /** Pods that tolerate the taint of the node. */
    private static final class Tolerant {

        PodBuilder pod(String name) {
            return SchedulerTest.pod(name, "1m").editSpec().addNewToleration().withKey("line").withOperator("Exists").endToleration().endSpec();
        }

        PodBuilder affine(String name, String operator, String rack) {
            return pod(name).editSpec().withNewAffinity().withNewNodeAffinity().withNewRequiredDuringSchedulingIgnoredDuringExecution()
                    .addNewNodeSelectorTerm().addNewMatchExpression().withKey("rack").withOperator(operator).withValues(rack).endMatchExpression().endNodeSelectorTerm()
                    .endRequiredDuringSchedulingIgnoredDuringExecution().endNodeAffinity().endAffinity().endSpec();
        }

        PodBuilder port(String name, int port) {
            return pod(name).editSpec().editFirstContainer().addNewPort().withContainerPort(port).withHostPort(port).endPort().endContainer().endSpec();
        }
    }
}
