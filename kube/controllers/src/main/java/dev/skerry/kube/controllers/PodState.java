package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What a Pod's status says, in the words of the controllers. */
final class PodState {

    private PodState() {}

    static String phase(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getPhase() == null ? "" : pod.getStatus().getPhase();
    }

    static String node(Pod pod) {
        return pod.getSpec() == null || pod.getSpec().getNodeName() == null ? "" : pod.getSpec().getNodeName();
    }

    /** Whether it has run to its end, and never runs again. */
    static boolean finished(Pod pod) {
        return phase(pod).equals("Succeeded") || phase(pod).equals("Failed");
    }

    /** Whether it counts among what its owner has. */
    static boolean active(Pod pod) {
        return !finished(pod) && !Cache.leaving(pod);
    }

    static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus() == null ? Optional.empty() : pod.getStatus().getConditions().stream().filter(c -> type.equals(c.getType())).findFirst();
    }

    static boolean ready(Pod pod) {
        return condition(pod, "Ready").filter(c -> "True".equals(c.getStatus())).isPresent();
    }

    /** Since when it is ready; empty if it is not, or does not say. */
    static Optional<Instant> readySince(Pod pod) {
        return condition(pod, "Ready").filter(c -> "True".equals(c.getStatus()) && c.getLastTransitionTime() != null).map(c -> Instant.parse(c.getLastTransitionTime()));
    }

    /** How long until it counts as available, if it stays ready; empty if it is not ready. */
    static Optional<Duration> availableIn(Pod pod, int minReadySeconds, Instant now) {
        if (!ready(pod)) {
            return Optional.empty();
        }
        if (minReadySeconds <= 0) {
            return Optional.of(Duration.ZERO);
        }
        return readySince(pod).map(since -> Duration.between(now, since.plusSeconds(minReadySeconds))).map(d -> d.isNegative() ? Duration.ZERO : d);
    }

    static boolean available(Pod pod, int minReadySeconds, Instant now) {
        return availableIn(pod, minReadySeconds, now).filter(Duration::isZero).isPresent();
    }

    static int restarts(Pod pod) {
        return pod.getStatus() == null ? 0 : pod.getStatus().getContainerStatuses().stream().mapToInt(c -> c.getRestartCount() == null ? 0 : c.getRestartCount()).max().orElse(0);
    }
}
