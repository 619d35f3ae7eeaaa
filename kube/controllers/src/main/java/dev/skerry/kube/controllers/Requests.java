package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

/** What a Pod asks of its node, by resource. */
final class Requests {

    private Requests() {}

    /** The larger of what its containers need together and of what it takes at most while it begins, and the overhead. */
    static Map<String, BigDecimal> of(Pod pod) {
        var spec = pod.getSpec();
        var running = new HashMap<String, BigDecimal>();
        spec.getContainers().forEach(c -> add(running, of(c)));
        var beginning = new HashMap<String, BigDecimal>();
        var staying = new HashMap<String, BigDecimal>();
        for (var container : spec.getInitContainers()) {
            var one = new HashMap<>(of(container));
            if ("Always".equals(container.getRestartPolicy())) {
                add(staying, one);
                one = new HashMap<>(staying);
            } else {
                add(one, staying);
            }
            one.forEach((name, amount) -> beginning.merge(name, amount, BigDecimal::max));
        }
        add(running, staying);
        beginning.forEach((name, amount) -> running.merge(name, amount, BigDecimal::max));
        if (spec.getResources() != null && spec.getResources().getRequests() != null) {
            running.putAll(amounts(spec.getResources().getRequests()));
        }
        if (spec.getOverhead() != null) {
            add(running, amounts(spec.getOverhead()));
        }
        return running;
    }

    static Map<String, BigDecimal> amounts(Map<String, Quantity> quantities) {
        var amounts = new HashMap<String, BigDecimal>();
        quantities.forEach((name, quantity) -> amounts.put(name, quantity.getNumericalAmount()));
        return amounts;
    }

    static void add(Map<String, BigDecimal> to, Map<String, BigDecimal> more) {
        more.forEach((name, amount) -> to.merge(name, amount, BigDecimal::add));
    }

    private static Map<String, BigDecimal> of(Container container) {
        var resources = container.getResources();
        return resources == null || resources.getRequests() == null ? Map.of() : amounts(resources.getRequests());
    }
}
