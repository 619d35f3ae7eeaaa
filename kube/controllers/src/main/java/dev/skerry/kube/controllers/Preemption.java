package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which less important Pods have to go for one that finds no room, as upstream chooses them: on each node as few as will do, the most
 * important of them spared first; then the node where budgets are broken least and the least important go. Pure.
 *
 * @param victims all on that node, most important first
 * @param broken how many of them a budget would keep
 */
record Preemption(String node, List<Pod> victims, int broken) {

    private static final Comparator<Pod> IMPORTANT_FIRST = Comparator.comparingInt((Pod p) -> -priority(p)).thenComparing(Preemption::started);

    static int priority(Pod pod) {
        return pod.getSpec().getPriority() == null ? 0 : pod.getSpec().getPriority();
    }

    private static Instant started(Pod pod) {
        var at = pod.getStatus() == null ? null : pod.getStatus().getStartTime();
        return at == null ? Instant.MAX : Instant.parse(at);
    }

    /** Whether the Pod may drive others out. One for which others are going already waits for them. */
    static boolean allowed(Pod pod, Collection<Pod> pods) {
        if ("Never".equals(pod.getSpec().getPreemptionPolicy())) {
            return false;
        }
        var nominated = nominated(pod);
        return nominated.isEmpty() || pods.stream().noneMatch(p -> PodState.node(p).equals(nominated) && Cache.leaving(p)
                && !PodState.finished(p) && priority(p) < priority(pod));
    }

    /** The node that a Pod waits for; empty if for none. */
    static String nominated(Pod pod) {
        var node = pod.getStatus() == null ? null : pod.getStatus().getNominatedNodeName();
        return node == null ? "" : node;
    }

    /** @param pods all that are bound or about to be */
    static Optional<Preemption> of(Pod pod, Collection<Node> nodes, Collection<Pod> pods, Collection<PodDisruptionBudget> budgets, Function<String, Map<String, String>> namespaces) {
        var there = pods.stream().filter(p -> !PodState.finished(p)).toList();
        return nodes.stream().flatMap(n -> on(n, pod, nodes, there, budgets, namespaces).stream()).min(Comparator
                .comparingInt(Preemption::broken)
                .thenComparingInt(p -> priority(p.victims().getFirst()))
                .thenComparingLong(p -> p.victims().stream().mapToLong(v -> priority(v) + (long) Integer.MAX_VALUE + 1).sum())
                .thenComparingInt(p -> p.victims().size())
                .thenComparing(p -> started(p.victims().getFirst()), Comparator.reverseOrder())
                .thenComparing(Preemption::node));
    }

    private static Optional<Preemption> on(
            Node node, Pod pod, Collection<Node> nodes, List<Pod> there, Collection<PodDisruptionBudget> budgets, Function<String, Map<String, String>> namespaces) {
        var name = node.getMetadata().getName();
        var lesser = there.stream().filter(p -> PodState.node(p).equals(name) && priority(p) < priority(pod)).sorted(IMPORTANT_FIRST).toList();
        var left = new ArrayList<Pod>(there);
        left.removeAll(lesser);
        if (lesser.isEmpty() || !fits(node, pod, nodes, left, namespaces)) {
            return Optional.empty();
        }
        var kept = kept(lesser, budgets);
        var victims = new HashSet<Pod>();
        // Those that a budget keeps are spared first.
        for (var held : new boolean[] {true, false}) {
            for (var one : lesser) {
                if (kept.contains(one) == held) {
                    left.add(one);
                    if (!fits(node, pod, nodes, left, namespaces)) {
                        left.removeLast();
                        victims.add(one);
                    }
                }
            }
        }
        return victims.isEmpty() ? Optional.empty()
                : Optional.of(new Preemption(name, lesser.stream().filter(victims::contains).toList(), (int) victims.stream().filter(kept::contains).count()));
    }

    private static boolean fits(Node node, Pod pod, Collection<Node> nodes, List<Pod> there, Function<String, Map<String, String>> namespaces) {
        var on = there.stream().filter(p -> PodState.node(p).equals(node.getMetadata().getName())).toList();
        return new NodeFit(node, on).refuses(pod).isEmpty() && new Neighbours(pod, nodes, there, namespaces).refuses(node).isEmpty();
    }

    /** Those that a budget could not miss if they all went, the most important counted first. */
    private static HashSet<Pod> kept(List<Pod> pods, Collection<PodDisruptionBudget> budgets) {
        var allowed = new HashMap<PodDisruptionBudget, Integer>();
        var kept = new HashSet<Pod>();
        for (var pod : pods) {
            for (var budget : budgets) {
                if (Cache.namespace(budget).equals(Cache.namespace(pod)) && Disruptions.covers(budget, pod)) {
                    var status = budget.getStatus();
                    if (status != null && status.getDisruptedPods() != null && status.getDisruptedPods().containsKey(pod.getMetadata().getName())) {
                        continue;
                    }
                    var most = status == null || status.getDisruptionsAllowed() == null ? 0 : status.getDisruptionsAllowed();
                    if (allowed.merge(budget, -1, (a, b) -> a + b) + most < 0) {
                        kept.add(pod);
                    }
                }
            }
        }
        return kept;
    }
}
