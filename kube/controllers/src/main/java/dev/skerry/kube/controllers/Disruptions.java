package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Counts for each PodDisruptionBudget how many of its Pods may be missed now. */
final class Disruptions implements Controller {

    /** How long an eviction that was granted may take to show. */
    private static final Duration GRANTED = Duration.ofMinutes(2);

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<PodDisruptionBudget> budgets;
    private final Cache<Pod> pods;
    private final Cache<ReplicaSet> sets;
    private final Cache<Deployment> deployments;
    private final Cache<StatefulSet> statefulSets;
    private final Recorder events;
    private final ControlLoop loop;

    Disruptions(
            Writer writer, ControllersConfig config, Cache<PodDisruptionBudget> budgets, Cache<Pod> pods, Cache<ReplicaSet> sets,
            Cache<Deployment> deployments, Cache<StatefulSet> statefulSets) {
        this.writer = writer;
        this.config = config;
        this.budgets = budgets;
        this.pods = pods;
        this.sets = sets;
        this.deployments = deployments;
        this.statefulSets = statefulSets;
        this.events = new Recorder(writer, config.clock(), "controllermanager");
        this.loop = new ControlLoop("disruptions", 1, this::reconcile);
        budgets.onChange(b -> loop.add(Cache.key(b)));
        pods.onChange(p -> budgets.inNamespace(Cache.namespace(p)).stream().filter(b -> covers(b, p)).forEach(b -> loop.add(Cache.key(b))));
    }

    /** An empty selector means all, and none means none. */
    static boolean covers(PodDisruptionBudget budget, Pod pod) {
        var selector = budget.getSpec().getSelector();
        return selector != null && (new Selection(selector).empty() || new Selection(selector).test(pod.getMetadata().getLabels()));
    }

    @Override
    public void start() {
        loop.start();
    }

    private record Expected(int pods, int healthy) {}

    private Optional<Duration> reconcile(String key) {
        var found = budgets.find(key).filter(b -> !Cache.leaving(b));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var budget = found.get();
        var now = config.clock().instant();
        var covered = pods.inNamespace(Cache.namespace(budget)).stream().filter(p -> covers(budget, p)).toList();
        var seen = budget.getStatus() == null ? null : budget.getStatus().getObservedGeneration();
        if (covered.isEmpty() && !budget.getMetadata().getGeneration().equals(seen)) {
            events.normal(budget, "NoPods", "No matching pods found");
        }
        Expected expected;
        try {
            expected = expected(budget, covered);
        } catch (IllegalStateException e) {
            events.warning(budget, "CalculateExpectedPodCountFailed", "Failed to calculate the number of expected pods: " + e.getMessage());
            tell(budget, 0, 0, new Expected(0, 0), Map.of(), new Condition("DisruptionAllowed", "False", "SyncFailed", String.valueOf(e.getMessage())), now);
            return Optional.empty();
        }
        var granted = new HashMap<String, Object>();
        var next = Optional.<Duration>empty();
        var uids = new HashMap<String, Pod>();
        covered.forEach(p -> uids.put(p.getMetadata().getName(), p));
        if (budget.getStatus() != null && budget.getStatus().getDisruptedPods() != null) {
            for (var one : budget.getStatus().getDisruptedPods().entrySet()) {
                var pod = uids.get(one.getKey());
                var left = Duration.between(now, Instant.parse(String.valueOf(one.getValue())).plus(GRANTED));
                if (pod == null || Cache.leaving(pod)) {
                    continue;
                }
                if (!left.isPositive()) {
                    events.warning(pod, "NotDeleted", "Pod was expected by PDB " + key + " to be deleted but it wasn't");
                    continue;
                }
                granted.put(one.getKey(), one.getValue());
                next = next.filter(d -> d.compareTo(left) < 0).or(() -> Optional.of(left));
            }
        }
        var healthy = (int) covered.stream().filter(p -> PodState.ready(p) && PodState.active(p) && !granted.containsKey(p.getMetadata().getName())).count();
        var allowed = expected.pods <= 0 ? 0 : Math.max(0, healthy - expected.healthy);
        tell(budget, healthy, allowed, expected, granted, allowed > 0
                ? new Condition("DisruptionAllowed", "True", "SufficientPods", "") : new Condition("DisruptionAllowed", "False", "InsufficientPods", ""), now);
        return next;
    }

