package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Says of nodes that have fallen silent that nothing is known of them, and turns conditions into taints. A node that renews a Lease is
 * missed after 50 seconds; one that does not, and only repeats its status every few minutes, after eleven minutes.
 */
final class NodeLifecycle implements Controller {

    static final String LEASES = "kube-node-lease";

    private static final Duration GRACE = Duration.ofSeconds(50);
    private static final Duration GRACE_WITHOUT_LEASE = Duration.ofMinutes(11);
    private static final Duration FIRST_GRACE = Duration.ofSeconds(60);
    private static final Duration COMING = Duration.ofSeconds(3);
    private static final String TTL = "node.alpha.kubernetes.io/ttl";
    private static final List<String> CONDITIONS = List.of("Ready", "MemoryPressure", "DiskPressure", "PIDPressure");

    /** A sign of life, and when we first saw it: the node's clock may be wrong. */
    private record Sign(String text, Instant at) {}

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<Node> nodes;
    private final Cache<Pod> pods;
    private final Cache<Lease> leases;
    private final Recorder events;
    private final Written written;
    private final Map<String, Sign> signs = new ConcurrentHashMap<>();
    private final ControlLoop loop;

    NodeLifecycle(Writer writer, ControllersConfig config, Cache<Node> nodes, Cache<Pod> pods, Cache<Lease> leases) {
        this.writer = writer;
        this.config = config;
        this.nodes = nodes;
        this.pods = pods;
        this.leases = leases;
        this.events = new Recorder(writer, config.clock(), "node-controller");
        this.written = new Written(nodes);
        this.loop = new ControlLoop("nodelifecycle", 1, this::reconcile);
        // Whether one is ready may decide over all.
        nodes.onChange(n -> loop.add(Cache.key(n)));
        nodes.onChanged((a, b) -> isReady(a) == isReady(b), n -> nodes.all().forEach(o -> loop.add(Cache.key(o))));
    }

    static Cache<Lease> leases(RawApi api) {
        return new Cache<>(api, "/apis/coordination.k8s.io/v1/namespaces/" + LEASES + "/leases", Lease.class);
    }

    private static boolean isReady(Node node) {
        return NodeTaints.ready(node).filter(c -> "True".equals(c.getStatus())).isPresent();
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String name) {
        var found = nodes.find(name);
        if (found.isEmpty()) {
            signs.remove(name);
            return Optional.empty();
        }
        if (!written.shown(name)) {
            return Optional.of(Written.SOON);
        }
        var node = found.get();
        var now = config.clock().instant();
        var coming = Duration.between(now, Instant.parse(node.getMetadata().getCreationTimestamp()).plus(COMING));
        if (NodeTaints.ready(node).isEmpty() && coming.isPositive()) {
            // Whoever has just made it is about to write its first status, and is not to be disturbed.
            return Optional.of(coming);
        }
        if (Revisions.annotation(node, TTL).isEmpty()) {
            node = note(writer.mergeAnyVersion(node, Map.of("metadata", Map.of("annotations", Map.of(TTL, "0")))));
        }
        var left = Duration.between(now, missedAt(node, now));
        if (!left.isPositive()) {
            node = forget(node, now);
        }
        var evicting = nodes.all().stream().anyMatch(NodeLifecycle::isReady);
        var wished = NodeTaints.wished(node, evicting, now);
        if (!wished.equals(NodeTaints.there(node))) {
            note(writer.merge(node, Map.of("spec", Map.of("taints", wished))));
        }
        if (NodeTaints.ready(node).isPresent() && !isReady(node)) {
            tellPods(node, now);
        }
        return left.isPositive() ? Optional.of(left) : Optional.empty();
    }

    private Node note(Node node) {
        written.note(Cache.key(node), node);
        return node;
    }

    private Instant missedAt(Node node, Instant now) {
        var name = node.getMetadata().getName();
        var lease = leases.find(Cache.key(LEASES, name));
        var ready = NodeTaints.ready(node);
        if (lease.isEmpty() && ready.isEmpty()) {
            return Instant.parse(node.getMetadata().getCreationTimestamp()).plus(FIRST_GRACE);
        }
        var text = lease.map(l -> String.valueOf(l.getSpec().getRenewTime())).orElse("") + " " + ready.filter(c -> !"Unknown".equals(c.getStatus()))
                .map(NodeCondition::getLastHeartbeatTime).orElse("");
        var sign = signs.compute(name, (n, before) -> before != null && before.text.equals(text) ? before : new Sign(text, now));
        return sign.at.plus(lease.isPresent() ? GRACE : GRACE_WITHOUT_LEASE);
    }

    /** Nothing is known of it any more. */
    private Node forget(Node node, Instant now) {
        var conditions = new ArrayList<NodeCondition>(node.getStatus() == null ? List.of() : node.getStatus().getConditions());
        var changed = false;
        for (var type : CONDITIONS) {
            var there = conditions.stream().filter(c -> c.getType().equals(type)).findFirst();
            if (there.filter(c -> "Unknown".equals(c.getStatus())).isPresent()) {
                continue;
            }
            changed = true;
            var never = there.isEmpty();
            var unknown = new NodeConditionBuilder().withType(type).withStatus("Unknown")
                    .withReason(never ? "NodeStatusNeverUpdated" : "NodeStatusUnknown")
                    .withMessage(never ? "Kubelet never posted node status." : "Kubelet stopped posting node status.")
                    .withLastHeartbeatTime(there.map(NodeCondition::getLastHeartbeatTime).orElse(node.getMetadata().getCreationTimestamp()))
                    .withLastTransitionTime(Condition.seconds(now)).build();
            if (never) {
                conditions.add(unknown);
            } else {
                conditions.set(conditions.indexOf(there.get()), unknown);
            }
        }
        if (!changed) {
            return node;
        }
        events.normal(node, "NodeNotReady", "Node " + node.getMetadata().getName() + " status is now: NodeNotReady");
        return note(writer.mergeStatus(node, Map.of("conditions", conditions)));
    }

    /** Its Pods are not ready either, as far as anybody can say. */
    private void tellPods(Node node, Instant now) {
        for (var pod : pods.all()) {
            if (!node.getMetadata().getName().equals(PodState.node(pod)) || !PodState.ready(pod)) {
                continue;
            }
            var conditions = new ArrayList<PodCondition>(pod.getStatus().getConditions());
            conditions.replaceAll(c -> c.getType().equals("Ready")
                    ? new PodConditionBuilder(c).withStatus("False").withLastTransitionTime(Condition.seconds(now)).build() : c);
            writer.mergeStatus(pod, Map.of("conditions", conditions));
            events.warning(pod, "NodeNotReady", "Node is not ready");
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
