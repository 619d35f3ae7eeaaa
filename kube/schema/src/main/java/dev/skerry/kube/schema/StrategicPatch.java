package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Strategic merge patches. The texts of faults are those of upstream, Go's way of writing maps included. */
final class StrategicPatch {
    private static final String DIRECTIVE = "$patch";
    private static final String DELETE_ITEMS = "$deleteFromPrimitiveList/";
    private static final String ORDER = "$setElementOrder/";
    private static final String RETAIN = "$retainKeys";

    private StrategicPatch() {}

    static ObjectNode apply(ObjectNode target, ObjectNode patch, Schema schema) throws PatchException {
        return object(target, patch, schema);
    }

    private static ObjectNode object(ObjectNode target, ObjectNode patch, @Nullable Schema schema) throws PatchException {
        JsonNode directive = patch.get(DIRECTIVE);
        if (directive != null) {
            switch (directive.asText()) {
                case "replace" -> {
                    ObjectNode replaced = clean(patch);
                    replaced.remove(DIRECTIVE);
                    return replaced;
                }
                case "delete" -> {
                    return Json.MAKE.objectNode();
                }
                case "merge" -> { }
                default -> throw new PatchException("unknown patch type: " + directive.asText() + " in map: " + go(patch));
            }
        }
        ObjectNode result = target.deepCopy();
        retainOnly(result, patch);
        for (Map.Entry<String, JsonNode> change : patch.properties()) {
            String name = change.getKey();
            JsonNode value = change.getValue();
            if (name.equals(DIRECTIVE) || name.equals(RETAIN)) {
                continue;
            }
            if (name.startsWith(ORDER)) {
                String list = name.substring(ORDER.length());
                if (!value.isArray()) {
                    throw new PatchException("expected a []interface {}, but received a " + goType(value));
                }
                if (!patch.has(list) && result.get(list) instanceof ArrayNode items) {
                    result.set(list, ordered(items, Json.MAKE.arrayNode(), value, items, key(member(schema, list))));
                }
                continue;
            }
            if (name.startsWith(DELETE_ITEMS)) {
                deleteItems(result, name.substring(DELETE_ITEMS.length()), value);
                continue;
            }
            if (value.isNull()) {
                result.remove(name);
                continue;
            }
            Schema child = member(schema, name);
            JsonNode old = result.get(name);
            if (value instanceof ObjectNode changes) {
                boolean replace = child != null && child.patchStrategy().contains("replace");
                ObjectNode base = old instanceof ObjectNode o && !replace ? o : Json.MAKE.objectNode();
                result.set(name, object(base, changes, child));
            } else if (value instanceof ArrayNode items) {
                result.set(name, list(old instanceof ArrayNode o ? o : Json.MAKE.arrayNode(), items, child, patch.get(ORDER + name)));
            } else {
                result.set(name, value.deepCopy());
            }
        }
        return result;
    }

    private static @Nullable Schema member(@Nullable Schema schema, String name) {
        return schema == null ? null : schema.member(name).orElse(null);
    }

    private static String key(@Nullable Schema list) {
        return list == null ? "" : list.patchMergeKey();
    }

    private static void retainOnly(ObjectNode result, ObjectNode patch) throws PatchException {
        if (!(patch.get(RETAIN) instanceof ArrayNode names)) {
            return;
        }
        Set<String> keep = new HashSet<>();
        names.forEach(n -> keep.add(n.asText()));
        for (Map.Entry<String, JsonNode> change : patch.properties()) {
            String name = change.getKey();
            if (!name.startsWith("$") && !change.getValue().isNull() && !keep.contains(name)) {
                throw new PatchException("patch: invalid list: retainKeys list doesn't contain all keys in " + go(patch));
            }
        }
        result.retain(keep);
    }

    private static void deleteItems(ObjectNode result, String name, JsonNode gone) {
        if (!(result.get(name) instanceof ArrayNode items)) {
            return;
        }
        for (JsonNode value : gone) {
            for (int i = items.size() - 1; i >= 0; i--) {
                if (Json.same(items.get(i), value)) {
                    items.remove(i);
                }
            }
        }
    }

    private static ArrayNode list(ArrayNode old, ArrayNode patch, @Nullable Schema schema, @Nullable JsonNode order) throws PatchException {
        if (schema == null || !schema.patchStrategy().contains("merge")) {
            return cleanList(patch);
        }
        String key = schema.patchMergeKey();
        if (key.isEmpty()) {
            ArrayNode items = old.deepCopy();
            List<JsonNode> changed = new ArrayList<>();
            for (JsonNode value : patch) {
                if (find(items, "", value) == null) {
                    items.add(value.deepCopy());
                }
                changed.add(value);
            }
            return ordered(items, changedOnly(changed), order == null ? patch : order, old, "");
        }
        return keyed(old, patch, key, schema.items().orElse(null), order);
    }