    /** A number is taken as it is; shares and what may be missed need to know how many the controllers of the Pods want. */
    private Expected expected(PodDisruptionBudget budget, List<Pod> covered) {
        var most = budget.getSpec().getMaxUnavailable();
        if (most != null) {
            var wanted = wanted(covered);
            return new Expected(wanted, Math.max(0, wanted - Surge.scaled(most, wanted, true)));
        }
        var least = budget.getSpec().getMinAvailable();
        if (least == null) {
            return new Expected(0, 0);
        }
        if (least.getStrVal() == null) {
            return new Expected(covered.size(), Numbers.of(least.getIntVal()));
        }
        var wanted = wanted(covered);
        return new Expected(wanted, Surge.scaled(least, wanted, true));
    }

    private int wanted(List<Pod> covered) {
        var seen = new HashSet<String>();
        var sum = 0;
        for (var pod : covered) {
            var controller = Cache.controllerOf(pod);
            if (controller.isEmpty()) {
                continue;
            }
            var name = Cache.key(Cache.namespace(pod), controller.get().getName());
            switch (controller.get().getKind()) {
                case "ReplicaSet" -> {
                    var set = sets.find(name);
                    var above = set.flatMap(Cache::controllerOf).filter(c -> c.getKind().equals("Deployment"));
                    if (above.isPresent()) {
                        sum += seen.add(above.get().getUid())
                                ? deployments.find(Cache.key(Cache.namespace(pod), above.get().getName())).map(d -> Numbers.of(d.getSpec().getReplicas())).orElse(0) : 0;
                    } else if (set.isPresent() && seen.add(controller.get().getUid())) {
                        sum += Numbers.of(set.get().getSpec().getReplicas());
                    }
                }
                case "StatefulSet" -> sum += seen.add(controller.get().getUid()) ? statefulSets.find(name).map(s -> Numbers.of(s.getSpec().getReplicas())).orElse(0) : 0;
                case "ReplicationController" -> {
                    var live = seen.add(controller.get().getUid())
                            ? writer.client().replicationControllers().inNamespace(Cache.namespace(pod)).withName(controller.get().getName()).get() : null;
                    sum += live == null ? 0 : Numbers.of(live.getSpec().getReplicas());
                }
                default -> throw new IllegalStateException(
                        "found no controllers for pod \"" + pod.getMetadata().getName() + "\" that can be scaled (" + controller.get().getKind() + ")");
            }
        }
        return sum;
    }

    private void tell(
            PodDisruptionBudget budget, int healthy, int allowed, Expected expected, Map<String, Object> granted, Condition condition, Instant now) {
        var status = new HashMap<String, @Nullable Object>();
        status.put("currentHealthy", healthy);
        status.put("desiredHealthy", expected.healthy);
        status.put("expectedPods", expected.pods);
        status.put("disruptionsAllowed", allowed);
        status.put("observedGeneration", budget.getMetadata().getGeneration());
        var before = budget.getStatus() == null ? List.<io.fabric8.kubernetes.api.model.Condition>of() : budget.getStatus().getConditions();
        var there = before.stream().filter(c -> c.getType().equals(condition.type())).findFirst();
        if (there.isEmpty() || !there.get().getStatus().equals(condition.status()) || !there.get().getReason().equals(condition.reason())
                || !budget.getMetadata().getGeneration().equals(there.get().getObservedGeneration())) {
            var all = new ArrayList<Object>(before.stream().filter(c -> !c.getType().equals(condition.type())).toList());
            var since = there.filter(c -> c.getStatus().equals(condition.status())).map(c -> Instant.parse(c.getLastTransitionTime())).orElse(now);
            var fields = new HashMap<String, Object>(condition.fields("lastTransitionTime", since));
            fields.put("observedGeneration", budget.getMetadata().getGeneration());
            all.add(fields);
            status.put("conditions", all);
        }
        var disrupted = new HashMap<String, @Nullable Object>(granted);
        if (budget.getStatus() != null && budget.getStatus().getDisruptedPods() != null) {
            budget.getStatus().getDisruptedPods().keySet().stream().filter(k -> !granted.containsKey(k)).forEach(k -> disrupted.put(k, null));
        }
        if (!disrupted.isEmpty()) {
            status.put("disruptedPods", disrupted);
        }
        if (status.containsKey("conditions") || !Numbers.shows(writer, budget.getStatus(), status)) {
            writer.mergeStatus(budget, status);
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
