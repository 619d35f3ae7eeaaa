package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Drives Pods from nodes with a NoExecute taint, each after as long as it tolerates it. */
final class TaintEvictions implements Controller {

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<Node> nodes;
    private final Cache<Pod> pods;
    private final Recorder events;
    /** When a Pod was first seen beside a taint that does not tell its time; by namespace and name. */
    private final Map<String, Instant> first = new ConcurrentHashMap<>();
    private final ControlLoop loop;

    TaintEvictions(Writer writer, ControllersConfig config, Cache<Node> nodes, Cache<Pod> pods) {
        this.writer = writer;
        this.config = config;
        this.nodes = nodes;
        this.pods = pods;
        this.events = new Recorder(writer, config.clock(), "taint-eviction-controller");
        this.loop = new ControlLoop("taintevictions", 1, this::reconcile);
        pods.onChanged((a, b) -> PodState.node(a).equals(PodState.node(b)), p -> loop.add(Cache.key(p)));
        nodes.onChanged((a, b) -> NodeTaints.there(a).equals(NodeTaints.there(b)),
                n -> pods.all().stream().filter(p -> n.getMetadata().getName().equals(PodState.node(p))).forEach(p -> loop.add(Cache.key(p))));
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        var pod = pods.find(key).filter(PodState::active);
        var node = pod.flatMap(p -> nodes.find(PodState.node(p)));
        if (node.isEmpty()) {
            first.remove(key);
            return Optional.empty();
        }
        var now = config.clock().instant();
        Optional<Instant> end = Optional.empty();
        for (var taint : NodeTaints.there(node.get())) {
            if (!"NoExecute".equals(taint.getEffect())) {
                continue;
            }
            var tolerations = pod.get().getSpec().getTolerations().stream().filter(t -> NodeFit.tolerates(t, taint)).toList();
            if (tolerations.isEmpty()) {
                evict(pod.get(), now);
                return Optional.empty();
            }
            var since = taint.getTimeAdded() == null ? first.computeIfAbsent(key, k -> now) : Instant.parse(taint.getTimeAdded());
            var least = tolerations.stream().filter(t -> t.getTolerationSeconds() != null).mapToLong(t -> Math.max(0, t.getTolerationSeconds())).min();
            if (least.isPresent()) {
                var until = since.plusSeconds(least.getAsLong());
                end = end.filter(e -> e.isBefore(until)).or(() -> Optional.of(until));
            }
        }
        if (end.isEmpty()) {
            first.remove(key);
            return Optional.empty();
        }
        var left = Duration.between(now, end.get());
        if (left.isPositive()) {
            return Optional.of(left);
        }
        evict(pod.get(), now);
        return Optional.empty();
    }

    private void evict(Pod pod, Instant now) {
        events.normal(pod, "TaintManagerEviction", "Marking for deletion Pod " + Cache.key(pod));
        try {
            var conditions = new ArrayList<PodCondition>(pod.getStatus().getConditions());
            conditions.removeIf(c -> c.getType().equals("DisruptionTarget"));
            conditions.add(new PodConditionBuilder().withType("DisruptionTarget").withStatus("True").withReason("DeletionByTaintManager")
                    .withMessage("Taint manager: deleting due to NoExecute taint").withLastTransitionTime(Condition.seconds(now)).build());
            writer.mergeStatus(pod, Map.of("conditions", conditions));
            writer.delete(pod);
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
