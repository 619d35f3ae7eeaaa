package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Where a Pod goes, or why it goes nowhere.
 *
 * @param node the chosen one's name
 * @param message why none was chosen
 * @param now the same without a word on what would help
 */
record Choice(Optional<String> node, String message, String now) {

    private static final int NODES_TOLD = 3;

    /** As below, where nothing is known of namespaces. */
    static Choice of(Pod pod, Collection<Node> nodes, Collection<Pod> pods) {
        return of(pod, nodes, pods, namespace -> Map.of("kubernetes.io/metadata.name", namespace));
    }

    /**
     * @param pods all that are bound or about to be
     * @param namespaces the labels of a namespace
     */
    static Choice of(Pod pod, Collection<Node> nodes, Collection<Pod> pods, Function<String, Map<String, String>> namespaces) {
        if (nodes.isEmpty()) {
            return new Choice(Optional.empty(), "no nodes available to schedule pods", "no nodes available to schedule pods");
        }
        var there = pods.stream().filter(p -> !PodState.finished(p)).toList();
        var neighbours = new Neighbours(pod, nodes, there, namespaces);
        var byNode = there.stream().collect(Collectors.groupingBy(PodState::node));
        var fitting = new ArrayList<NodeFit>();
        var reasons = new HashMap<String, Integer>();
        var evictable = 0;
        var ill = new TreeMap<String, String>();
        for (var node : nodes) {
            var fit = new NodeFit(node, byNode.getOrDefault(node.getMetadata().getName(), List.of()));
            var refusal = fit.refuses(pod).or(() -> neighbours.refuses(node));
            if (refusal.isEmpty()) {
                fitting.add(fit);
                continue;
            }
            refusal.get().reasons().forEach(r -> reasons.merge(r, 1, Integer::sum));
            evictable += refusal.get().evictable() ? 1 : 0;
            fit.illness().ifPresent(why -> ill.put(fit.name(), why));
        }
        var best = fitting.stream().min(Comparator.comparingLong((NodeFit f) -> f.reluctance(pod))
                .thenComparingDouble(f -> -f.roomLeft(pod)).thenComparingInt(NodeFit::pods).thenComparing(NodeFit::name));
        return best.isPresent() ? new Choice(Optional.of(best.get().name()), "", "") : new Choice(Optional.empty(), why(nodes.size(), reasons, evictable, ill), available(nodes.size(), reasons));
    }

    private static String why(int nodes, Map<String, Integer> reasons, int evictable, Map<String, String> ill) {
        var hopeless = new HashMap<String, Integer>();
        if (evictable > 0) {
            hopeless.put("No preemption victims found for incoming pod", evictable);
        }
        if (evictable < nodes) {
            hopeless.put("Preemption is not helpful for scheduling", nodes - evictable);
        }
        var text = new StringBuilder(available(nodes, reasons)).append(" no new claims to deallocate, preemption: ").append(available(nodes, hopeless));
        ill.entrySet().stream().limit(NODES_TOLD).forEach(e -> text.append(" Node ").append(e.getKey()).append(" is not ready: ").append(e.getValue()));
        return text.toString();
    }

    private static String available(int nodes, Map<String, Integer> reasons) {
        return "0/" + nodes + " nodes are available: "
                + reasons.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()).sorted().collect(Collectors.joining(", ")) + ".";
    }
}
