package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of jobs. */
final class JobValidation {
    private static final int MOST = 100_000;
    private static final int MOST_WHEN_MANY = 10_000;
    private static final int RULES = 20;
    private static final int EXIT_CODES = 255;
    private static final int MANAGER_LENGTH = 63;
    private static final int INDEXES_SIZE = 64 * 1024;

    private JobValidation() {}

    static void job(Place job) {
        generatedSelector(job);
        Place spec = job.get("spec");
        full(spec);
        long completions = spec.get("completions").number();
        if (spec.get("completionMode").is("Indexed") && completions > 0) {
            String last = job.get("metadata", "name").text() + "-" + (completions - 1);
            if (!Names.label(last).isEmpty()) {
                job.get("metadata", "name").invalidText("will not able to create pod with invalid DNS label: " + last);
            }
        }
    }

    private static void full(Place spec) {
        spec(spec);
        Place selector = spec.get("selector");
        if (!selector.given()) {
            selector.required();
        } else if (!Selectors.labels(selector)) {
            return;
        }
        Place labels = spec.get("template", "metadata", "labels");
        if (!Selectors.matches(selector.value(), labels.value())) {
            labels.invalid("`selector` does not match template `labels`");
        }
    }

    /** Unless the selector is the user's own, it is the one that the server makes. */
    private static void generatedSelector(Place job) {
        Place spec = job.get("spec");
        if (spec.get("manualSelector").flag() || !spec.has("selector")) {
            return;
        }
        String uid = job.get("metadata", "uid").text();
        String name = job.get("metadata", "name").text();
        if (uid.isEmpty()) {
            job.get("metadata", "uid").required();
        }
        ObjectNode expected = Json.MAKE.objectNode();
        Place labels = spec.get("template", "metadata", "labels");
        for (Map.Entry<String, String> e : List.of(Map.entry("batch.kubernetes.io/controller-uid", uid), Map.entry("batch.kubernetes.io/job-name", name),
                Map.entry("controller-uid", uid), Map.entry("job-name", name))) {
            expected.put(e.getKey(), e.getValue());
            Place label = labels.key(e.getKey());
            if (!label.given()) {
                label.required("must be '" + e.getValue() + "'");
            } else if (!label.is(e.getValue())) {
                label.invalidAs(labels.value().toString(), "must be '" + e.getValue() + "'");
            }
        }
        if (!Selectors.matches(spec.get("selector").value(), expected)) {
            spec.get("selector").invalid("`selector` not auto-generated");
        }
    }

    /** The specification, of a job or of a template of one. */
    static void spec(Place spec) {
        for (String name : List.of("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes")) {
            spec.get(name).notNegative();
        }
        if (spec.has("maxFailedIndexes") && !spec.has("backoffLimitPerIndex")) {
            spec.get("backoffLimitPerIndex").required("when maxFailedIndexes is specified");
        }
        Place manager = spec.get("managedBy");
        if (manager.given()) {
            Forms.domainPath(manager);
            if (manager.text().length() > MANAGER_LENGTH) {
                manager.tooLong(MANAGER_LENGTH);
            }
        }
        Place mode = spec.get("completionMode");
        mode.oneOf("NonIndexed", "Indexed");
        if (mode.is("Indexed")) {
            indexed(spec);
        } else if (!mode.given() || mode.is("NonIndexed")) {
            for (String name : List.of("backoffLimitPerIndex", "maxFailedIndexes")) {
                if (spec.has(name)) {
                    spec.get(name).invalid("requires indexed completion mode");
                }
            }
        }
        failurePolicy(spec);
        Place success = spec.get("successPolicy");
        if (success.given()) {
            if (mode.is("Indexed")) {
                successPolicy(success, spec.get("completions").number());
            } else {
                success.invalidAs(GoView.show(success.value(), "k8s.io.api.batch.v1.SuccessPolicy"), "requires indexed completion mode");
            }
        }
        if (spec.has("podFailurePolicy")) {
            spec.get("podReplacementPolicy").oneOf("Failed");
        } else {
            spec.get("podReplacementPolicy").oneOf("Failed", "TerminatingOrFailed");
        }
        PodValidation.template(spec.get("template"));
        restartPolicy(spec);
    }

