package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What changed between two objects, path by path. */
final class Comparison {
    final FieldSet added = new FieldSet();
    final FieldSet modified = new FieldSet();
    final FieldSet removed = new FieldSet();

    static Comparison of(JsonNode before, JsonNode after, Schema schema) {
        Comparison comparison = new Comparison();
        comparison.compare(before, after, schema, new ArrayList<>());
        return comparison;
    }

    boolean same() {
        return added.isEmpty() && modified.isEmpty() && removed.isEmpty();
    }

    private void compare(@Nullable JsonNode before, @Nullable JsonNode after, @Nullable Schema schema, List<String> path) {
        JsonNode shape = after != null && !after.isNull() ? after : before;
        boolean nothing = Json.empty(before) && Json.empty(after);
        boolean otherShape = before != null && after != null && before.isContainerNode() && after.isContainerNode()
                && before.getNodeType() != after.getNodeType();
        boolean container = shape != null && shape.isContainerNode()
                && (before == null || before.isNull() || before.isContainerNode()) && (after == null || after.isNull() || after.isContainerNode());
        if (!container || nothing || otherShape || leaf(before, schema) && leaf(after, schema)) {
            note(before, after, path);
            return;
        }
        if (before != null && after == null) {
            removed.add(path);
        } else if (before == null) {
            added.add(path);
        }
        if (shape instanceof ObjectNode) {
            Set<String> names = new LinkedHashSet<>();
            names(before, names);
            names(after, names);
            for (String name : names) {
                path.add(FieldSet.field(name));
                compare(before == null ? null : before.get(name), after == null ? null : after.get(name), Structure.member(schema, name), path);
                path.removeLast();
            }
        } else if (schema != null) {
            Map<String, List<JsonNode>> old = byElement(before, schema);
            Map<String, List<JsonNode>> now = byElement(after, schema);
            Set<String> elements = new LinkedHashSet<>(now.keySet());
            elements.addAll(old.keySet());
            for (String element : elements) {
                path.add(element);
                List<JsonNode> were = old.getOrDefault(element, List.of());
                List<JsonNode> are = now.getOrDefault(element, List.of());
                if (were.size() > 1 || are.size() > 1) {
                    // Whoever writes an element twice owns it as a whole.
                    note(whole(were), whole(are), path);
                } else {
                    compare(were.isEmpty() ? null : were.getFirst(), are.isEmpty() ? null : are.getFirst(), schema.items().orElse(null), path);
                }
                path.removeLast();
            }
        }
    }

    private static boolean leaf(@Nullable JsonNode value, @Nullable Schema schema) {
        return value == null || Structure.leaf(value, schema);
    }

    private void note(@Nullable JsonNode before, @Nullable JsonNode after, List<String> path) {
        if (before == null && after != null) {
            added.add(path);
        } else if (before != null && after == null) {
            removed.add(path);
        } else if (!Json.same(before, after)) {
            modified.add(path);
        }
    }

    private static void names(@Nullable JsonNode value, Set<String> names) {
        if (value != null) {
            value.fieldNames().forEachRemaining(names::add);
        }
    }

    private static @Nullable JsonNode whole(List<JsonNode> items) {
        return items.isEmpty() ? null : items.size() == 1 ? items.getFirst() : Json.MAKE.arrayNode().addAll(items);
    }

    private static Map<String, List<JsonNode>> byElement(@Nullable JsonNode value, Schema schema) {
        Map<String, List<JsonNode>> items = new LinkedHashMap<>();
        if (value instanceof ArrayNode array) {
            List<String> elements = Structure.elements(array, schema);
            for (int i = 0; i < array.size(); i++) {
                items.computeIfAbsent(elements.get(i), e -> new ArrayList<>()).add(array.get(i));
            }
        }
        return items;
    }
}
