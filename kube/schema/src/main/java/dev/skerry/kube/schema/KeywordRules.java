package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which keywords the schema of a definition may use, and how those of lists and maps go together. Order and words as upstream. */
final class KeywordRules {
    private static final List<String> TYPES = List.of("array", "boolean", "integer", "number", "object", "string");
    private static final Set<String> META = Set.of("metadata", "kind", "apiVersion");
    private static final String EXT = "x-kubernetes-";

    private final List<Cause> causes = new ArrayList<>();

    /** What holds at a place: why defaults are refused there (or empty), and whether it is inside of metadata. */
    private record Place(String noDefaults, boolean inMeta) {}

    private KeywordRules() {}

    static List<Cause> faults(JsonNode schema, String path) {
        KeywordRules rules = new KeywordRules();
        rules.node(schema, path, new Place("", false), true);
        return rules.causes;
    }

    private void node(JsonNode schema, String path, Place place, boolean root) {
        if (!schema.isObject()) {
            return;
        }
        keywords(schema, path, place);
        if (schema.path("uniqueItems").asBoolean()) {
            causes.add(Cause.forbidden(path + ".uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        }
        JsonNode additional = schema.path("additionalProperties");
        if (!additional.isMissingNode()) {
            if (!schema.path("properties").isEmpty() && !(additional.isBoolean() && additional.asBoolean())) {
                causes.add(Cause.forbidden(path + ".additionalProperties", "additionalProperties and properties are mutual exclusive"));
            }
            node(additional, path + ".additionalProperties", place.inMeta ? new Place("inside additionalProperties applying to object metadata", true) : place, false);
        }
        schema.path("properties").properties().forEach(e -> {
            boolean meta = (root || schema.path(EXT + "embedded-resource").asBoolean()) && META.contains(e.getKey());
            Place inner = meta ? new Place(root ? "in top-level " + e.getKey() : place.noDefaults, true) : place;
            node(e.getValue(), path + ".properties[" + e.getKey() + "]", inner, false);
        });
        node(schema.path("not"), path + ".not", place, false);
        for (String junctor : List.of("allOf", "oneOf", "anyOf")) {
            for (int i = 0; i < schema.path(junctor).size(); i++) {
                node(schema.path(junctor).get(i), Json.index(path + "." + junctor, i), place, false);
            }
        }
        node(schema.path("items"), path + ".items", place, false);
        JsonNode preserve = schema.path(EXT + "preserve-unknown-fields");
        if (preserve.isBoolean() && !preserve.asBoolean()) {
            causes.add(Cause.invalid(path + "." + EXT + "preserve-unknown-fields", "false", "must be true or undefined"));
        }
        maps(schema, path);
        lists(schema, path);
    }

    private void keywords(JsonNode schema, String path, Place place) {
        String type = schema.path("type").asText();
        if (!type.isEmpty() && !TYPES.contains(type)) {
            causes.add(Cause.notSupported(path + ".type", Names.quote(type), TYPES));
        }
        if (schema.has("default") && !place.noDefaults.isEmpty()) {
            causes.add(Cause.forbidden(path + ".default", "must not be set " + place.noDefaults));
        }
        for (String keyword : List.of("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref")) {
            JsonNode value = schema.path(keyword);
            if (!value.isMissingNode() && !value.isNull() && !(value.isTextual() && value.asText().isEmpty() && keyword.equals("id"))) {
                causes.add(Cause.forbidden(path + "." + keyword, keyword + " is not supported"));
            }
        }
        if (type.equals("null")) {
            causes.add(Cause.forbidden(path + ".type", "type cannot be set to null, use nullable as an alternative"));
        }
        if (schema.path("items").isArray()) {
            causes.add(Cause.forbidden(path + ".items", "items must be a schema object and not an array"));
        }
        if (place.inMeta && schema.path(EXT + "embedded-resource").asBoolean()) {
            causes.add(Cause.forbidden(path + "." + EXT + "embedded-resource", "must not be used inside of resource meta"));
        }
    }

    private void maps(JsonNode schema, String path) {
        if (!schema.has(EXT + "map-type")) {
            return;
        }
        if (!schema.path("type").asText().equals("object")) {
            causes.add(StructuralRules.typed(path + ".type", schema.path("type").asText(), "must be object if " + EXT + "map-type is specified"));
        }
        String form = schema.path(EXT + "map-type").asText();
        if (!form.equals("atomic") && !form.equals("granular")) {
            causes.add(Cause.notSupported(path + "." + EXT + "map-type", Names.quote(form), List.of("atomic", "granular")));
        }
    }

    private void lists(JsonNode schema, String path) {
        boolean said = schema.has(EXT + "list-type");
        String form = schema.path(EXT + "list-type").asText();
        JsonNode items = schema.path("items");
        JsonNode keys = schema.path(EXT + "list-map-keys");
        if (said && !schema.path("type").asText().equals("array")) {
            causes.add(StructuralRules.typed(path + ".type", schema.path("type").asText(), "must be array if " + EXT + "list-type is specified"));
        } else if (form.equals("set") && items.isObject()) {
            String atomic = "must be atomic as item of a list with " + EXT + "list-type=set";
            JsonNode inner = items.path(EXT + "list-type");
            if (items.path("type").asText().equals("array") && !inner.isMissingNode() && !inner.asText().equals("atomic")) {
                causes.add(Cause.invalid(path + ".items." + EXT + "list-type", inner.toString(), atomic));
            }
            if (items.path("type").asText().equals("object") && !items.path(EXT + "map-type").asText().equals("atomic")) {
                causes.add(Cause.invalid(path + ".items." + EXT + "map-type", inner.isMissingNode() ? "null" : inner.toString(), atomic));
            }
        }
        if (said && !Set.of("atomic", "set", "map").contains(form)) {
            causes.add(Cause.notSupported(path + "." + EXT + "list-type", Names.quote(form), List.of("atomic", "set", "map")));
        }
        if (!keys.isEmpty() && !form.equals("map")) {
            String detail = "must be map if " + EXT + "list-map-keys is non-empty";
            causes.add(said ? Cause.invalid(path + "." + EXT + "list-type", Names.quote(form), detail) : Cause.required(path + "." + EXT + "list-type", detail));
        }
        if (form.equals("set") && items.path("nullable").asBoolean()) {
            causes.add(Cause.forbidden(path + ".items.nullable", "cannot be nullable when " + EXT + "list-type is set"));
        }
        if (form.equals("map")) {
            keyed(items, keys, path);
        }
    }

    private void keyed(JsonNode items, JsonNode keys, String path) {
        String field = path + "." + EXT + "list-map-keys";
        if (keys.isEmpty()) {
            causes.add(Cause.required(field, "must not be empty if " + EXT + "list-type is map"));
        }
        if (!items.isObject()) {
            causes.add(Cause.required(path + ".items", "must have a schema if " + EXT + "list-type is map"));
            return;
        }
        if (!items.path("type").asText().equals("object")) {
            causes.add(Cause.invalid(path + ".items.type", Names.quote(items.path("type").asText()), "must be object if parent array's " + EXT + "list-type is map"));
            return;
        }
        Set<String> seen = new HashSet<>();
        Set<String> required = new HashSet<>();
        items.path("required").forEach(r -> required.add(r.asText()));
        List<Cause> optional = new ArrayList<>();
        for (JsonNode key : keys) {
            JsonNode property = items.path("properties").path(key.asText());
            String type = property.path("type").asText();
            if (property.isMissingNode()) {
                causes.add(Cause.invalid(field, keys.toString(), "entries must all be names of item properties"));
            } else if (type.equals("array") || type.equals("object")) {
                causes.add(Cause.invalid(path + ".items.properties[" + key.asText() + "].type", "\"object\"", "must be a scalar type if parent array's " + EXT + "list-type is map"));
            }
            if (!seen.add(key.asText())) {
                causes.add(Cause.invalid(field, keys.toString(), "must not contain duplicate entries"));
            }
            if (!property.isMissingNode() && !property.has("default") && !required.contains(key.asText())) {
                optional.add(Cause.required(path + ".items.properties[" + key.asText() + "].default",
                        "this property is in " + EXT + "list-map-keys, so it must have a default or be a required property"));
            }
            if (property.path("nullable").asBoolean()) {
                optional.add(Cause.forbidden(path + ".items.properties[" + key.asText() + "].nullable", "this property is in " + EXT + "list-map-keys, so it cannot be nullable"));
            }
        }
        if (items.path("nullable").asBoolean()) {
            causes.add(Cause.forbidden(path + ".items.nullable", "cannot be nullable when " + EXT + "list-type is map"));
        }
        causes.addAll(optional);
    }
}
