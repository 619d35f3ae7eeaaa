package dev.skerry.kube.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;

/** Whether an object is in the scopes of a quota. */
public final class QuotaScopes {

    private static final List<String> COMPUTE = List.of("cpu", "memory");

    private QuotaScopes() {}

    /** All scopes of the quota must hold. Kinds other than Pods and claims are in no scope. */
    public static boolean hold(JsonNode quota, String group, String plural, JsonNode object) {
        for (var requirement : requirements(quota)) {
            var holds = group.isEmpty() && switch (plural) {
                case "pods" -> pod(requirement, object);
                case "persistentvolumeclaims" -> claim(requirement, object);
                default -> false;
            };
            if (!holds) {
                return false;
            }
        }
        return true;
    }

    private static List<JsonNode> requirements(JsonNode quota) {
        var all = new ArrayList<JsonNode>();
        quota.path("spec").path("scopes").forEach(s -> all.add(JsonNodeFactory.instance.objectNode().put("scopeName", s.asText()).put("operator", "Exists")));
        quota.path("spec").path("scopeSelector").path("matchExpressions").forEach(all::add);
        return all;
    }

    private static boolean pod(JsonNode requirement, JsonNode pod) {
        var spec = pod.path("spec");
        return switch (requirement.path("scopeName").asText()) {
            case "Terminating" -> terminating(spec);
            case "NotTerminating" -> !terminating(spec);
            case "BestEffort" -> bestEffort(spec);
            case "NotBestEffort" -> !bestEffort(spec);
            case "PriorityClass" -> selects(requirement, spec.path("priorityClassName").asText(""));
            case "CrossNamespacePodAffinity" -> crossesNamespaces(spec.path("affinity"));
            default -> false;
        };
    }

    private static boolean claim(JsonNode requirement, JsonNode claim) {
        return requirement.path("scopeName").asText().equals("VolumeAttributesClass")
                && selects(requirement, claim.path("spec").path("volumeAttributesClassName").asText(""));
    }

    private static boolean terminating(JsonNode spec) {
        return spec.path("activeDeadlineSeconds").isNumber() && spec.path("activeDeadlineSeconds").asLong() >= 0;
    }

    private static boolean bestEffort(JsonNode spec) {
        for (var list : List.of("containers", "initContainers")) {
            for (var container : spec.path(list)) {
                if (says(container.path("resources"))) {
                    return false;
                }
            }
        }
        return !says(spec.path("resources"));
    }

    private static boolean says(JsonNode resources) {
        for (var member : List.of("requests", "limits")) {
            for (var name : COMPUTE) {
                if (Amounts.of(resources.path(member).path(name).asText("0")).signum() > 0) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean selects(JsonNode requirement, String value) {
        var among = false;
        for (var one : requirement.path("values")) {
            among |= one.asText().equals(value);
        }
        return switch (requirement.path("operator").asText()) {
            case "In" -> !value.isEmpty() && among;
            case "NotIn" -> value.isEmpty() || !among;
            case "Exists" -> !value.isEmpty();
            case "DoesNotExist" -> value.isEmpty();
            default -> false;
        };
    }

    private static boolean crossesNamespaces(JsonNode affinity) {
        for (var kind : List.of("podAffinity", "podAntiAffinity")) {
            for (var term : affinity.path(kind).path("requiredDuringSchedulingIgnoredDuringExecution")) {
                if (crosses(term)) {
                    return true;
                }
            }
            for (var weighted : affinity.path(kind).path("preferredDuringSchedulingIgnoredDuringExecution")) {
                if (crosses(weighted.path("podAffinityTerm"))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean crosses(JsonNode term) {
        return !term.path("namespaces").isEmpty() || term.path("namespaceSelector").isObject();
    }
}
