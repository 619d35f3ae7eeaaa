package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.quota.Amounts;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Limits of a namespace: fills in what containers do not say, and refuses what is too small, too big or too uneven. */
final class LimitRanger implements AdmissionPlugin {

    private static final String ANNOTATION = "kubernetes.io/limit-ranger";

    private final Followed followed;

    LimitRanger(Followed followed) {
        this.followed = followed;
    }

    @Override
    public void mutate(Attributes attributes) throws RefusedException {
        if (!attributes.creates("pods") || ends(attributes)) {
            return;
        }
        for (var range : ranges(attributes)) {
            var limits = new TreeMap<String, String>();
            var requests = new TreeMap<String, String>();
            for (var limit : range.path("spec").path("limits")) {
                if (limit.path("type").asText().equals("Container")) {
                    limit.path("defaultRequest").properties().forEach(e -> requests.put(e.getKey(), e.getValue().asText()));
                    limit.path("default").properties().forEach(e -> limits.put(e.getKey(), e.getValue().asText()));
                }
            }
            fill(attributes.written(), requests, limits);
        }
    }

    private static void fill(ObjectNode pod, Map<String, String> requests, Map<String, String> limits) {
        var told = new ArrayList<String>();
        for (var list : List.of("containers", "initContainers")) {
            for (var container : pod.path("spec").path(list)) {
                var kind = list.equals("containers") ? "container" : "init container";
                fill((ObjectNode) container, "requests", requests, "request", kind, told);
                fill((ObjectNode) container, "limits", limits, "limit", kind, told);
            }
        }
        if (!told.isEmpty()) {
            pod.withObject("/metadata").withObject("/annotations").put(ANNOTATION, "LimitRanger plugin set: " + String.join("; ", told));
        }
    }

    private static void fill(ObjectNode container, String member, Map<String, String> defaults, String word, String kind, List<String> told) {
        var set = new ArrayList<String>();
        defaults.forEach((name, amount) -> {
            if (!container.path("resources").path(member).has(name)) {
                container.withObject("/resources").withObject("/" + member).put(name, amount);
                set.add(name);
            }
        });
        if (!set.isEmpty()) {
            told.add(String.join(", ", set) + " " + word + " for " + kind + " " + container.path("name").asText());
        }
    }

    @Override
    public void validate(Attributes attributes) throws RefusedException {
        var writes = attributes.operation() == Operation.CREATE || attributes.operation() == Operation.UPDATE;
        if (!writes || attributes.object() == null || !attributes.resource().namespaced() || attributes.resource().custom() || ends(attributes)) {
            return;
        }
        var pods = attributes.resource().core("pods") && (attributes.operation() == Operation.CREATE && attributes.subresource().isEmpty() || attributes.subresource().equals("resize"));
        var claims = attributes.resource().core("persistentvolumeclaims") && attributes.subresource().isEmpty();
        if (!pods && !claims) {
            return;
        }
        for (var range : ranges(attributes)) {
            var faults = new ArrayList<String>();
            for (var limit : range.path("spec").path("limits")) {
                if (pods) {
                    pod(limit, attributes.object(), faults);
                } else if (limit.path("type").asText().equals("PersistentVolumeClaim")) {
                    hold(limit, attributes.object().path("spec").path("resources").path("requests"), attributes.object().path("spec").path("resources").path("limits"), faults, List.of("min", "max"));
                }
            }
            if (!faults.isEmpty()) {
                throw RefusedException.forbidden(attributes, faults.size() == 1 ? faults.getFirst() : "[" + String.join(", ", faults.stream().distinct().toList()) + "]");
            }
        }
    }

    private static boolean ends(Attributes attributes) {
        return attributes.operation() == Operation.UPDATE && attributes.before().path("metadata").has("deletionTimestamp");
    }

    private List<ObjectNode> ranges(Attributes attributes) {
        return followed.all(Followed.LIMITS + attributes.namespace() + "/");
    }

