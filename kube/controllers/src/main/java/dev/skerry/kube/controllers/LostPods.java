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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Removes Pods that nobody else will: those on nodes that are gone, those that were to go before they came to a node, those on nodes that
 * are said to be out of service, and the oldest that have ended when there are too many.
 */
final class LostPods implements Controller {

    private static final Duration QUARANTINE = Duration.ofSeconds(40);
    private static final int MOST_ENDED = 12_500;
    private static final String OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<Node> nodes;
    private final Cache<Pod> pods;
    private final Map<String, Instant> missing = new ConcurrentHashMap<>();
    private final ControlLoop loop;

    LostPods(Writer writer, ControllersConfig config, Cache<Node> nodes, Cache<Pod> pods) {
        this.writer = writer;
        this.config = config;
        this.nodes = nodes;
        this.pods = pods;
        this.loop = new ControlLoop("lostpods", 1, this::reconcile);
        pods.onChange(p -> {
            if (Cache.leaving(p) || nodes.find(PodState.node(p)).isEmpty() && !PodState.node(p).isEmpty() || PodState.finished(p)) {
                loop.add(Cache.key(p));
            }
        });
        nodes.onChanged((a, b) -> java.util.Objects.equals(a.getSpec(), b.getSpec()),
                n -> pods.all().stream().filter(p -> n.getMetadata().getName().equals(PodState.node(p))).forEach(p -> loop.add(Cache.key(p))));
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        var found = pods.find(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var pod = found.get();
        var name = PodState.node(pod);
        if (name.isEmpty()) {
            if (Cache.leaving(pod)) {
                remove(pod, Optional.empty());
            }
            return Optional.empty();
        }
        var node = nodes.find(name);
        if (node.isEmpty()) {
            return onMissingNode(pod, name);
        }
        missing.remove(name);
        if (Cache.leaving(pod) && node.get().getSpec() != null && node.get().getSpec().getTaints().stream().anyMatch(t -> OUT_OF_SERVICE.equals(t.getKey()))) {
            remove(pod, Optional.empty());
        } else if (PodState.finished(pod)) {
            trim();
        }
        return Optional.empty();
    }

    /** A node that has just been missed may be about to come. */
    private Optional<Duration> onMissingNode(Pod pod, String node) {
        var now = config.clock().instant();
        var since = missing.computeIfAbsent(node, n -> now);
        var left = Duration.between(now, since.plus(QUARANTINE));
        if (left.isPositive()) {
            return Optional.of(left);
        }
        if (writer.client().nodes().withName(node).get() == null) {
            remove(pod, Optional.of("PodGC: node no longer exists"));
        }
        return Optional.empty();
    }

    private void trim() {
        var ended = pods.all().stream().filter(PodState::finished).toList();
        if (ended.size() > MOST_ENDED) {
            ended.stream().sorted(java.util.Comparator.comparing((Pod p) -> p.getMetadata().getCreationTimestamp()))
                    .limit(ended.size() - MOST_ENDED).forEach(p -> remove(p, Optional.empty()));
        }
    }

    private void remove(Pod pod, Optional<String> why) {
        try {
            if (!PodState.finished(pod)) {
                var status = new HashMap<String, Object>();
                status.put("phase", "Failed");
                why.ifPresent(message -> {
                    var conditions = new ArrayList<PodCondition>(pod.getStatus().getConditions());
                    conditions.removeIf(c -> c.getType().equals("DisruptionTarget"));
                    conditions.add(new PodConditionBuilder().withType("DisruptionTarget").withStatus("True").withReason("DeletionByPodGC").withMessage(message)
                            .withLastTransitionTime(Condition.seconds(config.clock().instant())).build());
                    status.put("conditions", conditions);
                });
                writer.mergeStatus(pod, status);
            }
            writer.client().raw(Writer.path(pod), "DELETE", Map.of("kind", "DeleteOptions", "apiVersion", "v1", "gracePeriodSeconds", 0,
                    "preconditions", Map.of("uid", pod.getMetadata().getUid())));
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
