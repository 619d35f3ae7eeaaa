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
            Map<String, JsonNode> old = byElement(before, schema);
            Map<String, JsonNode> now = byElement(after, schema);
            Set<String> elements = new LinkedHashSet<>(now.keySet());
            elements.addAll(old.keySet());
            for (String element : elements) {
                path.add(element);
                compare(old.get(element), now.get(element), schema.items().orElse(null), path);
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

    private static Map<String, JsonNode> byElement(@Nullable JsonNode value, Schema schema) {
        Map<String, JsonNode> items = new LinkedHashMap<>();
        if (value instanceof ArrayNode array) {
            List<String> elements = Structure.elements(array, schema);
            for (int i = 0; i < array.size(); i++) {
                items.putIfAbsent(elements.get(i), array.get(i));
            }
        }
        return items;
    }
}