    private static void pod(JsonNode limit, ObjectNode pod, List<String> faults) {
        switch (limit.path("type").asText()) {
            case "Container" -> {
                for (var list : List.of("containers", "initContainers")) {
                    for (var container : pod.path("spec").path(list)) {
                        hold(limit, container.path("resources").path("requests"), container.path("resources").path("limits"), faults, List.of("min", "max", "maxLimitRequestRatio"));
                    }
                }
            }
            case "Pod" -> hold(limit, Amounts.ofPod(pod, "requests"), Amounts.ofPod(pod, "limits"), faults, List.of("min", "max", "maxLimitRequestRatio"));
            default -> {
                // Not of Pods.
            }
        }
    }

    private static void hold(JsonNode limit, JsonNode requests, JsonNode limits, List<String> faults, List<String> rules) {
        for (var rule : rules) {
            for (var bound : limit.path(rule).properties()) {
                var said = bound.getValue().asText();
                var fault = switch (rule) {
                    case "min" -> min(limit.path("type").asText(), bound.getKey(), said, requests, limits);
                    case "max" -> max(limit.path("type").asText(), bound.getKey(), said, requests, limits);
                    default -> ratio(limit.path("type").asText(), bound.getKey(), said, requests, limits);
                };
                if (fault != null) {
                    faults.add(fault);
                }
            }
        }
    }

    private static @Nullable String min(String type, String name, String bound, JsonNode requests, JsonNode limits) {
        var lowest = Amounts.of(bound);
        if (!requests.has(name)) {
            return "minimum " + name + " usage per " + type + " is " + bound + ".  No request is specified";
        }
        if (Amounts.of(requests.path(name).asText()).compareTo(lowest) < 0) {
            return "minimum " + name + " usage per " + type + " is " + bound + ", but request is " + requests.path(name).asText();
        }
        if (limits.has(name) && Amounts.of(limits.path(name).asText()).compareTo(lowest) < 0) {
            return "minimum " + name + " usage per " + type + " is " + bound + ", but limit is " + limits.path(name).asText();
        }
        return null;
    }

    private static @Nullable String max(String type, String name, String bound, JsonNode requests, JsonNode limits) {
        var highest = Amounts.of(bound);
        if (type.equals("PersistentVolumeClaim")) {
            if (!requests.has(name)) {
                return "maximum " + name + " usage per " + type + " is " + bound + ".  No request is specified";
            }
            return Amounts.of(requests.path(name).asText()).compareTo(highest) > 0
                    ? "maximum " + name + " usage per " + type + " is " + bound + ", but request is " + requests.path(name).asText() : null;
        }
        if (!limits.has(name)) {
            return "maximum " + name + " usage per " + type + " is " + bound + ".  No limit is specified";
        }
        if (Amounts.of(limits.path(name).asText()).compareTo(highest) > 0) {
            return "maximum " + name + " usage per " + type + " is " + bound + ", but limit is " + limits.path(name).asText();
        }
        if (requests.has(name) && Amounts.of(requests.path(name).asText()).compareTo(highest) > 0) {
            return "maximum " + name + " usage per " + type + " is " + bound + ", but request is " + requests.path(name).asText();
        }
        return null;
    }

    private static @Nullable String ratio(String type, String name, String bound, JsonNode requests, JsonNode limits) {
        var request = requests.has(name) ? Amounts.of(requests.path(name).asText()) : BigDecimal.ZERO;
        var limit = limits.has(name) ? Amounts.of(limits.path(name).asText()) : BigDecimal.ZERO;
        var prefix = name + " max limit to request ratio per " + type + " is " + bound;
        if (request.signum() == 0) {
            return prefix + ", but no request is specified or request is 0";
        }
        if (limit.signum() == 0) {
            return prefix + ", but no limit is specified or limit is 0";
        }
        var real = limit.divide(request, 6, RoundingMode.HALF_UP);
        return real.compareTo(Amounts.of(bound)) > 0 ? prefix + ", but provided ratio is " + String.format(java.util.Locale.ROOT, "%.6f", real) : null;
    }
}
