package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.ReplicationControllerStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps as many Pods as each ReplicaSet asks for: takes those that fit, makes those that are missing, deletes those too many. The older
 * ReplicationController is the same in other words.
 */
final class ReplicaSets<T extends HasMetadata> implements Controller {

    /** How many Pods one look makes or deletes at most. */
    private static final int BURST = 500;

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<T> sets;
    private final Function<T, ReplicaSet> view;
    private final Cache<Pod> pods;
    private final NewPods newPods;
    private final Written written;
    private final ControlLoop loop;

    private ReplicaSets(Writer writer, ControllersConfig config, String kind, String component, Cache<T> sets, Function<T, ReplicaSet> view, Cache<Pod> pods) {
        this.writer = writer;
        this.config = config;
        this.sets = sets;
        this.view = view;
        this.pods = pods;
        this.newPods = new NewPods(writer, new Recorder(writer, config.clock(), component));
        this.written = new Written(pods);
        this.loop = new ControlLoop(kind.toLowerCase(Locale.ROOT) + "s", 2, this::reconcile);
        sets.onChange(s -> loop.add(Cache.key(s)));
        Waking.owners(pods, kind, sets, s -> view.apply(s).getSpec().getSelector(), loop);
    }

    static ReplicaSets<ReplicaSet> of(Writer writer, ControllersConfig config, Cache<ReplicaSet> sets, Cache<Pod> pods) {
        return new ReplicaSets<>(writer, config, "ReplicaSet", "replicaset-controller", sets, s -> s, pods);
    }

    static ReplicaSets<ReplicationController> ofControllers(Writer writer, ControllersConfig config, Cache<ReplicationController> all, Cache<Pod> pods) {
        return new ReplicaSets<>(writer, config, "ReplicationController", "replication-controller", all, ReplicaSets::view, pods);
    }

