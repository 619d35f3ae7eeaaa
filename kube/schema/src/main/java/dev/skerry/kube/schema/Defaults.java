package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fills in what an object leaves out. */
public final class Defaults {
    private Defaults() {}

    /**
     * Applies the defaults of the schema and, for built-in kinds, those that upstream sets in code; built-in objects also take the shape
     * in which upstream writes them (empty members left out or written, quantities spelled one way). Twice is the same as once.
     */
    public static void apply(ObjectNode object, Schema schema) {
        if (schema.builtIn()) {
            builtIn(object, schema);
            BuiltInDefaults.apply(object, schema);
            shape(object, schema);
        } else {
            structural(object, schema);
        }
    }

    /** Spells empty lists and maps that are always written as upstream's store gives them back: as null. */
    public static void stored(ObjectNode object, Schema schema) {
        if (schema.builtIn()) {
            emptyAsNull(object, schema);
        }
    }

    private static void emptyAsNull(JsonNode value, Schema schema) {
        if (value instanceof ObjectNode object && !schema.preserveUnknown()) {
            Shapes.emptyAsNull(object, schema.typeName());
            object.properties().forEach(e -> {
                if (e.getValue().isContainerNode()) {
                    schema.member(e.getKey()).ifPresent(member -> emptyAsNull(e.getValue(), member));
                }
            });
        } else if (value instanceof ArrayNode array) {
            schema.items().ifPresent(item -> array.forEach(v -> emptyAsNull(v, item)));
        }
    }

    private static void structural(JsonNode value, Schema schema) {
        if (value instanceof ObjectNode object) {
            for (String name : schema.propertyNames()) {
                Schema member = schema.property(name);
                if (member == null) {
                    continue;
                }
                if (member.typeName().endsWith(".ObjectMeta")) {
                    continue;
                }
                JsonNode standard = member.defaultValue().orElse(null);
                JsonNode present = object.get(name);
                if (standard != null && (present == null || present.isNull() && !member.nullable())) {
                    object.set(name, standard.deepCopy());
                }
                if (standard == null && present != null && present.isNull() && !member.nullable() && !member.preserveUnknown()) {
                    // Null is no value here: as if it had been left out.
                    object.remove(name);
                }
                JsonNode now = object.get(name);
                if (now != null) {
                    structural(now, member);
                }
            }
            Schema any = schema.additionalProperties().orElse(null);
            if (any != null) {
                for (Map.Entry<String, JsonNode> entry : object.properties()) {
                    if (schema.property(entry.getKey()) == null) {
                        if (entry.getValue().isNull() && !any.nullable() && any.defaultValue().isPresent()) {
                            entry.setValue(any.defaultValue().get().deepCopy());
                        }
                        structural(entry.getValue(), any);
                    }
                }
            }
        } else if (value instanceof ArrayNode array) {
            Schema item = schema.items().orElse(null);
            for (int i = 0; item != null && i < array.size(); i++) {
                if (array.get(i).isNull() && !item.nullable() && item.defaultValue().isPresent()) {
                    array.set(i, item.defaultValue().get().deepCopy());
                }
                structural(array.get(i), item);
            }
        }
    }

    /** Structures that are always there, and what the schema says; empty members go first, so that defaults meet them as missing. */
    private static void builtIn(JsonNode value, Schema schema) {
        if (value instanceof ArrayNode array) {
            Schema item = schema.items().orElse(null);
            for (int i = 0; item != null && i < array.size(); i++) {
                if (array.get(i).isNull()) {
                    array.set(i, zero(item));
                }
                if (item.typeName().endsWith(".Quantity")) {
                    array.set(i, TextNode.valueOf(Quantity.canonical(array.get(i))));
                }
                builtIn(array.get(i), item);
            }
            return;
        }
        if (!(value instanceof ObjectNode object) || schema.preserveUnknown()) {
            return;
        }
        schema.additionalProperties().ifPresent(any -> object.properties().forEach(e -> {
            if (e.getValue().isNull() && schema.property(e.getKey()) == null) {
                e.setValue(zero(any));
            }
        }));
        Shapes.trim(object, schema.typeName());
        for (String name : schema.propertyNames()) {
            Schema member = schema.property(name);
            if (member == null) {
                continue;
            }
            JsonNode standard = member.defaultValue().orElse(null);
            if (standard != null && !object.has(name) && (standard.isObject() ? member.type().equals("object") : !Json.MAKE.textNode("").equals(standard)
                    && !(standard.isNumber() && standard.asInt() == 0) && !standard.isBoolean())) {
                object.set(name, standard.deepCopy());
            }
        }
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            Schema member = schema.member(entry.getKey()).orElse(null);
            if (member != null && !member.typeName().isEmpty() && member.typeName().endsWith(".Quantity") && entry.getValue().isValueNode()) {
                // Amounts in a list of resources are whole thousandths.
                entry.setValue(TextNode.valueOf(schema.property(entry.getKey()) == null ? Quantity.canonical(entry.getValue(), 3) : Quantity.canonical(entry.getValue())));
            } else if (member != null) {
                builtIn(entry.getValue(), member);
            }
        }
    }

    /** What upstream reads a null as where a value must stand: in maps and lists. */
    private static JsonNode zero(Schema schema) {
        return switch (schema.type()) {
            case "string" -> TextNode.valueOf("");
            case "integer", "number" -> Json.MAKE.numberNode(0);
            case "boolean" -> Json.MAKE.booleanNode(false);
            case "object" -> Json.MAKE.objectNode();
            default -> schema.typeName().endsWith(".Quantity") ? TextNode.valueOf("0") : NullNode.instance;
        };
    }

    private static void shape(@Nullable JsonNode value, Schema schema) {
        if (value instanceof ObjectNode object && !schema.preserveUnknown()) {
            Shapes.complete(object, schema.typeName());
            object.properties().forEach(e -> schema.member(e.getKey()).ifPresent(member -> shape(e.getValue(), member)));
        } else if (value instanceof ArrayNode array) {
            schema.items().ifPresent(item -> array.forEach(v -> shape(v, item)));
        }
    }
}
