package dev.skerry.kube.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Rules of horizontal autoscalers, in version 2; those of version 1 have no metrics of their own. */
final class AutoscalerValidation {
    private static final String[] METRICS = {"ContainerResource", "External", "Object", "Pods", "Resource"};
    private static final List<String> SOURCES = List.of("object", "external", "pods", "resource", "containerResource");
    private static final int LONGEST_WINDOW = 3_600;
    private static final int LONGEST_PERIOD = 1_800;

    private AutoscalerValidation() {}

    /** @param old what was there, a missing place if nothing was */
    static void spec(Place spec, Place old) {
        Place least = spec.get("minReplicas");
        Place most = spec.get("maxReplicas");
        int lowest = old.has("minReplicas") && old.get("minReplicas").number() == 0 ? 0 : 1;
        if (least.given() && least.number() < lowest) {
            least.invalid("must be greater than or equal to " + lowest);
        }
        if (most.number() == 0) {
            most.required("must be set and greater than 0");
        } else if (most.number() < 0) {
            most.invalid("must be greater than 0");
        }
        if (least.given() && most.number() < least.number()) {
            most.invalidNumber("must be greater than or equal to `minReplicas`");
        }
        Place target = spec.get("scaleTargetRef");
        reference(target);
        if (!old.given() || !target.get("apiVersion").same(old.get("scaleTargetRef", "apiVersion"))) {
            version(target.get("apiVersion"));
        }
        metrics(spec, least);
        rules(spec.get("behavior", "scaleUp"));
        rules(spec.get("behavior", "scaleDown"));
    }

    private static void reference(Place target) {
        for (String name : List.of("kind", "name")) {
            if (target.get(name).must()) {
                target.get(name).invalidAll(Names.pathSegment(target.get(name).text()));
            }
        }
    }

    private static void version(Place version) {
        String[] parts = version.text().split("/", -1);
        if (parts.length > 2) {
            version.invalidText("unexpected GroupVersion string: " + version.text());
        } else if (parts.length < 2 || parts[0].isEmpty()) {
            version.invalidText("apiVersion must specify API group");
        }
    }

    private static void metrics(Place spec, Place least) {
        Place metrics = spec.get("metrics");
        boolean outside = false;
        for (Place metric : metrics.items()) {
            metric(metric);
            outside |= metric.get("type").in("Object", "External");
        }
        if (least.given() && least.number() == 0 && !outside) {
            metrics.forbidden("must specify at least one Object or External metric to support scaling to zero replicas");
        }
    }

    private static void metric(Place metric) {
        Place type = metric.get("type");
        if (type.blank()) {
            type.required("must specify a metric source type");
        }
        boolean known = type.in(METRICS);
        if (!known) {
            type.notSupported(METRICS);
        }
        List<String> present = new ArrayList<>();
        for (String source : SOURCES) {
            if (metric.has(source)) {
                present.add(source);
                if (present.size() == 1) {
                    source(source, metric.get(source));
                }
            }
        }
        String expected = type.text().isEmpty() ? "" : Character.toLowerCase(type.text().charAt(0)) + type.text().substring(1);
        if (!known) {
            type.notSupported(METRICS);
        } else if (!present.contains(expected)) {
            metric.get(expected).required("must populate information for the given metric source");
        }
        if (present.size() != 1) {
            present.stream().filter(s -> !s.equals(expected)).forEach(s -> metric.get(s).forbidden("must populate the given metric source only"));
        }
    }

    private static void source(String kind, Place source) {
        Place target = source.get("target");
        boolean value = target.has("value");
        boolean average = target.has("averageValue");
        switch (kind) {
            case "object" -> {
                reference(source.get("describedObject"));
                identifier(source.get("metric"));
                target(target);
                if (!value && !average) {
                    target.get("averageValue").required("must set either a target value or averageValue");
                }
            }
            case "external" -> {
                identifier(source.get("metric"));
                target(target);
                if (!value && !average) {
                    target.get("averageValue").required("must set either a target value for metric or a per-pod target");
                }
                if (value && average) {
                    target.get("value").forbidden("may not set both a target value for metric and a per-pod target");
                }
            }
            case "pods" -> {
                identifier(source.get("metric"));
                target(target);
                if (!average) {
                    target.get("averageValue").required("must specify a positive target averageValue");
                }
            }
            default -> resource(kind, source, target, average);
        }
    }

    private static void resource(String kind, Place source, Place target, boolean average) {
        if (source.get("name").blank()) {
            source.get("name").required("must specify a resource name");
        }
        if (kind.equals("containerResource")) {
            if (source.get("container").blank()) {
                source.get("container").required("must specify a container");
            } else {
                source.get("container").label();
            }
        }
        target(target);
        boolean share = target.has("averageUtilization");
        if (!share && !average) {
            target.get("averageUtilization").required("must set either a target raw value or a target utilization");
        }
        if (share && average) {
            target.get("averageValue").forbidden("may not set both a target raw value and a target utilization");
        }
    }

    private static void identifier(Place metric) {
        Place name = metric.get("name");
        if (name.blank()) {
            name.required("must specify a metric name");
        } else {
            name.invalidAll(Names.pathSegment(name.text()));
        }
        Selectors.labels(metric.get("selector"));
    }

    private static void target(Place target) {
        Place type = target.get("type");
        if (type.blank()) {
            type.required("must specify a metric target type");
        }
        if (!Set.of("Utilization", "Value", "AverageValue").contains(type.text())) {
            type.invalidText("must be either Utilization, Value, or AverageValue");
        }
        for (String name : List.of("value", "averageValue")) {
            if (target.get(name).amount().filter(q -> q.signum() <= 0).isPresent()) {
                target.get(name).invalidText("must be positive");
            }
        }
        Place share = target.get("averageUtilization");
        if (share.given() && share.number() < 1) {
            share.invalid("must be greater than 0");
        }
    }

    private static void rules(Place rules) {
        if (!rules.given()) {
            return;
        }
        Place window = rules.get("stabilizationWindowSeconds");
        if (window.given() && window.number() < 0) {
            window.invalid("must be greater than or equal to zero");
        }
        if (window.number() > LONGEST_WINDOW) {
            window.invalid("must be less than or equal to " + LONGEST_WINDOW);
        }
        Place select = rules.get("selectPolicy");
        if (select.given() && !select.in("Disabled", "Max", "Min")) {
            select.notSupported("Disabled", "Max", "Min");
        }
        Place policies = rules.get("policies");
        if (policies.blank()) {
            policies.required("must specify at least one Policy");
        }
        for (Place policy : policies.items()) {
            if (!policy.get("type").in("Percent", "Pods")) {
                policy.get("type").notSupported("Percent", "Pods");
            }
            for (String name : List.of("value", "periodSeconds")) {
                if (policy.get(name).number() <= 0) {
                    policy.get(name).invalidNumber("must be greater than zero");
                }
            }
            if (policy.get("periodSeconds").number() > LONGEST_PERIOD) {
                policy.get("periodSeconds").invalid("must be less than or equal to " + LONGEST_PERIOD);
            }
        }
        Place tolerance = rules.get("tolerance");
        if (tolerance.amount().filter(q -> q.signum() < 0).isPresent()) {
            tolerance.invalidText("must be greater than or equal to 0");
        }
    }
}