    private static ReplicaSet view(ReplicationController controller) {
        var spec = controller.getSpec();
        var status = controller.getStatus() == null ? new ReplicationControllerStatus() : controller.getStatus();
        var conditions = status.getConditions().stream().map(c -> new ReplicaSetConditionBuilder().withType(c.getType()).withStatus(c.getStatus())
                .withReason(c.getReason()).withMessage(c.getMessage()).withLastTransitionTime(c.getLastTransitionTime()).build()).toList();
        return new ReplicaSetBuilder().withApiVersion(controller.getApiVersion()).withKind(controller.getKind()).withMetadata(controller.getMetadata())
                .withNewSpec().withReplicas(spec.getReplicas()).withMinReadySeconds(spec.getMinReadySeconds())
                .withSelector(new LabelSelectorBuilder().withMatchLabels(spec.getSelector()).build()).withTemplate(spec.getTemplate()).endSpec()
                .withNewStatus().withReplicas(status.getReplicas()).withFullyLabeledReplicas(status.getFullyLabeledReplicas()).withReadyReplicas(status.getReadyReplicas())
                .withAvailableReplicas(status.getAvailableReplicas()).withObservedGeneration(status.getObservedGeneration()).withConditions(conditions).endStatus()
                .build();
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        var found = sets.find(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        if (!written.shown(key)) {
            return Optional.of(Written.SOON);
        }
        var owner = found.get();
        var set = view.apply(owner);
        if (set.getStatus().getObservedGeneration() == null && !Cache.leaving(set) && !knowsOrphans(set)) {
            return Optional.of(Written.SOON);
        }
        var mine = new Claims<Pod>(writer, owner, new Selection(set.getSpec().getSelector())).claim(Waking.candidates(set, pods), PodState::active, written);
        var active = new ArrayList<>(mine.stream().filter(PodState::active).toList());
        @Nullable Fault fault = Cache.leaving(set) ? null : balance(set, active);
        tellStatus(owner, set, mine, active, fault);
        if (fault != null) {
            throw fault.cause;
        }
        return nextAvailable(set, active);
    }

    /** Pods may be older than a new set, and yet come to the cache later: one that is to be taken must not be replaced first. */
    private boolean knowsOrphans(ReplicaSet set) {
        return writer.client().pods().inNamespace(Cache.namespace(set)).withLabelSelector(set.getSpec().getSelector()).list().getItems().stream()
                .filter(p -> PodState.active(p) && Cache.controllerOf(p).isEmpty())
                .allMatch(p -> pods.find(Cache.key(p)).isPresent());
    }

    private record Fault(String reason, KubernetesClientException cause) {}

    /** Makes or deletes Pods. @return what stood in the way */
    private @Nullable Fault balance(ReplicaSet set, List<Pod> active) {
        var missing = wished(set) - active.size();
        try {
            if (missing > 0) {
                for (int i = 0; i < Math.min(missing, BURST); i++) {
                    var made = newPods.create(set, set.getSpec().getTemplate());
                    if (made.isEmpty()) {
                        return null;
                    }
                    written.note(Cache.key(set), made.get());
                    active.add(made.get());
                }
            } else if (missing < 0) {
                for (var pod : PodRank.firstToGo(active, related(set, active), Math.min(-missing, BURST), config.clock().instant())) {
                    newPods.delete(set, pod).ifPresent(revision -> written.note(Cache.key(set), revision));
                    active.remove(pod);
                }
            }
            return null;
        } catch (KubernetesClientException e) {
            return new Fault(missing > 0 ? "FailedCreate" : "FailedDelete", e);
        }
    }

    /** The Pods of all sets with the same controller: they share the nodes. */
    private List<Pod> related(ReplicaSet set, List<Pod> active) {
        var controller = Cache.controllerOf(set);
        if (controller.isEmpty()) {
            return active;
        }
        return sets.controlledBy(controller.get().getUid()).stream().flatMap(s -> pods.controlledBy(s.getMetadata().getUid()).stream()).toList();
    }

    private static int wished(ReplicaSet set) {
        return set.getSpec().getReplicas() == null ? 1 : set.getSpec().getReplicas();
    }

    private static int minReady(ReplicaSet set) {
        return set.getSpec().getMinReadySeconds() == null ? 0 : set.getSpec().getMinReadySeconds();
    }

    private void tellStatus(T owner, ReplicaSet set, List<Pod> mine, List<Pod> active, @Nullable Fault fault) {
        var now = config.clock().instant();
        var template = set.getSpec().getTemplate().getMetadata() == null ? Map.<String, String>of() : labels(set.getSpec().getTemplate().getMetadata().getLabels());
        var status = new HashMap<String, @Nullable Object>();
        status.put("replicas", active.size());
        status.put("fullyLabeledReplicas", count(active.stream().filter(p -> labels(p.getMetadata().getLabels()).entrySet().containsAll(template.entrySet())).count()));
        status.put("readyReplicas", count(active.stream().filter(PodState::ready).count()));
        status.put("availableReplicas", count(active.stream().filter(p -> PodState.available(p, minReady(set), now)).count()));
        if (set.getKind().equals("ReplicaSet")) {
            status.put("terminatingReplicas", terminating(mine));
        }
        status.put("observedGeneration", set.getMetadata().getGeneration());
        var there = set.getStatus().getConditions().stream().filter(c -> c.getType().equals("ReplicaFailure")).findFirst();
        var same = there.isPresent() == (fault != null) && (fault == null || there.get().getReason().equals(fault.reason));
        if (!same) {
            status.put("conditions", fault == null ? null : List.of(
                    new Condition("ReplicaFailure", "True", fault.reason, NewPods.reason(fault.cause)).fields("lastTransitionTime", now)));
        }
        if (same && shows(set, status)) {
            return;
        }
        try {
            writer.mergeStatus(owner, status);
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    private static int terminating(List<Pod> pods) {
        return (int) pods.stream().filter(p -> Cache.leaving(p) && !PodState.finished(p)).count();
    }

    private static boolean shows(ReplicaSet set, Map<String, @Nullable Object> status) {
        var there = new HashMap<String, @Nullable Object>();
        there.put("replicas", set.getStatus().getReplicas());
        there.put("fullyLabeledReplicas", set.getStatus().getFullyLabeledReplicas());
        there.put("readyReplicas", set.getStatus().getReadyReplicas());
        there.put("availableReplicas", set.getStatus().getAvailableReplicas());
        if (status.containsKey("terminatingReplicas")) {
            there.put("terminatingReplicas", set.getStatus().getTerminatingReplicas());
        }
        there.put("observedGeneration", set.getStatus().getObservedGeneration());
        return there.equals(status);
    }

    /** As the API writes it: none is no field. */
    private static @Nullable Integer count(long number) {
        return number == 0 ? null : Math.toIntExact(number);
    }

    private static Map<String, String> labels(@Nullable Map<String, String> labels) {
        return labels == null ? Map.of() : labels;
    }

    /** A Pod that has become ready counts later, and nobody tells us then. */
    private Optional<Duration> nextAvailable(ReplicaSet set, List<Pod> active) {
        var now = config.clock().instant();
        return active.stream().flatMap(p -> PodState.availableIn(p, minReady(set), now).stream()).filter(d -> !d.isZero()).min(Comparator.naturalOrder());
    }

    @Override
    public void close() {
        loop.close();
    }
}