    private static void restartPolicy(Place spec) {
        Place restart = spec.get("template", "spec", "restartPolicy");
        if (restart.blank() || restart.is("Always")) {
            restart.required("valid values: \"OnFailure\", \"Never\"");
        } else if (!restart.in("OnFailure", "Never")) {
            restart.notSupported("OnFailure", "Never");
        } else if (spec.has("podFailurePolicy") && !restart.is("Never")) {
            restart.invalidText("only \"Never\" is supported when podFailurePolicy is specified");
        }
    }

    private static void indexed(Place spec) {
        Place completions = spec.get("completions");
        Place parallelism = spec.get("parallelism");
        Place failed = spec.get("maxFailedIndexes");
        if (!completions.given()) {
            completions.required("when completion mode is Indexed");
        }
        if (parallelism.number() > MOST) {
            parallelism.invalid("must be less than or equal to " + MOST + " when completion mode is Indexed");
        }
        if (completions.given() && failed.given() && failed.number() > completions.number()) {
            failed.invalid("must be less than or equal to completions");
        }
        if (failed.number() > MOST) {
            failed.invalid("must be less than or equal to " + MOST);
        }
        if (completions.number() > MOST && spec.has("backoffLimitPerIndex")) {
            if (!failed.given()) {
                failed.required("must be specified when completions is above " + MOST);
            }
            for (Place many : List.of(parallelism, failed)) {
                if (many.number() > MOST_WHEN_MANY) {
                    many.invalid("must be less than or equal to " + MOST_WHEN_MANY + " when completions are above " + MOST + " and used with backoff limit per index");
                }
            }
        }
    }

    private static void failurePolicy(Place spec) {
        Place rules = spec.get("podFailurePolicy", "rules");
        if (rules.value().size() > RULES) {
            rules.tooMany(RULES);
        }
        Set<String> containers = new HashSet<>();
        for (String list : List.of("containers", "initContainers")) {
            spec.get("template", "spec", list).items().forEach(c -> containers.add(c.get("name").text()));
        }
        for (Place rule : rules.items()) {
            Place action = rule.get("action");
            if (action.blank()) {
                action.required("valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]");
            } else if (action.is("FailIndex")) {
                if (!spec.has("backoffLimitPerIndex")) {
                    action.invalidText("requires the backoffLimitPerIndex to be set");
                }
            } else {
                action.oneOf("Count", "FailIndex", "FailJob", "Ignore");
            }
            Place codes = rule.get("onExitCodes");
            Place conditions = rule.get("onPodConditions");
            if (codes.given()) {
                exitCodes(codes, containers);
            }
            conditions(conditions);
            if (codes.given() && !conditions.blank()) {
                withoutValue(rule, "specifying both OnExitCodes and OnPodConditions is not supported");
            }
            if (!codes.given() && conditions.blank()) {
                withoutValue(rule, "specifying one of OnExitCodes and OnPodConditions is required");
            }
        }
    }

    private static void withoutValue(Place place, String detail) {
        place.causes().add(new Cause("FieldValueInvalid", "Invalid value: " + detail, place.path()));
    }

    private static void conditions(Place conditions) {
        if (conditions.value().size() > RULES) {
            conditions.tooMany(RULES);
        }
        for (Place pattern : conditions.items()) {
            pattern.get("type").qualified();
            Place status = pattern.get("status");
            if (status.blank()) {
                status.required("valid values: [\"False\" \"True\" \"Unknown\"]");
            } else {
                status.oneOf("False", "True", "Unknown");
            }
        }
    }

    private static void exitCodes(Place codes, Set<String> containers) {
        Place operator = codes.get("operator");
        if (operator.blank()) {
            operator.required("valid values: [\"In\" \"NotIn\"]");
        } else {
            operator.oneOf("In", "NotIn");
        }
        Place container = codes.get("containerName");
        if (container.given() && !containers.contains(container.text())) {
            container.invalidText("must be one of the container or initContainer names in the pod template");
        }
        Place values = codes.get("values");
        if (values.blank()) {
            values.invalid("at least one value is required");
        } else if (values.value().size() > EXIT_CODES) {
            values.tooMany(EXIT_CODES);
        }
        Set<Long> seen = new HashSet<>();
        boolean ordered = true;
        long last = Long.MIN_VALUE;
        for (Place value : values.items()) {
            if (operator.is("In") && value.number() == 0) {
                value.invalid("must not be 0 for the In operator");
            }
            if (!seen.add(value.number())) {
                value.duplicate();
            }
            ordered &= last <= value.number();
            last = value.number();
        }
        if (!ordered) {
            values.invalid("must be ordered");
        }
    }

