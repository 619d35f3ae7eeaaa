package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;

/** Label selectors as objects write them: matchLabels and matchExpressions. */
public final class LabelSelectors {

    private LabelSelectors() {}

    /** An empty selector matches everything. */
    public static boolean matches(JsonNode selector, JsonNode labels) {
        for (var wanted : selector.path("matchLabels").properties()) {
            if (!labels.path(wanted.getKey()).equals(wanted.getValue())) {
                return false;
            }
        }
        for (var expression : selector.path("matchExpressions")) {
            var label = labels.path(expression.path("key").asText());
            var among = false;
            for (var value : expression.path("values")) {
                among |= label.equals(value);
            }
            var holds = switch (expression.path("operator").asText()) {
                case "In" -> among;
                case "NotIn" -> !among;
                case "Exists" -> !label.isMissingNode();
                case "DoesNotExist" -> label.isMissingNode();
                default -> false;
            };
            if (!holds) {
                return false;
            }
        }
        return true;
    }
}
