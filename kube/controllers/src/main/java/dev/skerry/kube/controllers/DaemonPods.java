package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.NodeSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What makes a Pod of a DaemonSet one of a node: it asks for that node, and stays through the node's troubles. Pure. */
final class DaemonPods {

    private static final String NODE_NAME = "metadata.name";
    private static final String GENERATION = "pod-template-generation";

    private record Trouble(String key, String effect) {}

    private static final List<Trouble> TOLERATED = List.of(
            new Trouble("node.kubernetes.io/not-ready", "NoExecute"),
            new Trouble("node.kubernetes.io/unreachable", "NoExecute"),
            new Trouble("node.kubernetes.io/disk-pressure", "NoSchedule"),
            new Trouble("node.kubernetes.io/memory-pressure", "NoSchedule"),
            new Trouble("node.kubernetes.io/pid-pressure", "NoSchedule"),
            new Trouble("node.kubernetes.io/unschedulable", "NoSchedule"));

    private DaemonPods() {}

    /** A Pod of the set that may go anywhere yet. */
    static Pod of(DaemonSet set, String hash) {
        var pod = NewPods.of(set, set.getSpec().getTemplate());
        pod.getMetadata().getLabels().put(StatefulPods.REVISION, hash);
        var generation = Revisions.annotation(set, "deprecated.daemonset.template.generation");
        if (!generation.isEmpty()) {
            pod.getMetadata().getLabels().put(GENERATION, generation);
        }
        var tolerations = new ArrayList<Toleration>(pod.getSpec().getTolerations());
        TOLERATED.forEach(t -> tolerate(tolerations, t));
        if (Boolean.TRUE.equals(pod.getSpec().getHostNetwork())) {
            tolerate(tolerations, new Trouble("node.kubernetes.io/network-unavailable", "NoSchedule"));
        }
        pod.getSpec().setTolerations(tolerations);
        return pod;
    }

    private static void tolerate(List<Toleration> all, Trouble trouble) {
        var wished = new TolerationBuilder().withKey(trouble.key).withOperator("Exists").withEffect(trouble.effect).build();
        for (int i = 0; i < all.size(); i++) {
            if (trouble.key.equals(all.get(i).getKey()) && trouble.effect.equals(all.get(i).getEffect())) {
                all.set(i, wished);
                return;
            }
        }
        all.add(wished);
    }

    /** The same Pod for one node. */
    static Pod on(String node, Pod pod) {
        var field = new NodeSelectorRequirementBuilder().withKey(NODE_NAME).withOperator("In").withValues(node).build();
        var terms = new ArrayList<NodeSelectorTerm>();
        var affinity = pod.getSpec().getAffinity();
        if (affinity != null && affinity.getNodeAffinity() != null && affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution() != null) {
            affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution().getNodeSelectorTerms()
                    .forEach(t -> terms.add(new NodeSelectorTermBuilder(t).withMatchFields(field).build()));
        }
        if (terms.isEmpty()) {
            terms.add(new NodeSelectorTermBuilder().withMatchFields(field).build());
        }
        return new PodBuilder(pod).editSpec().editOrNewAffinity().editOrNewNodeAffinity().editOrNewRequiredDuringSchedulingIgnoredDuringExecution()
                .withNodeSelectorTerms(terms).endRequiredDuringSchedulingIgnoredDuringExecution().endNodeAffinity().endAffinity().endSpec().build();
    }

    /** The node that a Pod is on or asks for. */
    static Optional<String> node(Pod pod) {
        if (!PodState.node(pod).isEmpty()) {
            return Optional.of(PodState.node(pod));
        }
        var affinity = pod.getSpec().getAffinity();
        if (affinity == null || affinity.getNodeAffinity() == null || affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution() == null) {
            return Optional.empty();
        }
        return affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution().getNodeSelectorTerms().stream()
                .flatMap(t -> t.getMatchFields().stream()).filter(f -> NODE_NAME.equals(f.getKey()) && f.getValues().size() == 1)
                .map(f -> f.getValues().getFirst()).findFirst();
    }
}
