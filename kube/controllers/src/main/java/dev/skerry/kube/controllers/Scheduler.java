package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Binds each Pod that has no node yet to the one with the most room, or says in the Pod why there is none. */
final class Scheduler implements Controller {

    private static final String NAME = "default-scheduler";
    private static final String NO_NODES = "no nodes available to schedule pods";
    private static final Duration BACKSTOP = Duration.ofMinutes(5);

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<Node> nodes;
    private final Cache<Pod> pods;
    private final Cache<Namespace> namespaces;
    private final Cache<PodDisruptionBudget> budgets;
    private final Recorder events;
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    /** Bound by us, but not yet so in the cache; by UID. */
    private final Map<String, Pod> assumed = new ConcurrentHashMap<>();
    private final ControlLoop loop;

    Scheduler(Writer writer, ControllersConfig config, Cache<Node> nodes, Cache<Pod> pods, Cache<Namespace> namespaces,
            Cache<PodDisruptionBudget> budgets) {
        this.writer = writer;
        this.config = config;
        this.nodes = nodes;
        this.pods = pods;
        this.namespaces = namespaces;
        this.budgets = budgets;
        this.events = new Recorder(writer, config.clock(), NAME);
        // One at a time: each must see the room that the one before has taken.
        this.loop = new ControlLoop("scheduler", 1, this::reconcile);
        nodes.onChange(n -> waiting.forEach(loop::add));
        pods.onChange(this::podChanged);
    }

    private void podChanged(Pod pod) {
        if (pods.find(Cache.key(pod)).filter(p -> p.getMetadata().getUid().equals(pod.getMetadata().getUid())).isEmpty()) {
            assumed.remove(pod.getMetadata().getUid());
        }
        if (ours(pod)) {
            loop.add(Cache.key(pod));
        } else {
            waiting.remove(Cache.key(pod));
        }
        if (!PodState.node(pod).isEmpty()) {
            assumed.remove(pod.getMetadata().getUid());
            if (!waiting.isEmpty()) {
                var left = PodState.finished(pod) || pods.find(Cache.key(pod)).isEmpty();
                waiting.stream().filter(k -> left || pods.find(k).filter(Neighbours::mind).isPresent()).forEach(loop::add);
            }
        }
    }

    private static boolean ours(Pod pod) {
        var scheduler = pod.getSpec().getSchedulerName();
        return PodState.node(pod).isEmpty() && PodState.active(pod)
                && (scheduler == null || scheduler.equals(NAME)) && pod.getSpec().getSchedulingGates().isEmpty();
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        var found = pods.find(key).filter(Scheduler::ours).filter(p -> !assumed.containsKey(p.getMetadata().getUid()));
        if (found.isEmpty()) {
            waiting.remove(key);
            return Optional.empty();
        }
        var pod = found.get();
        // Before the look, so that what changes meanwhile wakes us again.
        var first = waiting.add(key);
        if (nodes.all().isEmpty()) {
            // A cluster without any node only keeps objects: the Pod stays as its maker wrote it, and an Event says why it waits.
            if (first) {
                events.warning(pod, "FailedScheduling", NO_NODES);
            }
            return Optional.empty();
        }
        var there = present();
        var choice = Choice.of(pod, nodes.all(), promised(pod, there), this::labels);
        if (choice.node().isEmpty()) {
            if (!Preemption.allowed(pod, there)) {
                refuse(pod, "Never".equals(pod.getSpec().getPreemptionPolicy()) ? choice.message() : choice.now(), Preemption.nominated(pod));
                return Optional.of(BACKSTOP);
            }
            var room = Preemption.of(pod, nodes.all(), there, budgets.all(), this::labels);
            refuse(pod, room.isPresent() ? choice.now() : choice.message(), room.map(Preemption::node).orElse(""));
            room.ifPresent(r -> driveOut(r, pod));
            return Optional.of(BACKSTOP);
        }
        bind(pod, choice.node().get());
        waiting.remove(key);
        return Optional.empty();
    }

    private Map<String, String> labels(String namespace) {
        return namespaces.find(namespace).map(n -> n.getMetadata().getLabels()).orElse(Map.of());
    }

