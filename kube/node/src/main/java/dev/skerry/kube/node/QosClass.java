package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How much of a machine a Pod is promised: decides who goes first when there is too little. */
enum QosClass {
    /** Requests and limits of cpu and memory are set and equal, in each container. */
    Guaranteed,
    Burstable,
    /** Nothing is requested. */
    BestEffort;

    private static final int BEST_EFFORT_SCORE = 1000;
    private static final int GUARANTEED_SCORE = -997;

    static QosClass of(Pod pod) {
        boolean any = false;
        boolean guaranteed = true;
        for (var container : Stream.concat(pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream()).toList()) {
            var limits = limits(container);
            var requests = requests(container);
            for (var name : List.of("cpu", "memory")) {
                var limit = amount(limits.get(name));
                var request = amount(requests.get(name));
                any |= limit.signum() > 0 || request.signum() > 0;
                guaranteed &= limit.signum() > 0 && (request.signum() == 0 || request.compareTo(limit) == 0);
            }
        }
        return !any ? BestEffort : guaranteed ? Guaranteed : Burstable;
    }

    /** How soon the kernel is to kill a container's processes when memory runs out: 1000 first, -997 last. */
    static int oomScore(Pod pod, Container container, long nodeMemory) {
        var qos = of(pod);
        if (qos == Guaranteed) {
            return GUARANTEED_SCORE;
        }
        if (qos == BestEffort || nodeMemory <= 0) {
            return BEST_EFFORT_SCORE;
        }
        var request = amount(requests(container).get("memory")).longValue();
        var score = 1000 - 1000 * request / nodeMemory;
        return (int) Math.clamp(score, 1000 + GUARANTEED_SCORE, BEST_EFFORT_SCORE - 1);
    }

    static Map<String, Quantity> limits(Container container) {
        var resources = container.getResources();
        return resources == null || resources.getLimits() == null ? Map.of() : resources.getLimits();
    }

    static Map<String, Quantity> requests(Container container) {
        var resources = container.getResources();
        return resources == null || resources.getRequests() == null ? Map.of() : resources.getRequests();
    }

    static BigDecimal amount(@Nullable Quantity quantity) {
        return quantity == null ? BigDecimal.ZERO : quantity.getNumericalAmount();
    }
}