    private static ArrayNode keyed(ArrayNode old, ArrayNode patch, String key, @Nullable Schema item, @Nullable JsonNode order) throws PatchException {
        ArrayNode items = old.deepCopy();
        ArrayNode changes = Json.MAKE.arrayNode();
        boolean replace = false;
        for (JsonNode value : patch) {
            if (!(value instanceof ObjectNode change)) {
                throw new PatchException("expected a map[string]interface {}, but received a " + goType(value));
            }
            String directive = change.path(DIRECTIVE).asText();
            switch (directive) {
                case "replace" -> replace = true;
                case "delete" -> {
                    JsonNode wanted = keyOf(change, key);
                    for (int i = items.size() - 1; i >= 0; i--) {
                        if (Json.same(items.get(i).get(key), wanted)) {
                            items.remove(i);
                        }
                    }
                }
                case "", "merge" -> {
                    changes.add(change);
                }
                default -> throw new PatchException("unknown patch type: " + directive + " in map: " + go(change));
            }
        }
        if (replace) {
            return cleanList(changes);
        }
        for (JsonNode value : changes) {
            ObjectNode change = (ObjectNode) value;
            JsonNode wanted = keyOf(change, key);
            int at = indexOf(items, key, wanted);
            if (at < 0) {
                items.add(object(Json.MAKE.objectNode(), change, item));
            } else {
                items.set(at, object((ObjectNode) items.get(at), change, item));
            }
        }
        return ordered(items, changes, order == null ? changes : order, old, key);
    }

    private static JsonNode keyOf(ObjectNode change, String key) throws PatchException {
        JsonNode wanted = change.get(key);
        if (wanted == null) {
            throw new PatchException("map: " + go(change) + " does not contain declared merge key: " + key);
        }
        return wanted;
    }

    /** Items named by {@code order} come in its order; the others keep their place among them as on the server. */
    private static ArrayNode ordered(ArrayNode items, ArrayNode changes, JsonNode order, ArrayNode server, String key) {
        List<JsonNode> named = new ArrayList<>();
        List<JsonNode> others = new ArrayList<>();
        for (JsonNode item : items) {
            boolean isNamed = find(order, key, ident(item, key)) != null || !changes.isEmpty() && find(changes, key, ident(item, key)) != null;
            (isNamed ? named : others).add(item);
        }
        named.sort(Comparator.comparingInt(i -> {
            int at = indexOf(order, key, ident(i, key));
            return at < 0 ? Integer.MAX_VALUE : at;
        }));
        ArrayNode result = Json.MAKE.arrayNode(items.size());
        int n = 0;
        int o = 0;
        while (n < named.size() && o < others.size()) {
            int namedAt = indexOf(server, key, ident(named.get(n), key));
            int otherAt = indexOf(server, key, ident(others.get(o), key));
            result.add(otherAt < 0 || namedAt < otherAt ? named.get(n++) : others.get(o++));
        }
        named.subList(n, named.size()).forEach(result::add);
        others.subList(o, others.size()).forEach(result::add);
        return result;
    }

    private static JsonNode ident(JsonNode item, String key) {
        return key.isEmpty() ? item : item.path(key);
    }

    private static @Nullable JsonNode find(JsonNode list, String key, JsonNode wanted) {
        int at = indexOf(list, key, wanted);
        return at < 0 ? null : list.get(at);
    }

    private static int indexOf(JsonNode list, String key, JsonNode wanted) {
        for (int i = 0; i < list.size(); i++) {
            if (Json.same(ident(list.get(i), key), wanted)) {
                return i;
            }
        }
        return -1;
    }

    private static ArrayNode changedOnly(List<JsonNode> values) {
        return Json.MAKE.arrayNode().addAll(values);
    }

    /** A new value has no nulls and no directives in it. */
    private static ObjectNode clean(ObjectNode value) {
        ObjectNode result = Json.MAKE.objectNode();
        value.properties().forEach(e -> {
            if (!e.getValue().isNull() && !e.getKey().startsWith(ORDER) && !e.getKey().startsWith(DELETE_ITEMS)) {
                result.set(e.getKey(), e.getValue() instanceof ObjectNode o ? clean(o) : e.getValue().deepCopy());
            }
        });
        result.remove(List.of(DIRECTIVE, RETAIN));
        return result;
    }

    private static ArrayNode cleanList(ArrayNode values) {
        ArrayNode result = Json.MAKE.arrayNode(values.size());
        for (JsonNode value : values) {
            if (value instanceof ObjectNode o) {
                ObjectNode kept = clean(o);
                if (!kept.isEmpty() || o.isEmpty()) {
                    result.add(kept);
                }
            } else {
                result.add(value.deepCopy());
            }
        }
        return result;
    }

    /** A value as Go prints it. */
    private static String go(JsonNode value) {
        if (value.isObject()) {
            Map<String, String> sorted = new TreeMap<>();
            value.properties().forEach(e -> sorted.put(e.getKey(), go(e.getValue())));
            return "map[" + String.join(" ", sorted.entrySet().stream().map(e -> e.getKey() + ":" + e.getValue()).toList()) + "]";
        }
        if (value.isArray()) {
            List<String> texts = new ArrayList<>();
            value.forEach(v -> texts.add(go(v)));
            return "[" + String.join(" ", texts) + "]";
        }
        return value.isNull() ? "<nil>" : value.asText();
    }

    private static String goType(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case BOOLEAN -> "bool";
            case NUMBER -> value.isIntegralNumber() ? "int64" : "float64";
            case OBJECT -> "map[string]interface {}";
            case ARRAY -> "[]interface {}";
            default -> "<nil>";
        };
    }
}
