package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One node and the Pods on it: whether another Pod may come, why not, and how much room there would be. Pure. */
final class NodeFit {

    private static final String NOT_READY = "node.kubernetes.io/not-ready";
    private static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    private static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
    private static final String ANY_ADDRESS = "0.0.0.0";
    /** What a Pod that asks for nothing is taken for when nodes are compared. */
    private static final Map<String, BigDecimal> MODEST = Map.of("cpu", new BigDecimal("0.1"), "memory", new BigDecimal(200L << 20));

    private final Node node;
    private final List<Pod> there;
    private final Map<String, BigDecimal> room;
    private final Map<String, BigDecimal> used = new HashMap<>();

    NodeFit(Node node, List<Pod> there) {
        this.node = node;
        this.there = there;
        var status = node.getStatus();
        this.room = status == null || status.getAllocatable() == null ? Map.of() : Requests.amounts(status.getAllocatable());
        there.forEach(p -> Requests.add(used, Requests.of(p)));
    }

    String name() {
        return node.getMetadata().getName();
    }

    /**
     * Why a Pod cannot come.
     *
     * @param evictable whether it could if others went
     */
    record Refusal(List<String> reasons, boolean evictable) {
        Refusal(String reason, boolean evictable) {
            this(List.of(reason), evictable);
        }
    }

    /** The first thing that stands against the Pod; the words are those of the Kubernetes scheduler. */
    Optional<Refusal> refuses(Pod pod) {
        if (Boolean.TRUE.equals(node.getSpec() == null ? null : node.getSpec().getUnschedulable())
                && !tolerated(pod, taint(UNSCHEDULABLE, "NoSchedule"))) {
            return Optional.of(new Refusal("node(s) were unschedulable", false));
        }
        if (taints().stream().anyMatch(t -> !"PreferNoSchedule".equals(t.getEffect()) && !tolerated(pod, t))) {
            return Optional.of(new Refusal("node(s) had untolerated taint(s)", false));
        }
        if (!selected(pod)) {
            return Optional.of(new Refusal("node(s) didn't match Pod's node affinity/selector", false));
        }
        if (portTaken(pod)) {
            return Optional.of(new Refusal("node(s) didn't have free ports for the requested pod ports", true));
        }
        return lacking(pod);
    }

    /** Whether the Pod's selector and affinity allow the node. */
    boolean allowedBy(Pod pod) {
        return selected(pod);
    }

    /** Those of the node's own taints that keep the Pod away and that it does not tolerate. */
    List<Taint> untolerated(Pod pod) {
        return node.getSpec() == null ? List.of()
                : node.getSpec().getTaints().stream().filter(t -> !"PreferNoSchedule".equals(t.getEffect()) && !tolerated(pod, t)).toList();
    }

