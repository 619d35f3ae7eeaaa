package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;

/** Selectors of labels and of nodes. */
final class Selectors {
    private Selectors() {}

    /** Whether a label selector can be used at all; faults are noted. */
    static boolean labels(Place selector) {
        int before = selector.causes().size();
        if (!selector.given()) {
            return true;
        }
        for (var label : selector.get("matchLabels").value().properties()) {
            Place at = selector.get("matchLabels");
            Names.qualified(label.getKey()).forEach(f -> at.invalidAs(Names.quote(label.getKey()), f));
            Names.labelValue(label.getValue().asText()).forEach(f -> at.invalidAs(Names.quote(label.getValue().asText()), f));
        }
        selector.get("matchExpressions").items().forEach(Selectors::expression);
        return selector.causes().size() == before;
    }

    private static void expression(Place expression) {
        Place values = expression.get("values");
        switch (expression.get("operator").text()) {
            case "In", "NotIn" -> {
                if (values.blank()) {
                    values.required("must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.blank()) {
                    values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            default -> expression.get("operator").invalidText("not a valid selector operator");
        }
        expression.get("key").qualified();
        values.items().forEach(v -> v.invalidAll(Names.labelValue(v.text())));
    }

    /** Whether labels meet a selector that has no faults; an absent selector is met by nothing, an empty one by everything. */
    static boolean matches(JsonNode selector, JsonNode labels) {
        if (!selector.isObject()) {
            return false;
        }
        for (var e : selector.path("matchLabels").properties()) {
            if (!e.getValue().equals(labels.get(e.getKey()))) {
                return false;
            }
        }
        for (JsonNode e : selector.path("matchExpressions")) {
            JsonNode value = labels.path(e.path("key").asText());
            boolean listed = false;
            for (JsonNode one : e.path("values")) {
                listed |= one.equals(value);
            }
            boolean met = switch (e.path("operator").asText()) {
                case "In" -> listed;
                case "NotIn" -> !listed;
                case "Exists" -> !value.isMissingNode();
                case "DoesNotExist" -> value.isMissingNode();
                default -> false;
            };
            if (!met) {
                return false;
            }
        }
        return true;
    }

    static boolean empty(JsonNode selector) {
        return selector.path("matchLabels").isEmpty() && selector.path("matchExpressions").isEmpty();
    }

    /** @param values whether values must be valid labels too */
    static void nodes(Place selector, boolean values) {
        Place terms = selector.get("nodeSelectorTerms");
        if (terms.blank()) {
            terms.required("must have at least one node selector term");
        }
        terms.items().forEach(t -> nodeTerm(t, values));
    }

    static void nodeTerm(Place term, boolean values) {
        term.get("matchExpressions").items().forEach(e -> nodeExpression(e, values));
        term.get("matchFields").items().forEach(Selectors::nodeField);
    }

    private static void nodeExpression(Place expression, boolean checked) {
        Place values = expression.get("values");
        switch (expression.get("operator").text()) {
            case "In", "NotIn" -> {
                if (values.blank()) {
                    values.required("must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.blank()) {
                    values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            case "Gt", "Lt" -> {
                if (values.value().size() != 1) {
                    values.required("must be specified single value when `operator` is 'Lt' or 'Gt'");
                }
            }
            default -> expression.get("operator").invalidText("not a valid selector operator");
        }
        expression.get("key").qualified();
        if (checked) {
            values.items().forEach(v -> v.invalidAll(Names.labelValue(v.text())));
        }
    }

    private static void nodeField(Place expression) {
        Place values = expression.get("values");
        if (!expression.get("operator").in("In", "NotIn")) {
            expression.get("operator").invalidText("not a valid selector operator");
        } else if (values.value().size() != 1) {
            values.required("must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
        }
        if (!expression.get("key").is("metadata.name")) {
            expression.get("key").invalidText("not a valid field selector key");
        } else {
            values.items().forEach(Place::subdomain);
        }
    }
}
