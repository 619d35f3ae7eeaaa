package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which Pods go first when there are too many, as upstream ranks them: not assigned, not running, not ready, of lower cost, with more
 * siblings on its node, ready for less long, restarted more often, younger. Ages count by powers of two.
 */
final class PodRank {

    private static final String COST = "controller.kubernetes.io/pod-deletion-cost";
    private static final List<String> PHASES = List.of("Pending", "Unknown", "Running");

    private PodRank() {}

    /** @param related all Pods that share the work, the given ones among them */
    static List<Pod> firstToGo(Collection<Pod> pods, Collection<Pod> related, int count, Instant now) {
        var onNode = new HashMap<String, Integer>();
        related.stream().filter(PodState::active).forEach(p -> onNode.merge(PodState.node(p), 1, Integer::sum));
        return pods.stream().sorted(order(onNode, now)).limit(count).toList();
    }

    private static Comparator<Pod> order(Map<String, Integer> onNode, Instant now) {
        return Comparator.comparing((Pod p) -> !PodState.node(p).isEmpty())
                .thenComparingInt(p -> PHASES.indexOf(PodState.phase(p)))
                .thenComparing(PodState::ready)
                .thenComparingInt(PodRank::cost)
                .thenComparingInt(p -> -onNode.getOrDefault(PodState.node(p), 0))
                .thenComparingLong(p -> PodState.readySince(p).map(t -> bucket(t, now)).orElse(Long.MAX_VALUE))
                .thenComparingInt(p -> -PodState.restarts(p))
                .thenComparingLong(p -> bucket(Instant.parse(p.getMetadata().getCreationTimestamp()), now))
                .thenComparing(p -> p.getMetadata().getUid());
    }

    private static long bucket(Instant since, Instant now) {
        var seconds = Duration.between(since, now).toSeconds();
        return seconds <= 0 ? 0 : 64 - Long.numberOfLeadingZeros(seconds);
    }

    private static int cost(Pod pod) {
        var annotations = pod.getMetadata().getAnnotations();
        var text = annotations == null ? "" : annotations.getOrDefault(COST, "");
        return text.matches("-?[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }
}
