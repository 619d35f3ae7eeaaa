package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What the schema of a definition may hold, so that values can be pruned, defaulted and merged by it. */
final class StructuralRules {
    private static final List<String> TYPES = List.of("array", "boolean", "integer", "number", "object", "string");
    private static final Set<String> ROOT_TYPES = Set.of("object");
    private static final String EXT = "x-kubernetes-";
    private static final int MAX_DEPTH = 100;

    private final List<Cause> causes = new ArrayList<>();

    private StructuralRules() {}

    /** Faults of a schema; {@code path} is where it stands, such as {@code spec.validation.openAPIV3Schema}. */
    static List<Cause> faults(JsonNode schema, String path) {
        StructuralRules rules = new StructuralRules();
        rules.root(schema, path);
        rules.node(schema, path, true, 0);
        return rules.causes;
    }

    private void root(JsonNode schema, String path) {
        if (schema.path("nullable").asBoolean()) {
            causes.add(Cause.forbidden(path + ".nullable", "nullable cannot be true at the root"));
        }
        if (!schema.path("additionalProperties").isMissingNode()) {
            causes.add(Cause.forbidden(path + ".additionalProperties", "must not be used at the root"));
        }
        JsonNode metadata = schema.path("properties").path("metadata");
        metadata.path("properties").fieldNames().forEachRemaining(name -> {
            if (!name.equals("name") && !name.equals("generateName") && causes.stream().noneMatch(c -> c.field().equals(path + ".properties[metadata]"))) {
                causes.add(Cause.forbidden(path + ".properties[metadata]", "must not specify anything other than name and generateName, but metadata is implicitly specified"));
            }
        });
    }

    private void node(JsonNode schema, String path, boolean root, int depth) {
        if (depth > MAX_DEPTH) {
            causes.add(Cause.invalid(path, "null", "is nested deeper than " + MAX_DEPTH));
            return;
        }
        keywords(schema, path);
        for (String junctor : List.of("allOf", "anyOf", "oneOf")) {
            for (int i = 0; i < schema.path(junctor).size(); i++) {
                nested(schema.path(junctor).get(i), Json.index(path + "." + junctor, i), schema);
            }
        }
        if (schema.path("not").isObject()) {
            nested(schema.path("not"), path + ".not", schema);
        }
        type(schema, path, root);
        extensions(schema, path);
        schema.path("properties").properties().forEach(e -> node(e.getValue(), path + ".properties[" + e.getKey() + "]", false, depth + 1));
        if (schema.path("additionalProperties").isObject()) {
            node(schema.path("additionalProperties"), path + ".additionalProperties", false, depth + 1);
        }
        if (schema.path("items").isObject()) {
            node(schema.path("items"), path + ".items", false, depth + 1);
        }
        standard(schema, path);
    }

    private void keywords(JsonNode schema, String path) {
        if (schema.path("uniqueItems").asBoolean()) {
            causes.add(Cause.forbidden(path + ".uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        }
        if (schema.path("additionalProperties").isObject() && !schema.path("properties").isEmpty()) {
            causes.add(Cause.forbidden(path + ".additionalProperties", "additionalProperties and properties are mutual exclusive"));
        }
        if (schema.has("$ref")) {
            causes.add(Cause.forbidden(path + ".$ref", "$ref is not supported"));
        }
        if (schema.path("type").asText().equals("array") && !schema.has("items") && !schema.path(EXT + "preserve-unknown-fields").asBoolean()) {
            causes.add(Cause.required(path + ".items", "must be specified"));
        }
        String pattern = schema.path("pattern").asText();
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            String why = e.getDescription().startsWith("Unclosed group") ? "missing closing ): `" + pattern + "`" : e.getDescription() + ": `" + pattern + "`";
            causes.add(Cause.invalid(path + ".pattern", Names.quote(pattern), "must be a valid regular expression, but isn't: error parsing regexp: " + why));
        }
    }

    private void nested(JsonNode schema, String path, JsonNode outer) {
        boolean intOrString = outer.path(EXT + "int-or-string").asBoolean();
        for (String keyword : List.of("type", "default", "description", "title", "nullable", "additionalProperties")) {
            if (schema.has(keyword) && !(keyword.equals("type") && intOrString)) {
                causes.add(Cause.forbidden(path + "." + keyword, "must be empty to be structural"));
            }
        }
        schema.path("properties").properties().forEach(e -> nested(e.getValue(), path + ".properties[" + e.getKey() + "]", outer.path("properties").path(e.getKey())));
        if (schema.path("items").isObject()) {
            nested(schema.path("items"), path + ".items", outer.path("items"));
        }
    }

    private void type(JsonNode schema, String path, boolean root) {
        String type = schema.path("type").asText();
        boolean free = schema.path(EXT + "preserve-unknown-fields").asBoolean() || schema.path(EXT + "int-or-string").asBoolean();
        if (root) {
            if (type.isEmpty()) {
                causes.add(Cause.required(path + ".type", "must not be empty at the root"));
            } else if (!ROOT_TYPES.contains(type)) {
                causes.add(Cause.invalid(path + ".type", Names.quote(type), "must be object at the root"));
            }
        } else if (type.isEmpty()) {
            if (!free) {
                String where = path.endsWith(".items") ? "must not be empty for specified array items" : "must not be empty for specified object fields";
                causes.add(Cause.required(path + ".type", where));
            }
        } else if (!TYPES.contains(type)) {
            causes.add(Cause.notSupported(path + ".type", Names.quote(type), TYPES));
        }
    }

    private void extensions(JsonNode schema, String path) {
        JsonNode preserve = schema.path(EXT + "preserve-unknown-fields");
        if (preserve.isBoolean() && !preserve.asBoolean()) {
            causes.add(Cause.invalid(path + "." + EXT + "preserve-unknown-fields", "false", "must be true or undefined"));
        }
        if (schema.path(EXT + "embedded-resource").asBoolean() && schema.path("properties").isEmpty() && !preserve.asBoolean()) {
            causes.add(Cause.required(path + ".properties", "must not be empty if " + EXT + "embedded-resource is true without " + EXT + "preserve-unknown-fields"));
        }
        if (!schema.has(EXT + "list-type")) {
            return;
        }
        String list = schema.path(EXT + "list-type").asText();
        if (!Set.of("atomic", "set", "map").contains(list)) {
            causes.add(Cause.notSupported(path + "." + EXT + "list-type", Names.quote(list), List.of("atomic", "set", "map")));
        } else if (list.equals("map") && schema.path(EXT + "list-map-keys").isEmpty()) {
            causes.add(Cause.required(path + "." + EXT + "list-map-keys", "must not be empty if " + EXT + "list-type is map"));
        } else if (list.equals("set") && schema.path("items").path("type").asText().equals("object") && !schema.path("items").path(EXT + "map-type").asText().equals("atomic")) {
            causes.add(Cause.invalid(path + ".items." + EXT + "map-type", "null", "must be atomic as item of a list with " + EXT + "list-type=set"));
        }
    }

    /** A default must fit its own schema. */
    private void standard(JsonNode schema, String path) {
        JsonNode value = schema.path("default");
        if (value.isMissingNode() || !(schema instanceof ObjectNode)) {
            return;
        }
        for (Cause cause : Validation.validate(value, new Schema(schema, null))) {
            causes.add(new Cause(cause.reason(), cause.message(), cause.field().isEmpty() ? path + ".default" : path + ".default." + cause.field()));
        }
    }
}