    /** What the node says of itself if it is not ready. */
    Optional<String> illness() {
        var ready = readiness();
        if (ready.filter(c -> "True".equals(c.getStatus())).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(ready.map(NodeCondition::getMessage).filter(m -> !m.isEmpty()).orElse("it has not told that it is ready"));
    }

    private Optional<NodeCondition> readiness() {
        return node.getStatus() == null ? Optional.empty() : node.getStatus().getConditions().stream().filter(c -> c.getType().equals("Ready")).findFirst();
    }

    /** Its own, and the one that stands for its not being ready. */
    private List<Taint> taints() {
        var taints = new ArrayList<Taint>(node.getSpec() == null ? List.of() : node.getSpec().getTaints());
        taints.removeIf(t -> t.getKey().equals(UNSCHEDULABLE));
        var status = readiness().map(NodeCondition::getStatus).orElse("False");
        if (!status.equals("True")) {
            taints.add(taint(status.equals("Unknown") ? UNREACHABLE : NOT_READY, "NoSchedule"));
        }
        return taints;
    }

    private static Taint taint(String key, String effect) {
        return new Taint(effect, key, null, null);
    }

    private static boolean tolerated(Pod pod, Taint taint) {
        return pod.getSpec().getTolerations().stream().anyMatch(t -> tolerates(t, taint));
    }

    static boolean tolerates(Toleration toleration, Taint taint) {
        var effect = text(toleration.getEffect());
        var key = text(toleration.getKey());
        var exists = text(toleration.getOperator()).equals("Exists");
        if (!effect.isEmpty() && !effect.equals(taint.getEffect())) {
            return false;
        }
        if (key.isEmpty()) {
            return exists;
        }
        return key.equals(taint.getKey()) && (exists || text(toleration.getValue()).equals(text(taint.getValue())));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private boolean selected(Pod pod) {
        Map<String, String> labels = node.getMetadata().getLabels() == null ? Map.of() : node.getMetadata().getLabels();
        var plain = pod.getSpec().getNodeSelector();
        if (plain != null && !labels.entrySet().containsAll(plain.entrySet())) {
            return false;
        }
        var affinity = pod.getSpec().getAffinity();
        if (affinity == null || affinity.getNodeAffinity() == null || affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution() == null) {
            return true;
        }
        return affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution().getNodeSelectorTerms().stream().anyMatch(t -> meets(t, labels));
    }

    /** A term that asks for nothing means no node. */
    private boolean meets(NodeSelectorTerm term, Map<String, String> labels) {
        if (term.getMatchExpressions().isEmpty() && term.getMatchFields().isEmpty()) {
            return false;
        }
        return all(term.getMatchExpressions(), labels) && all(term.getMatchFields(), Map.of("metadata.name", name()));
    }

    private static boolean all(List<NodeSelectorRequirement> requirements, Map<String, String> of) {
        return requirements.stream().allMatch(r -> Selection.holds(of, r.getKey(), r.getOperator(), r.getValues()));
    }

    private boolean portTaken(Pod pod) {
        var wanted = hostPorts(pod);
        return !wanted.isEmpty() && there.stream().flatMap(p -> hostPorts(p).stream()).anyMatch(a -> wanted.stream().anyMatch(b -> collide(a, b)));
    }

    private static List<ContainerPort> hostPorts(Pod pod) {
        return pod.getSpec().getContainers().stream().flatMap(c -> c.getPorts().stream()).filter(p -> p.getHostPort() != null && p.getHostPort() > 0).toList();
    }

    private static boolean collide(ContainerPort a, ContainerPort b) {
        return a.getHostPort().equals(b.getHostPort())
                && protocol(a).equals(protocol(b))
                && (address(a).equals(address(b)) || address(a).equals(ANY_ADDRESS) || address(b).equals(ANY_ADDRESS));
    }

    private static String protocol(ContainerPort port) {
        return port.getProtocol() == null ? "TCP" : port.getProtocol();
    }

    private static String address(ContainerPort port) {
        return text(port.getHostIP()).isEmpty() ? ANY_ADDRESS : port.getHostIP();
    }

    private Optional<Refusal> lacking(Pod pod) {
        var reasons = new ArrayList<String>();
        var evictable = true;
        if (BigDecimal.valueOf(there.size() + 1L).compareTo(room.getOrDefault("pods", BigDecimal.ZERO)) > 0) {
            reasons.add("Too many pods");
        }
        for (var request : new TreeMap<>(Requests.of(pod)).entrySet()) {
            var has = room.getOrDefault(request.getKey(), BigDecimal.ZERO);
            if (request.getValue().signum() > 0 && request.getValue().add(used.getOrDefault(request.getKey(), BigDecimal.ZERO)).compareTo(has) > 0) {
                reasons.add("Insufficient " + request.getKey());
                evictable &= request.getValue().compareTo(has) <= 0;
            }
        }
        return reasons.isEmpty() ? Optional.empty() : Optional.of(new Refusal(reasons, evictable));
    }

    /** How many of its wishes to be left alone the Pod would break. */
    long reluctance(Pod pod) {
        return taints().stream().filter(t -> "PreferNoSchedule".equals(t.getEffect()) && !tolerated(pod, t)).count();
    }

    /** The share of cpu and memory, 0 to 1, that would be free with the Pod. */
    double roomLeft(Pod pod) {
        var sum = 0.0;
        for (var resource : MODEST.keySet()) {
            var has = room.getOrDefault(resource, BigDecimal.ZERO);
            if (has.signum() > 0) {
                var taken = there.stream().map(p -> modest(p, resource)).reduce(modest(pod, resource), BigDecimal::add);
                sum += Math.max(0, has.subtract(taken).divide(has, 6, RoundingMode.HALF_UP).doubleValue());
            }
        }
        return sum / MODEST.size();
    }

    private static BigDecimal modest(Pod pod, String resource) {
        return Requests.of(pod).getOrDefault(resource, MODEST.getOrDefault(resource, BigDecimal.ZERO));
    }

    int pods() {
        return there.size();
    }
}
