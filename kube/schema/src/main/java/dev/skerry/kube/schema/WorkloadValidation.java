package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Rules of what keeps Pods running: deployments, replica sets, replication controllers, daemon sets, stateful sets. */
final class WorkloadValidation {
    private static final String NO_MATCH = "`selector` does not match template `labels`";
    private static final String APPS = "k8s.io.api.apps.v1.";
    private static final List<String> CHANGEABLE = List.of("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy", "minReadySeconds");

    private WorkloadValidation() {}

    static void deployment(Place spec) {
        spec.get("replicas").notNegative();
        if (selector(spec, "deployment", "invalid label selector")) {
            template(spec, "ReplicaSet");
        }
        Place strategy = spec.get("strategy");
        Place rolling = strategy.get("rollingUpdate");
        switch (strategy.get("type").text()) {
            case "Recreate" -> {
                if (rolling.given()) {
                    rolling.forbidden("may not be specified when strategy `type` is 'Recreate'");
                }
            }
            case "RollingUpdate" -> {
                Place unavailable = rolling.get("maxUnavailable");
                Forms.share(unavailable);
                Forms.share(rolling.get("maxSurge"));
                if (Forms.percent(unavailable) == 0 && Forms.percent(rolling.get("maxSurge")) == 0) {
                    unavailable.invalid("may not be 0 when `maxSurge` is 0");
                }
                Forms.atMostWhole(unavailable);
            }
            default -> strategy.causes().add(Cause.notSupported(strategy.path(), GoView.show(strategy.value(), APPS + "DeploymentStrategy"), List.of("Recreate", "RollingUpdate")));
        }
        spec.get("minReadySeconds").notNegative();
        spec.get("revisionHistoryLimit").notNegative();
        Place deadline = spec.get("progressDeadlineSeconds");
        deadline.notNegative();
        if (deadline.given() && deadline.number() <= spec.get("minReadySeconds").number()) {
            deadline.invalid("must be greater than minReadySeconds");
        }
    }

    static void replicaSet(Place spec) {
        spec.get("replicas").notNegative();
        spec.get("minReadySeconds").notNegative();
        if (selector(spec, "replicaset", "")) {
            template(spec, "ReplicaSet");
        }
    }

    static void replicationController(Place spec) {
        spec.get("minReadySeconds").notNegative();
        if (spec.get("selector").blank()) {
            spec.get("selector").required();
        }
        spec.get("replicas").notNegative();
        Place template = spec.get("template");
        if (!template.given()) {
            template.required();
            return;
        }
        Place labels = template.get("metadata", "labels");
        for (var e : spec.get("selector").value().properties()) {
            if (!e.getValue().equals(labels.value().get(e.getKey()))) {
                labels.invalid(NO_MATCH);
                break;
            }
        }
        PodValidation.template(template);
        alwaysRestarts(template, "ReplicationController");
    }

    /** Whether the selector can be used. */
    private static boolean selector(Place spec, String what, String unusable) {
        Place selector = spec.get("selector");
        if (!selector.given()) {
            selector.required();
            return true;
        }
        boolean usable = Selectors.labels(selector);
        if (Selectors.empty(selector.value())) {
            selector.invalid("empty selector is invalid for " + what);
        }
        if (!usable) {
            selector.invalid(unusable);
        }
        return usable;
    }

    private static void template(Place spec, String kind) {
        matches(spec);
        PodValidation.template(spec.get("template"));
        alwaysRestarts(spec.get("template"), kind);
    }

    private static void matches(Place spec) {
        Place selector = spec.get("selector");
        Place labels = spec.get("template", "metadata", "labels");
        boolean all = selector.given() && Selectors.empty(selector.value());
        if (!all && !Selectors.matches(selector.value(), labels.value())) {
            labels.invalid(NO_MATCH);
        }
    }

    private static void alwaysRestarts(Place template, String kind) {
        Place restart = template.get("spec", "restartPolicy");
        if (!restart.is("Always")) {
            restart.notSupported("Always");
        }
        if (template.get("spec").has("activeDeadlineSeconds")) {
            template.get("spec", "activeDeadlineSeconds").forbidden("activeDeadlineSeconds in " + kind + " is not Supported");
        }
    }

    static void daemonSet(Place spec) {
        Place selector = spec.get("selector");
        boolean usable = Selectors.labels(selector);
        if (usable && !Selectors.matches(selector.value(), spec.get("template", "metadata", "labels").value())) {
            spec.get("template", "metadata", "labels").invalid(NO_MATCH);
        }
        if (selector.given() && Selectors.empty(selector.value())) {
            selector.invalid("empty selector is invalid for daemonset");
        }
        PodValidation.template(spec.get("template"));
        alwaysRestarts(spec.get("template"), "DaemonSet");
        spec.get("minReadySeconds").notNegative();
        Place strategy = spec.get("updateStrategy");
        switch (strategy.get("type").text()) {
            case "OnDelete" -> { }
            case "RollingUpdate" -> daemonRolling(strategy.get("rollingUpdate"));
            default -> strategy.causes().add(Cause.notSupported(strategy.path(), GoView.show(strategy.value(), APPS + "DaemonSetUpdateStrategy"), List.of("RollingUpdate", "OnDelete")));
        }
        spec.get("revisionHistoryLimit").notNegative();
    }

