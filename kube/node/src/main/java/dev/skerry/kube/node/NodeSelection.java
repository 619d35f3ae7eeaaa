package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a node is one that a Pod asks for, by its selector and by the affinity that is required. */
final class NodeSelection {

    private NodeSelection() {}

    static boolean matches(Pod pod, Node node) {
        Map<String, String> labels = Optional.ofNullable(node.getMetadata().getLabels()).orElse(Map.of());
        var selector = pod.getSpec().getNodeSelector();
        if (selector != null && !labels.entrySet().containsAll(selector.entrySet())) {
            return false;
        }
        var affinity = pod.getSpec().getAffinity() == null ? null : pod.getSpec().getAffinity().getNodeAffinity();
        var required = affinity == null ? null : affinity.getRequiredDuringSchedulingIgnoredDuringExecution();
        return required == null || required.getNodeSelectorTerms().stream().anyMatch(t -> meets(t, labels, node.getMetadata().getName()));
    }

    private static boolean meets(NodeSelectorTerm term, Map<String, String> labels, String name) {
        if (term.getMatchExpressions().isEmpty() && term.getMatchFields().isEmpty()) {
            return false;
        }
        return term.getMatchExpressions().stream().allMatch(r -> meets(r, labels.get(r.getKey())))
                && term.getMatchFields().stream().allMatch(r -> meets(r, r.getKey().equals("metadata.name") ? name : null));
    }

    private static boolean meets(NodeSelectorRequirement requirement, @Nullable String value) {
        return switch (requirement.getOperator()) {
            case "In" -> value != null && requirement.getValues().contains(value);
            case "NotIn" -> value == null || !requirement.getValues().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> value != null && number(value) > number(requirement.getValues().getFirst());
            case "Lt" -> value != null && number(value) < number(requirement.getValues().getFirst());
            default -> false;
        };
    }

    private static double number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            // Neither greater nor less than anything.
            return Double.NaN;
        }
    }
}
