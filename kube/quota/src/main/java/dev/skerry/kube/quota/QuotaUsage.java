package dev.skerry.kube.quota;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What one object costs of the quotas of its namespace, by upstream's evaluators. */
public final class QuotaUsage {

    private static final Set<String> POD_RESOURCES = Set.of("cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage",
            "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods", "count/pods");
    private static final Set<String> MUST_BE_SAID = Set.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");
    private static final Set<String> SERVICE_RESOURCES = Set.of("services", "services.nodeports", "services.loadbalancers", "count/services");
    private static final Set<String> CLAIM_RESOURCES = Set.of("persistentvolumeclaims", "requests.storage", "count/persistentvolumeclaims");
    private static final Set<String> PLAIN_COUNTS = Set.of("configmaps", "resourcequotas", "replicationcontrollers", "secrets");
    private static final String CLASS_SUFFIX = ".storageclass.storage.k8s.io/";
    private static final String HUGE = "hugepages-";

    private QuotaUsage() {}

    /** Whether a line of a quota counts this kind. */
    public static boolean counts(String group, String plural, String line) {
        if (!group.isEmpty()) {
            return line.equals("count/" + plural + "." + group);
        }
        return switch (plural) {
            case "pods" -> POD_RESOURCES.contains(line) || line.startsWith(HUGE) || line.startsWith("requests." + HUGE) || line.startsWith("requests.") && line.contains("/");
            case "services" -> SERVICE_RESOURCES.contains(line);
            case "persistentvolumeclaims" -> CLAIM_RESOURCES.contains(line) || line.contains(CLASS_SUFFIX);
            default -> line.equals("count/" + plural) || PLAIN_COUNTS.contains(plural) && line.equals(plural);
        };
    }

    /** What the object takes, line by line. */
    public static Map<String, Amount> of(String group, String plural, JsonNode object, Instant now) {
        var usage = new TreeMap<String, Amount>();
        usage.put("count/" + plural + (group.isEmpty() ? "" : "." + group), Amount.ONE);
        if (!group.isEmpty()) {
            return usage;
        }
        switch (plural) {
            case "pods" -> {
                if (runs(object, now)) {
                    usage.putAll(compute(Amounts.sumOfPod(object, "requests"), Amounts.sumOfPod(object, "limits")));
                }
            }
            case "services" -> service(object, usage);
            case "persistentvolumeclaims" -> claim(object, usage);
            default -> {
                if (PLAIN_COUNTS.contains(plural)) {
                    usage.put(plural, Amount.ONE);
                }
            }
        }
        return usage;
    }

    private static boolean runs(JsonNode pod, Instant now) {
        var phase = pod.path("status").path("phase").asText("");
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            return false;
        }
        var end = pod.path("metadata").path("deletionTimestamp").asText("");
        // A Pod that should have been gone long ago, on a node that does not answer, costs nothing any more.
        return end.isEmpty() || !now.isAfter(Instant.parse(end).plusSeconds(pod.path("metadata").path("deletionGracePeriodSeconds").asLong()));
    }

    private static Map<String, Amount> compute(Map<String, Amount> requests, Map<String, Amount> limits) {
        var usage = new TreeMap<String, Amount>();
        usage.put("pods", Amount.ONE);
        requests.forEach((name, amount) -> {
            if (Set.of("cpu", "memory", "ephemeral-storage").contains(name) || name.startsWith(HUGE)) {
                usage.put(name, amount);
                usage.put("requests." + name, amount);
            } else if (name.contains("/") && !name.contains("kubernetes.io/")) {
                usage.put("requests." + name, amount);
            }
        });
        for (var name : List.of("cpu", "memory", "ephemeral-storage")) {
            var amount = limits.get(name);
            if (amount != null) {
                usage.put("limits." + name, amount);
            }
        }
        return usage;
    }

    private static void service(JsonNode service, Map<String, Amount> usage) {
        usage.put("services", Amount.ONE);
        var spec = service.path("spec");
        var ports = Amount.of(spec.path("ports").size());
        usage.put("services.nodeports", Amount.ZERO);
        usage.put("services.loadbalancers", Amount.ZERO);
        switch (spec.path("type").asText("")) {
            case "NodePort" -> usage.put("services.nodeports", ports);
            case "LoadBalancer" -> {
                usage.put("services.loadbalancers", Amount.ONE);
                var given = 0;
                for (var port : spec.path("ports")) {
                    given += port.path("nodePort").asInt() == 0 ? 0 : 1;
                }
                usage.put("services.nodeports", spec.path("allocateLoadBalancerNodePorts").asBoolean(true) ? ports : Amount.of(given));
            }
            default -> {
                // No ports of nodes.
            }
        }
    }

    private static void claim(JsonNode claim, Map<String, Amount> usage) {
        usage.put("persistentvolumeclaims", Amount.ONE);
        var spec = claim.path("spec");
        var annotated = claim.path("metadata").path("annotations").path("volume.beta.kubernetes.io/storage-class").asText("");
        var storageClass = annotated.isEmpty() ? spec.path("storageClassName").asText("") : annotated;
        if (!storageClass.isEmpty()) {
            usage.put(storageClass + CLASS_SUFFIX + "persistentvolumeclaims", Amount.ONE);
        }
        var asked = spec.path("resources").path("requests").path("storage").asText("");
        if (!asked.isEmpty()) {
            var amount = Amount.of(asked).max(Amount.of(claim.path("status").path("allocatedResources").path("storage").asText("0")));
            usage.put("requests.storage", amount);
            if (!storageClass.isEmpty()) {
                usage.put(storageClass + CLASS_SUFFIX + "requests.storage", amount);
            }
        }
    }

    /** What a Pod must say, and does not, for a quota with these lines; empty if nothing is missing. */
    public static String missing(JsonNode pod, Set<String> lines) {
        var required = new TreeSet<>(lines);
        required.retainAll(MUST_BE_SAID);
        for (var said : compute(Amounts.read(pod.path("spec").path("resources").path("requests")), Amounts.read(pod.path("spec").path("resources").path("limits"))).keySet()) {
            required.remove(said);
        }
        var missing = new TreeMap<String, TreeSet<String>>();
        for (var list : List.of("containers", "initContainers")) {
            for (var container : pod.path("spec").path(list)) {
                var said = compute(Amounts.read(container.path("resources").path("requests")), Amounts.read(container.path("resources").path("limits"))).keySet();
                for (var line : required) {
                    if (!said.contains(line)) {
                        missing.computeIfAbsent(line, l -> new TreeSet<>()).add(container.path("name").asText());
                    }
                }
            }
        }
        var parts = new ArrayList<String>();
        missing.forEach((line, containers) -> parts.add(line + " for: " + String.join(",", containers)));
        return parts.isEmpty() ? "" : "must specify " + String.join("; ", parts);
    }
}
