package dev.skerry.fabric.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.model.AppSpec;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.zjsonpatch.JsonPatch;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An App's manifests as one site shall have them. Looks at nothing but its arguments. */
final class Rendering {

    private Rendering() {}

    /** Whether the App is meant for a site of these labels. */
    static boolean wants(AppSpec app, Map<String, String> labels) {
        return app.placement() == null || selects(app.placement().siteSelector(), labels);
    }

    /** The manifests with the overrides that select the site, in the App's order. */
    static List<JsonNode> manifests(AppSpec app, Map<String, String> labels) {
        return app.manifests().stream().map(m -> patched(app, labels, m)).toList();
    }

    private static JsonNode patched(AppSpec app, Map<String, String> labels, JsonNode manifest) {
        JsonNode result = manifest.deepCopy();
        for (AppSpec.Override override : app.overrides()) {
            if (selects(override.siteSelector(), labels) && targets(override.target(), result)) {
                var patch = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.arrayNode().addAll(override.patch());
                result = JsonPatch.apply(patch, result);
            }
        }
        return result;
    }

    private static boolean targets(AppSpec.Target target, JsonNode manifest) {
        return target.kind().equals(manifest.path("kind").asText())
                && (target.name() == null
                        || target.name().equals(manifest.path("metadata").path("name").asText()));
    }

    /** As Kubernetes reads a selector; none selects all. */
    static boolean selects(@Nullable LabelSelector selector, Map<String, String> labels) {
        if (selector == null) {
            return true;
        }
        boolean equal = selector.getMatchLabels() == null
                || labels.entrySet().containsAll(selector.getMatchLabels().entrySet());
        return equal && selector.getMatchExpressions().stream().allMatch(e -> {
            String value = labels.get(e.getKey());
            return switch (e.getOperator()) {
                case "In" -> value != null && e.getValues().contains(value);
                case "NotIn" -> value == null || !e.getValues().contains(value);
                case "Exists" -> value != null;
                case "DoesNotExist" -> value == null;
                default -> false;
            };
        });
    }
}