    private static void successPolicy(Place policy, long completions) {
        Place rules = policy.get("rules");
        if (rules.blank()) {
            rules.required("at least one rules must be specified when the successPolicy is specified");
        }
        if (rules.value().size() > RULES) {
            rules.tooMany(RULES);
        }
        for (Place rule : rules.items()) {
            Place count = rule.get("succeededCount");
            Place indexes = rule.get("succeededIndexes");
            if (!count.given() && !indexes.given()) {
                rule.required("at least one of succeededCount or succeededIndexes must be specified");
            }
            long total = 0;
            if (indexes.given()) {
                if (indexes.text().length() > INDEXES_SIZE) {
                    indexes.tooLong(INDEXES_SIZE);
                }
                try {
                    total = Indexes.count(indexes.text(), completions);
                } catch (Indexes.MalformedIndexesException e) {
                    indexes.invalidText("error parsing succeededIndexes: " + e.getMessage());
                }
            }
            if (count.given()) {
                count.notNegative();
                if (count.number() > completions) {
                    count.invalid("must be less than or equal to " + completions + " (the number of specified completions)");
                }
                if (indexes.given() && count.number() > total) {
                    count.invalid("must be less than or equal to " + total + " (the number of indexes in the specified succeededIndexes field)");
                }
            }
        }
    }

    static void update(Place job, Place old) {
        Place spec = job.get("spec");
        Place before = old.get("spec");
        full(spec);
        Place completions = spec.get("completions");
        if (!spec.get("completionMode").is("Indexed")) {
            completions.fixed(before.get("completions"));
        } else if (!completions.same(before.get("completions")) && completions.given() && completions.number() != spec.get("parallelism").number()) {
            completions.invalid("can only be modified in tandem with spec.parallelism");
        }
        spec.get("selector").fixed(before.get("selector"));
        template(job, old);
        spec.get("completionMode").fixed(before.get("completionMode"));
        for (String name : List.of("podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy")) {
            Place now = spec.get(name);
            if (now.value().isObject() && !now.same(before.get(name))) {
                now.invalidAs(GoView.show(now.value(), "k8s.io.api.batch.v1." + (name.equals("successPolicy") ? "SuccessPolicy" : "PodFailurePolicy")), "field is immutable");
            } else {
                now.fixed(before.get(name));
            }
        }
    }

    /** The template stays as it is, but for where its Pods run while the job has never begun. */
    private static void template(Place job, Place old) {
        Place now = job.get("spec", "template");
        Place before = old.get("spec", "template");
        if (now.same(before)) {
            return;
        }
        boolean waits = old.get("spec", "suspend").flag() && !old.get("status").has("startTime");
        if (waits && now.value().deepCopy() instanceof ObjectNode a && before.value().deepCopy() instanceof ObjectNode b) {
            for (ObjectNode one : List.of(a, b)) {
                one.withObject("/metadata").remove(List.of("labels", "annotations"));
                ObjectNode pod = one.withObject("/spec");
                pod.remove(List.of("nodeSelector", "tolerations", "schedulingGates"));
                if (pod.path("affinity") instanceof ObjectNode affinity) {
                    affinity.remove("nodeAffinity");
                    if (affinity.isEmpty()) {
                        pod.remove("affinity");
                    }
                }
            }
            if (Json.same(a, b)) {
                return;
            }
        }
        now.invalidAs(GoView.show(now.value(), "k8s.io.api.core.v1.PodTemplateSpec"), "field is immutable");
    }

    static void status(Place job) {
        for (String name : List.of("active", "succeeded", "failed", "ready", "terminating")) {
            job.get("status", name).notNegative();
        }
    }
}
