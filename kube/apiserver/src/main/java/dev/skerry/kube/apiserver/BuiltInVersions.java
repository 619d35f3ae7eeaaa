package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * The built-in kinds that are served in two forms and stored in one: {@code autoscaling/v1} as {@code v2}, events of
 * {@code events.k8s.io} as those of the core group. What the older form cannot say stands in annotations, as upstream has it.
 */
final class BuiltInVersions {

    private static final String METRICS = "autoscaling.alpha.kubernetes.io/metrics";
    private static final String CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";
    private static final String BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";
    private static final String CURRENT = "autoscaling.alpha.kubernetes.io/current-metrics";
    private static final int USUAL_CPU = 80;
    /** Members of an event of the core group by those of the newer group. */
    private static final Map<String, String> EVENT_MEMBERS = Map.of(
            "regarding", "involvedObject", "note", "message", "deprecatedSource", "source", "deprecatedFirstTimestamp", "firstTimestamp",
            "deprecatedLastTimestamp", "lastTimestamp", "deprecatedCount", "count", "reportingController", "reportingComponent");

    private BuiltInVersions() {}

    /** Where objects of the kind lie. */
    static String group(String group, String plural) {
        return group.equals("events.k8s.io") && plural.equals("events") ? "" : group;
    }

    /** Whether kinds of this group and version are stored in another form. */
    static boolean converts(String apiVersion) {
        return apiVersion.equals("autoscaling/v1") || apiVersion.equals("events.k8s.io/v1");
    }

    /** A stored object as the kind's group and version show it. */
    static ObjectNode read(ObjectNode object, String apiVersion) {
        if (apiVersion.equals(object.path("apiVersion").asText(apiVersion))) {
            return object;
        }
        switch (apiVersion) {
            case "autoscaling/v1" -> older(object);
            case "events.k8s.io/v1" -> EVENT_MEMBERS.forEach((newer, core) -> rename(object, core, newer));
            default -> {
                return object;
            }
        }
        return object.put("apiVersion", apiVersion);
    }

    /** An object as it is stored; itself if it is in that form already. */
    static ObjectNode stored(ObjectNode object) {
        var kind = object.path("kind").asText();
        switch (object.path("apiVersion").asText() + "/" + kind) {
            case "autoscaling/v1/HorizontalPodAutoscaler" -> {
                var copy = object.deepCopy().put("apiVersion", "autoscaling/v2");
                newer(copy);
                return copy;
            }
            case "events.k8s.io/v1/Event" -> {
                var copy = object.deepCopy().put("apiVersion", "v1");
                EVENT_MEMBERS.forEach((newer, core) -> rename(copy, newer, core));
                return copy;
            }
            default -> {
                return object;
            }
        }
    }

    private static void rename(ObjectNode object, String from, String to) {
        var value = object.remove(from);
        if (value != null) {
            object.set(to, value);
        }
    }

    private static boolean cpu(JsonNode metric) {
        var target = metric.path("resource").path("target");
        return metric.path("type").asText().equals("Resource") && metric.path("resource").path("name").asText().equals("cpu")
                && target.path("type").asText().equals("Utilization");
    }

    private static void older(ObjectNode scaler) {
        var annotations = scaler.withObject("/metadata").withObjectProperty("annotations");
        var spec = scaler.withObject("/spec");
        var others = spec.arrayNode();
        for (var metric : spec.path("metrics")) {
            if (cpu(metric) && !spec.has("targetCPUUtilizationPercentage")) {
                spec.set("targetCPUUtilizationPercentage", metric.path("resource").path("target").path("averageUtilization"));
            } else {
                others.add(metric);
            }
        }
        spec.remove("metrics");
        keep(annotations, METRICS, others);
        keep(annotations, BEHAVIOR, spec.remove("behavior"));
        var status = scaler.withObject("/status");
        for (var metric : status.path("currentMetrics")) {
            var current = metric.path("resource").path("current").path("averageUtilization");
            if (metric.path("resource").path("name").asText().equals("cpu") && current.isNumber()) {
                status.set("currentCPUUtilizationPercentage", current);
            }
        }
        keep(annotations, CURRENT, status.remove("currentMetrics"));
        keep(annotations, CONDITIONS, status.remove("conditions"));
        if (annotations.isEmpty()) {
            scaler.withObject("/metadata").remove("annotations");
        }
    }

    private static void newer(ObjectNode scaler) {
        var spec = scaler.withObject("/spec");
        var metadata = scaler.withObject("/metadata");
        var annotations = metadata.withObjectProperty("annotations");
        var metrics = take(annotations, METRICS) instanceof ArrayNode kept ? kept : spec.arrayNode();
        var cpu = spec.remove("targetCPUUtilizationPercentage");
        if (cpu != null || metrics.isEmpty()) {
            var metric = metrics.objectNode().put("type", "Resource");
            metric.putObject("resource").put("name", "cpu").putObject("target").put("type", "Utilization")
                    .put("averageUtilization", cpu == null ? USUAL_CPU : cpu.asInt());
            metrics.insert(0, metric);
        }
        spec.set("metrics", metrics);
        put(spec, "behavior", take(annotations, BEHAVIOR));
        var status = scaler.withObject("/status");
        status.remove("currentCPUUtilizationPercentage");
        put(status, "currentMetrics", take(annotations, CURRENT));
        put(status, "conditions", take(annotations, CONDITIONS));
        if (!status.has("currentMetrics")) {
            status.putNull("currentMetrics");
        }
        if (annotations.isEmpty()) {
            metadata.remove("annotations");
        }
    }

    private static void keep(ObjectNode annotations, String name, @org.jspecify.annotations.Nullable JsonNode value) {
        if (value != null && !value.isNull() && !value.isEmpty()) {
            annotations.put(name, value.toString());
        }
    }

    private static void put(ObjectNode object, String name, JsonNode value) {
        if (!value.isMissingNode()) {
            object.set(name, value);
        }
    }

    /** What an annotation holds, which then goes; one that somebody else wrote and is not JSON stays. */
    private static JsonNode take(ObjectNode annotations, String name) {
        var text = annotations.path(name).asText("");
        if (text.isEmpty()) {
            return annotations.missingNode();
        }
        try {
            var value = Bodies.JSON.readTree(text);
            annotations.remove(name);
            return value;
        } catch (JsonProcessingException e) {
            return annotations.missingNode();
        }
    }
}