    private static void daemonRolling(Place rolling) {
        if (!rolling.given()) {
            rolling.required();
            return;
        }
        Place unavailable = rolling.get("maxUnavailable");
        Place surge = rolling.get("maxSurge");
        Forms.share(unavailable);
        Forms.share(surge);
        Forms.atMostWhole(unavailable);
        Forms.atMostWhole(surge);
        boolean some = Forms.percent(unavailable) != 0;
        boolean more = Forms.percent(surge) != 0;
        if (some && more) {
            surge.invalid("may not be set when maxUnavailable is non-zero");
        } else if (!some && !more) {
            unavailable.required("cannot be 0 when maxSurge is 0");
        }
    }

    static void statefulSet(Place spec) {
        Place management = spec.get("podManagementPolicy");
        if (management.must() && !management.in("OrderedReady", "Parallel")) {
            management.invalidText("must be 'OrderedReady' or 'Parallel'");
        }
        statefulStrategy(spec.get("updateStrategy"));
        Place retention = spec.get("persistentVolumeClaimRetentionPolicy");
        for (String when : List.of("whenDeleted", "whenScaled")) {
            if (retention.given() && !retention.get(when).in("Retain", "Delete")) {
                retention.get(when).notSupported("Retain", "Delete");
            }
        }
        spec.get("replicas").notNegative();
        spec.get("minReadySeconds").notNegative();
        spec.get("ordinals", "start").notNegative();
        if (!spec.get("serviceName").blank()) {
            spec.get("serviceName").label();
        }
        spec.get("revisionHistoryLimit").notNegative();
        boolean usable = selector(spec, "statefulset", "");
        if (usable) {
            matches(spec);
        }
        for (Place claim : spec.get("volumeClaimTemplates").items()) {
            claim.get("metadata", "labels").labels();
            ClaimValidation.spec(claim.get("spec"));
        }
        if (usable && spec.get("template").value() instanceof ObjectNode template) {
            ObjectNode whole = template.deepCopy();
            whole.set("spec", PodValidation.withClaims(template.path("spec"), spec.get("volumeClaimTemplates").value()));
            PodValidation.template(new Place(whole, spec.path() + ".template", spec.causes()));
        }
        alwaysRestarts(spec.get("template"), "StatefulSet");
    }

    private static void statefulStrategy(Place strategy) {
        Place rolling = strategy.get("rollingUpdate");
        switch (strategy.get("type").text()) {
            case "" -> strategy.required();
            case "OnDelete" -> {
                if (rolling.given()) {
                    ObjectNode shown = Json.MAKE.objectNode();
                    shown.put("Partition", rolling.get("partition").number());
                    shown.set("MaxUnavailable", rolling.has("maxUnavailable") ? rolling.get("maxUnavailable").value() : Json.MAKE.nullNode());
                    rolling.invalidAs(shown.toString(), "only allowed for updateStrategy 'RollingUpdate'");
                }
            }
            case "RollingUpdate" -> {
                rolling.get("partition").notNegative();
                Place unavailable = rolling.get("maxUnavailable");
                if (unavailable.given()) {
                    Forms.share(unavailable);
                    if (Forms.percent(unavailable) == 0) {
                        unavailable.invalid("cannot be 0");
                    }
                    Forms.atMostWhole(unavailable);
                }
            }
            default -> strategy.invalidAs(GoView.show(strategy.value(), APPS + "StatefulSetUpdateStrategy"), "must be 'RollingUpdate' or 'OnDelete'");
        }
    }

    static void statefulSetUpdate(Place spec, Place old) {
        if (spec.value().deepCopy() instanceof ObjectNode now && old.value().deepCopy() instanceof ObjectNode before) {
            now.remove(CHANGEABLE);
            before.remove(CHANGEABLE);
            if (!Json.same(now, before)) {
                spec.forbidden("updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
                        + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
            }
        }
    }

    /** Numbers in a status: none negative, none above {@code replicas}. */
    static void status(Place status, List<String> parts) {
        status.get("replicas").notNegative();
        for (String part : parts) {
            status.get(part).notNegative();
        }
        status.get("observedGeneration").notNegative();
        status.get("collisionCount").notNegative();
        for (String part : parts) {
            if (!part.equals("unavailableReplicas") && !part.equals("terminatingReplicas") && status.get(part).number() > status.get("replicas").number()) {
                status.get(part).invalid("cannot be greater than status.replicas");
            }
        }
        if (parts.contains("availableReplicas") && status.get("availableReplicas").number() > status.get("readyReplicas").number()) {
            status.get("availableReplicas").invalid("cannot be greater than readyReplicas");
        }
    }

    static void daemonStatus(Place status) {
        for (String name : List.of("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady", "observedGeneration", "updatedNumberScheduled",
                "numberAvailable", "numberUnavailable", "collisionCount")) {
            status.get(name).notNegative();
        }
    }

    static void revision(Place revision) {
        if (!revision.has("data")) {
            revision.get("data").required("data is mandatory");
        }
        revision.get("revision").notNegative();
    }
}