    /** The Pods on nodes, and those that have just been sent there. */
    private List<Pod> present() {
        var all = new ArrayList<Pod>(assumed.values());
        for (var pod : pods.all()) {
            if (!PodState.node(pod).isEmpty() && !assumed.containsKey(pod.getMetadata().getUid())) {
                all.add(pod);
            }
        }
        return all;
    }

    /** With the room that is being made for others no less important. */
    private List<Pod> promised(Pod pod, List<Pod> there) {
        var all = new ArrayList<Pod>(there);
        for (var key : waiting) {
            pods.find(key).filter(p -> !Preemption.nominated(p).isEmpty() && !p.getMetadata().getUid().equals(pod.getMetadata().getUid()) && ours(p)
                            && Preemption.priority(p) >= Preemption.priority(pod))
                    .ifPresent(p -> all.add(new PodBuilder(p).editSpec().withNodeName(Preemption.nominated(p)).endSpec().build()));
        }
        return all;
    }

    private void driveOut(Preemption room, Pod pod) {
        for (var victim : room.victims()) {
            if (Cache.leaving(victim)) {
                continue;
            }
            try {
                var conditions = new ArrayList<PodCondition>(victim.getStatus().getConditions());
                conditions.removeIf(c -> c.getType().equals("DisruptionTarget"));
                conditions.add(new PodConditionBuilder().withType("DisruptionTarget").withStatus("True").withReason("PreemptionByScheduler")
                        .withMessage(NAME + ": preempting to accommodate a higher priority pod").withLastTransitionTime(Condition.seconds(config.clock().instant())).build());
                writer.delete(writer.mergeStatus(victim, Map.of("conditions", conditions)));
                events.normal(victim, "Preempted", "Preempted by pod " + pod.getMetadata().getUid() + " on node " + room.node());
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                    throw e;
                }
            }
        }
    }

    private void bind(Pod pod, String node) {
        var metadata = pod.getMetadata();
        assumed.put(metadata.getUid(), new PodBuilder(pod).editSpec().withNodeName(node).endSpec().build());
        var binding = Map.of(
                "apiVersion", "v1", "kind", "Binding",
                "metadata", Map.of("name", metadata.getName(), "namespace", metadata.getNamespace(), "uid", metadata.getUid()),
                "target", Map.of("apiVersion", "v1", "kind", "Node", "name", node));
        try {
            writer.client().raw("/api/v1/namespaces/" + metadata.getNamespace() + "/pods/" + metadata.getName() + "/binding", "POST", binding);
        } catch (KubernetesClientException e) {
            assumed.remove(metadata.getUid());
            throw e;
        }
        // It may have shown up in the cache, or gone, before we had noted it.
        if (pods.find(Cache.key(pod)).filter(p -> PodState.node(p).isEmpty()).isEmpty()) {
            assumed.remove(metadata.getUid());
        }
        events.normal(pod, "Scheduled", "Successfully assigned " + Cache.key(pod) + " to " + node);
    }

    /** @param nominated the node where room is being made, if on any */
    private void refuse(Pod pod, String message, String nominated) {
        var there = PodState.condition(pod, "PodScheduled");
        if (there.filter(c -> "False".equals(c.getStatus()) && message.equals(c.getMessage())).isPresent() && nominated.equals(Preemption.nominated(pod))) {
            return;
        }
        var now = Condition.seconds(config.clock().instant());
        var since = there.filter(c -> "False".equals(c.getStatus())).map(PodCondition::getLastTransitionTime).orElse(now);
        var conditions = new ArrayList<PodCondition>(pod.getStatus().getConditions());
        conditions.removeIf(c -> c.getType().equals("PodScheduled"));
        conditions.add(new PodConditionBuilder().withType("PodScheduled").withStatus("False").withReason("Unschedulable").withMessage(message).withLastTransitionTime(since).build());
        try {
            var status = new HashMap<String, @Nullable Object>(Map.of("conditions", conditions));
            if (!nominated.equals(Preemption.nominated(pod))) {
                // One that waits for no node any more says so.
                status.put("nominatedNodeName", nominated.isEmpty() ? null : nominated);
            }
            writer.mergeStatus(pod, status);
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return;
            }
            throw e;
        }
        events.warning(pod, "FailedScheduling", message);
    }

    @Override
    public void close() {
        loop.close();
    }
}
