package dev.skerry.kube.schema;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of budgets, priorities, runtime classes and leases. */
final class PolicyValidation {
    private static final long SYSTEM_PRIORITY = 1_000_000_000;
    private static final long CRITICAL = 2_000_000_000;

    private PolicyValidation() {}

    static void budget(Place spec) {
        Place least = spec.get("minAvailable");
        Place most = spec.get("maxUnavailable");
        if (least.given() && most.given()) {
            spec.invalidAs(GoView.show(spec.value(), "k8s.io.api.policy.v1.PodDisruptionBudgetSpec"), "minAvailable and maxUnavailable cannot be both set");
        }
        for (Place share : List.of(least, most)) {
            if (share.given()) {
                Forms.share(share);
                Forms.atMostWhole(share);
            }
        }
        Selectors.labels(spec.get("selector"));
        Place policy = spec.get("unhealthyPodEvictionPolicy");
        if (policy.given() && !policy.in("AlwaysAllow", "IfHealthyBudget")) {
            policy.notSupported("AlwaysAllow", "IfHealthyBudget");
        }
    }

    static void budgetStatus(Place status) {
        for (String name : List.of("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")) {
            status.get(name).notNegative();
        }
    }

    static void priority(Place priority) {
        Place name = priority.get("metadata", "name");
        long value = priority.get("value").number();
        if (name.text().startsWith("system-")) {
            String why = switch (name.text()) {
                case "system-node-critical" -> system(priority, name.text(), CRITICAL + 1000);
                case "system-cluster-critical" -> system(priority, name.text(), CRITICAL);
                default -> name.text() + " is not a known system priority class";
            };
            if (!why.isEmpty()) {
                name.forbidden("priority class names with 'system-' prefix are reserved for system use only. error: " + why);
            }
        } else if (value > SYSTEM_PRIORITY) {
            priority.get("value").forbidden("maximum allowed value of a user defined priority is " + SYSTEM_PRIORITY);
        }
        Place preemption = priority.get("preemptionPolicy");
        if (preemption.given()) {
            preemption.mustBeOneOf("PreemptLowerPriority", "Never");
        }
    }

    private static String system(Place priority, String name, long value) {
        if (priority.get("value").number() != value) {
            return "value of " + name + " PriorityClass must be " + value;
        }
        return priority.get("globalDefault").flag() ? "globalDefault of " + name + " PriorityClass must be false" : "";
    }

    static void priorityUpdate(Place priority, Place old) {
        if (priority.get("value").number() != old.get("value").number()) {
            priority.get("value").forbidden("may not be changed in an update.");
        }
        priority.get("preemptionPolicy").fixed(old.get("preemptionPolicy"));
    }

    static void runtime(Place runtime) {
        Place handler = runtime.get("handler");
        handler.label();
        if (runtime.has("overhead")) {
            ResourceValidation.list(runtime.get("overhead", "podFixed").named("overhead.podFixed"));
        }
        Place scheduling = runtime.get("scheduling");
        scheduling.get("nodeSelector").labels();
        SchedulingValidation.tolerations(scheduling.get("tolerations"));
        Set<String> seen = new HashSet<>();
        for (Place toleration : scheduling.get("tolerations").items()) {
            if (!seen.add(toleration.value().toString())) {
                toleration.duplicate(GoView.show(toleration.value(), "k8s.io.api.core.v1.Toleration"));
            }
        }
    }

    static void lease(Place spec) {
        Place duration = spec.get("leaseDurationSeconds");
        if (duration.given() && duration.number() <= 0) {
            duration.invalid("must be greater than 0");
        }
        spec.get("leaseTransitions").notNegative();
        if (!spec.get("strategy").blank()) {
            spec.get("strategy").oneOf("OldestEmulationVersion");
        }
    }
}
