package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which labels a selector means. One without any term means none: no controller may take everything by mistake. */
final class Selection implements Predicate<Map<String, String>> {

    private final LabelSelector selector;

    Selection(LabelSelector selector) {
        this.selector = selector;
    }

    boolean empty() {
        return selector.getMatchLabels().isEmpty() && selector.getMatchExpressions().isEmpty();
    }

    @Override
    public boolean test(@Nullable Map<String, String> given) {
        var labels = given == null ? Map.<String, String>of() : given;
        return !empty()
                && labels.entrySet().containsAll(selector.getMatchLabels().entrySet())
                && selector.getMatchExpressions().stream().allMatch(r -> holds(labels, r.getKey(), r.getOperator(), r.getValues()));
    }

    /** Whether one requirement holds, of labels or of a node's fields. An operator that nobody knows holds for none. */
    static boolean holds(Map<String, String> labels, String key, String operator, List<String> values) {
        @Nullable String value = labels.get(key);
        return switch (operator) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> number(value) && values.size() == 1 && number(values.getFirst()) && Long.parseLong(value) > Long.parseLong(values.getFirst());
            case "Lt" -> number(value) && values.size() == 1 && number(values.getFirst()) && Long.parseLong(value) < Long.parseLong(values.getFirst());
            default -> false;
        };
    }

    private static boolean number(@Nullable String text) {
        return text != null && text.matches("-?[0-9]{1,18}");
    }
}
