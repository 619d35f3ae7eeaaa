package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether an applied value has the types of its schema. The texts are those of upstream's structured merge. */
final class TypedValue {
    private TypedValue() {}

    /** The first fault, such as {@code .spec.ports: duplicate entries for key [port=80]}, or null. */
    static @Nullable String fault(JsonNode value, @Nullable Schema schema, String path) {
        if (schema == null || value.isNull() || schema.preserveUnknown() && schema.propertyNames().isEmpty()) {
            return null;
        }
        String type = schema.type();
        if (value instanceof ObjectNode object) {
            return type.isEmpty() || type.equals("object") ? members(object, schema, path) : wrong(path, type, value);
        }
        if (value.isArray()) {
            return type.isEmpty() || type.equals("array") ? items(value, schema, path) : wrong(path, type, value);
        }
        boolean fits = schema.intOrString() || schema.typeName().endsWith(".Quantity") || switch (type) {
            case "object", "array" -> false;
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer", "number" -> value.isNumber();
            default -> true;
        };
        return fits ? null : wrong(path, type, value);
    }

    private static String wrong(String path, String type, JsonNode value) {
        String expected = switch (type) {
            case "object" -> "map";
            case "array" -> "list";
            case "integer", "number" -> "numeric (int or float)";
            default -> type;
        };
        String got = value.isTextual() ? "&{" + value.asText() + "}" : "&value.valueUnstructured{Value:" + value.asText() + "}";
        return path + ": expected " + expected + ", got " + got;
    }

    private static @Nullable String members(ObjectNode object, Schema schema, String path) {
        for (var e : object.properties()) {
            Schema member = schema.member(e.getKey()).orElse(null);
            String below = path + "." + e.getKey();
            if (member == null && schema.type().equals("object") && !schema.preserveUnknown() && !schema.embeddedResource()
                    && !(path.isEmpty() && List.of("apiVersion", "kind", "metadata").contains(e.getKey()))) {
                return below + ": field not declared in schema";
            }
            String found = fault(e.getValue(), member, below);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable String items(JsonNode value, Schema schema, String path) {
        boolean leaf = Structure.leaf(value, schema);
        List<String> elements = leaf ? List.of() : Structure.elements(value, schema);
        for (int i = 0; i < value.size(); i++) {
            String shown = leaf ? "[" + i + "]" : new FieldSet().add(List.of(elements.get(i))).paths().getFirst();
            if (!leaf && elements.indexOf(elements.get(i)) < i) {
                return path + ": duplicate entries for key " + shown;
            }
            String found = fault(value.get(i), schema.items().orElse(null), path + shown);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
