package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How values are owned and merged: what is one leaf, and which item of a list is which. */
final class Structure {
    private Structure() {}

    /** Whether a value is owned as a whole: scalars, atomic maps and lists, lists without a list type. */
    static boolean leaf(@Nullable JsonNode value, @Nullable Schema schema) {
        if (value == null || !value.isContainerNode()) {
            return true;
        }
        if (value.isObject()) {
            return schema != null && (schema.mapType().equals("atomic") || schema.typeName().endsWith(".FieldsV1") || schema.typeName().endsWith(".RawExtension"));
        }
        return schema == null || !(schema.listType().equals("map") || schema.listType().equals("set"));
    }

    static @Nullable Schema member(@Nullable Schema schema, String name) {
        return schema == null ? null : schema.member(name).orElse(null);
    }

    static boolean declared(@Nullable Schema schema, String name) {
        return schema != null && schema.property(name) != null;
    }

    /** The elements of the items of a keyed list or a set, in order; two equal items have the same element. */
    static List<String> elements(JsonNode list, Schema schema) {
        List<String> elements = new ArrayList<>(list.size());
        List<String> keys = schema.listType().equals("map") ? schema.listMapKeys() : List.of();
        Schema item = schema.items().orElse(null);
        for (JsonNode value : list) {
            elements.add(keys.isEmpty() ? "v:" + value : "k:" + key(value, keys, item));
        }
        return elements;
    }

    private static ObjectNode key(JsonNode value, List<String> keys, @Nullable Schema item) {
        TreeMap<String, JsonNode> parts = new TreeMap<>();
        for (String key : keys) {
            JsonNode part = value.get(key);
            if (part == null) {
                Schema declared = item == null ? null : item.property(key);
                part = declared == null ? null : declared.defaultValue().orElse(null);
            }
            if (part != null) {
                parts.put(key, part);
            }
        }
        ObjectNode node = Json.MAKE.objectNode();
        parts.forEach(node::set);
        return node;
    }

    /** The set of all fields of a value that somebody applies. */
    static FieldSet fields(JsonNode value, Schema schema) {
        FieldSet set = new FieldSet();
        collect(value, schema, new ArrayList<>(), set);
        return set;
    }

    private static void collect(JsonNode value, @Nullable Schema schema, List<String> path, FieldSet set) {
        if (leaf(value, schema)) {
            set.add(path);
            return;
        }
        if (value instanceof ObjectNode object) {
            object.properties().forEach(e -> {
                path.add(FieldSet.field(e.getKey()));
                JsonNode child = e.getValue();
                collect(child, member(schema, e.getKey()), path, set);
                if (child.isNull() || child.isObject() && child.isEmpty() || !declared(schema, e.getKey())) {
                    set.add(path);
                }
                path.removeLast();
            });
        } else if (value instanceof ArrayNode array && schema != null) {
            List<String> elements = elements(array, schema);
            for (int i = 0; i < array.size(); i++) {
                path.add(elements.get(i));
                collect(array.get(i), schema.items().orElse(null), path, set);
                set.add(path);
                path.removeLast();
            }
        }
    }

    /** The value without the fields of a set; null if it is a map or list of which nothing stays. */
    static @Nullable JsonNode without(JsonNode value, @Nullable Schema schema, FieldSet gone) {
        if (gone.isEmpty() || leaf(value, schema) && !value.isObject()) {
            return value;
        }
        if (value instanceof ObjectNode object) {
            if (leaf(value, schema)) {
                return value;
            }
            ObjectNode kept = Json.MAKE.objectNode();
            object.properties().forEach(e -> {
                String element = FieldSet.field(e.getKey());
                if (gone.has(element)) {
                    return;
                }
                JsonNode child = without(e.getValue(), member(schema, e.getKey()), gone.below(element));
                if (child != null) {
                    kept.set(e.getKey(), child);
                } else if (!declared(schema, e.getKey())) {
                    kept.set(e.getKey(), NullNode.instance);
                }
            });
            return kept.isEmpty() ? null : kept;
        }
        if (value instanceof ArrayNode array && schema != null) {
            ArrayNode kept = Json.MAKE.arrayNode();
            List<String> elements = elements(array, schema);
            for (int i = 0; i < array.size(); i++) {
                if (!gone.has(elements.get(i))) {
                    JsonNode child = without(array.get(i), schema.items().orElse(null), gone.below(elements.get(i)));
                    kept.add(child == null ? NullNode.instance : child);
                }
            }
            return kept.isEmpty() ? null : kept;
        }
        return value;
    }

    /** Lays {@code over} over {@code under}. */
    static JsonNode merge(@Nullable JsonNode under, @Nullable JsonNode over, @Nullable Schema schema) {
        if (over == null) {
            return under == null ? NullNode.instance : under;
        }
        if (under == null || over.getNodeType() != under.getNodeType() || leaf(over, schema)) {
            return over;
        }
        if (over instanceof ObjectNode top && under instanceof ObjectNode bottom) {
            ObjectNode merged = bottom.objectNode();
            merged.setAll(bottom);
            top.properties().forEach(e -> merged.set(e.getKey(), merge(bottom.get(e.getKey()), e.getValue(), member(schema, e.getKey()))));
            return merged;
        }
        return schema == null ? over : mergeLists(under, over, schema);
    }

    /** Items of both lists stay in the order of both; where they differ, the order of {@code over} wins for items in both. */
    private static ArrayNode mergeLists(JsonNode under, JsonNode over, Schema schema) {
        List<String> low = elements(under, schema);
        List<String> high = elements(over, schema);
        Schema item = schema.items().orElse(null);
        List<String> shared = high.stream().filter(low::contains).toList();
        ArrayNode merged = Json.MAKE.arrayNode();
        int l = 0;
        int h = 0;
        int s = 0;
        while (l < low.size() || h < high.size()) {
            String lower = l < low.size() ? low.get(l) : null;
            String higher = h < high.size() ? high.get(h) : null;
            if (lower != null && lower.equals(higher)) {
                merged.add(merge(under.get(l++), over.get(h++), item));
                s++;
            } else if (lower != null && high.contains(lower) && (higher == null || s < shared.size() && !shared.get(s).equals(lower))) {
                l++; // merged where the other list has it
            } else if (lower != null && !high.contains(lower)) {
                merged.add(under.get(l++));
            } else if (higher != null) {
                int at = low.indexOf(higher);
                merged.add(at < 0 ? over.get(h) : merge(under.get(at), over.get(h), item));
                if (at >= 0) {
                    s++;
                }
                h++;
            } else {
                l++;
            }
        }
        return merged;
    }
}
