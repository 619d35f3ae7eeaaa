package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which taints a node's conditions ask for. Pure. */
final class NodeTaints {

    static final String NOT_READY = "node.kubernetes.io/not-ready";
    static final String UNREACHABLE = "node.kubernetes.io/unreachable";

    private static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
    /** By type and status of the condition. */
    private static final Map<String, String> OF_CONDITION = Map.of(
            "Ready/False", NOT_READY, "Ready/Unknown", UNREACHABLE, "MemoryPressure/True", "node.kubernetes.io/memory-pressure",
            "DiskPressure/True", "node.kubernetes.io/disk-pressure", "PIDPressure/True", "node.kubernetes.io/pid-pressure",
            "NetworkUnavailable/True", "node.kubernetes.io/network-unavailable");

    private NodeTaints() {}

    static Optional<NodeCondition> ready(Node node) {
        return node.getStatus() == null ? Optional.empty() : node.getStatus().getConditions().stream().filter(c -> c.getType().equals("Ready")).findFirst();
    }

    static List<Taint> there(Node node) {
        return node.getSpec() == null ? List.of() : node.getSpec().getTaints();
    }

    /** @param evicting whether Pods may be driven out; not while no node at all is ready, for then it is more likely us who are cut off */
    static List<Taint> wished(Node node, boolean evicting, Instant now) {
        var scheduling = new LinkedHashMap<String, Taint>();
        if (node.getStatus() != null) {
            for (var condition : node.getStatus().getConditions()) {
                var key = OF_CONDITION.get(condition.getType() + "/" + condition.getStatus());
                if (key != null) {
                    scheduling.put(key, new TaintBuilder().withKey(key).withEffect("NoSchedule").withTimeAdded(Condition.seconds(now)).build());
                }
            }
        }
        if (node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
            scheduling.put(UNSCHEDULABLE, new TaintBuilder().withKey(UNSCHEDULABLE).withEffect("NoSchedule").withTimeAdded(Condition.seconds(now)).build());
        }
        var driving = ready(node).map(c -> OF_CONDITION.getOrDefault("Ready/" + c.getStatus(), "")).filter(k -> evicting && !k.isEmpty());
        var all = new ArrayList<Taint>();
        for (var taint : there(node)) {
            var key = taint.getKey();
            if ("NoSchedule".equals(taint.getEffect()) && (OF_CONDITION.containsValue(key) || key.equals(UNSCHEDULABLE))) {
                if (scheduling.remove(key) != null) {
                    all.add(taint);
                }
            } else if ("NoExecute".equals(taint.getEffect()) && Set.of(NOT_READY, UNREACHABLE).contains(key)) {
                if (driving.filter(key::equals).isPresent()) {
                    all.add(taint);
                }
            } else {
                all.add(taint);
            }
        }
        all.addAll(scheduling.values());
        driving.filter(k -> there(node).stream().noneMatch(t -> k.equals(t.getKey()) && "NoExecute".equals(t.getEffect())))
                .ifPresent(k -> all.add(new TaintBuilder().withKey(k).withEffect("NoExecute").withTimeAdded(Condition.seconds(now)).build()));
        return all;
    }
}
