package dev.skerry.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What expressions may do with the values of a schema, and how large these can get.
 *
 * @param fields members of a structure by their escaped names
 * @param element of a list or a map
 * @param keys list keys, if lists of this type are maps
 * @param set whether lists of this type are sets
 * @param maxElements characters, items or members at most
 * @param minSize bytes of the smallest value as JSON
 */
record DeclType(
        String kind, CelType type, Map<String, DeclType> fields, @Nullable DeclType element, List<String> keys, boolean set, long maxElements, long minSize) {

    private static final long REQUEST = 3L * 1024 * 1024;
    static final DeclType DYN = simple("dyn", SimpleType.DYN, REQUEST - 2, 1);

    private static DeclType simple(String kind, CelType type, long maxElements, long minSize) {
        return new DeclType(kind, type, Map.of(), null, List.of(), false, maxElements, minSize);
    }

    /** Empty if expressions cannot see values of the schema. */
    static Optional<DeclType> of(JsonNode schema, boolean root, String name) {
        if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
            return Optional.of(simple("dyn", SimpleType.DYN, schema.has("maxLength") ? schema.path("maxLength").asLong() * 4 : REQUEST - 2, 1));
        }
        return switch (schema.path("type").asText()) {
            case "array" -> list(schema, name);
            case "object" -> schema.path("additionalProperties").isObject() ? map(schema, name) : Optional.of(structure(schema, root, name));
            case "string" -> Optional.of(string(schema));
            case "boolean" -> Optional.of(simple("bool", SimpleType.BOOL, 0, 4));
            case "number" -> Optional.of(simple("double", SimpleType.DOUBLE, 0, 1));
            case "integer" -> Optional.of(simple("int", SimpleType.INT, 0, 1));
            default -> Optional.empty();
        };
    }

    private static Optional<DeclType> list(JsonNode schema, String name) {
        JsonNode items = schema.path("items");
        return of(items, items.path("x-kubernetes-embedded-resource").asBoolean(), name + ".@idx").map(item -> {
            long max = schema.has("maxItems") ? Math.max(0, schema.path("maxItems").asLong()) : (REQUEST - 2) / (item.minSize + 1);
            String form = schema.path("x-kubernetes-list-type").asText();
            List<String> keys = new ArrayList<>();
            schema.path("x-kubernetes-list-map-keys").forEach(k -> keys.add(k.asText()));
            return new DeclType("list", ListType.create(item.type), Map.of(), item, form.equals("map") ? List.copyOf(keys) : List.of(), form.equals("set"), max, 2);
        });
    }

    private static Optional<DeclType> map(JsonNode schema, String name) {
        JsonNode values = schema.path("additionalProperties");
        return of(values, values.path("x-kubernetes-embedded-resource").asBoolean(), name + ".@elem").map(value -> {
            long max = schema.has("maxProperties") ? Math.max(0, schema.path("maxProperties").asLong()) : (REQUEST - 2) / (value.minSize + 6);
            return new DeclType("map", MapType.create(SimpleType.STRING, value.type), Map.of(), value, List.of(), false, max, 2);
        });
    }

    private static DeclType structure(JsonNode schema, boolean root, String name) {
        Map<String, DeclType> fields = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(r -> required.add(r.asText()));
        long size = 2;
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            JsonNode value = property.getValue();
            Optional<DeclType> type = of(value, value.path("x-kubernetes-embedded-resource").asBoolean(), name + "." + property.getKey());
            Optional<String> written = Escaping.escape(property.getKey());
            if (type.isPresent()) {
                written.ifPresent(w -> fields.put(w, type.get()));
                if (required.contains(property.getKey()) && !value.has("default")) {
                    size += property.getKey().length() + type.get().minSize + 4;
                }
            }
        }
        if (root) {
            DeclType text = simple("string", SimpleType.STRING, REQUEST - 2, 2);
            fields.putIfAbsent("apiVersion", text);
            fields.putIfAbsent("kind", text);
            fields.put("metadata", structure(name + ".metadata", Map.of("name", text, "generateName", text), 2));
        }
        return structure(name, fields, size);
    }

    /** A structure of known members. */
    @SuppressWarnings("Immutable")
    static DeclType structure(String name, Map<String, DeclType> fields, long size) {
        Map<String, DeclType> kept = Map.copyOf(fields);
        return new DeclType("object", StructType.create(name, ImmutableSet.copyOf(kept.keySet()), field -> Optional.ofNullable(kept.get(field)).map(DeclType::type)),
                kept, null, List.of(), false, 0, size);
    }

    private static DeclType string(JsonNode schema) {
        long max = schema.has("maxLength") ? Math.max(0, schema.path("maxLength").asLong()) * 4 : REQUEST - 2;
        return switch (schema.path("format").asText()) {
            case "byte" -> simple("bytes", SimpleType.BYTES, schema.has("maxLength") ? max / 4 : max, 2);
            case "duration" -> simple("duration", SimpleType.DURATION, 32, 3);
            case "date" -> simple("date", SimpleType.TIMESTAMP, 12, 12);
            case "date-time" -> simple("timestamp", SimpleType.TIMESTAMP, 32, 21);
            default -> {
                if (!schema.has("maxLength") && !schema.path("enum").isEmpty()) {
                    max = 0;
                    for (JsonNode one : schema.path("enum")) {
                        max = Math.max(max, one.asText().length());
                    }
                }
                yield simple("string", SimpleType.STRING, max, 2);
            }
        };
    }

    /** The type itself and all structures in it, for the checker to find by their names. */
    void structures(List<CelType> found) {
        if (type instanceof StructType) {
            found.add(type);
        }
        fields.values().forEach(f -> f.structures(found));
        if (element != null) {
            element.structures(found);
        }
    }
}
