package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What makes the schema of a definition structural, so that values can be pruned, defaulted and merged by it. Order and words as upstream. */
final class StructuralRules {
    private static final String EXT = "x-kubernetes-";
    private static final String TYPE_MISSING = "must not be empty ";
    private static final int MAX_DEPTH = 100;
    private static final JsonNode INT_OR_STRING = Json.MAKE.arrayNode().add(Json.MAKE.objectNode().put("type", "integer")).add(Json.MAKE.objectNode().put("type", "string"));

    private enum Level { ROOT, ITEM, FIELD }

    private final List<Cause> causes = new ArrayList<>();

    private StructuralRules() {}

    /** Faults of a schema; {@code path} is where it stands, such as {@code spec.validation.openAPIV3Schema}. */
    static List<Cause> faults(JsonNode schema, String path) {
        StructuralRules rules = new StructuralRules();
        if (schema.path("nullable").asBoolean()) {
            rules.causes.add(Cause.forbidden(path + ".nullable", "nullable cannot be true at the root"));
        }
        StructuralRules structural = new StructuralRules();
        structural.invariants(schema, Level.ROOT, path, 0);
        structural.causes.sort(Comparator.comparing(Cause::text));
        rules.causes.addAll(structural.causes);
        if (structural.causes.isEmpty()) {
            rules.defaults(schema, path, false);
        }
        rules.causes.addAll(KeywordRules.faults(schema, path));
        return rules.causes;
    }

    private void invariants(JsonNode schema, Level level, String path, int depth) {
        if (depth > MAX_DEPTH) {
            causes.add(Cause.invalid(path, "null", "is nested deeper than " + MAX_DEPTH));
            return;
        }
        String type = schema.path("type").asText();
        if (type.equals("array") && !schema.path("items").isObject()) {
            causes.add(Cause.required(path + ".items", "must be specified"));
        }
        if (schema.path("items").isObject()) {
            invariants(schema.path("items"), Level.ITEM, path + ".items", depth + 1);
        }
        schema.path("properties").properties().forEach(e -> invariants(e.getValue(), Level.FIELD, path + ".properties[" + e.getKey() + "]", depth + 1));
        JsonNode additional = schema.path("additionalProperties");
        if (!additional.isMissingNode() && level == Level.ROOT) {
            causes.add(Cause.forbidden(path + ".additionalProperties", "must not be used at the root"));
        }
        if (additional.isObject()) {
            invariants(additional, Level.FIELD, path + ".additionalProperties", depth + 1);
        }
        extensions(schema, path);
        validations(schema, path);
        type(schema, type, level, path);
        meta(schema, level, path);
    }

    private void extensions(JsonNode schema, String path) {
        if (on(schema, "int-or-string")) {
            for (String other : List.of("preserve-unknown-fields", "embedded-resource")) {
                if (on(schema, other)) {
                    causes.add(Cause.invalid(path + "." + EXT + other, "true", "must be false if " + EXT + "int-or-string is true"));
                }
            }
        }
        if (on(schema, "embedded-resource")) {
            if (!schema.path("additionalProperties").isMissingNode()) {
                causes.add(Cause.forbidden(path + ".additionalProperties", "must not be used if " + EXT + "embedded-resource is set"));
            }
            if (!on(schema, "preserve-unknown-fields") && schema.path("properties").isEmpty()) {
                causes.add(Cause.required(path + ".properties", "must not be empty if " + EXT + "embedded-resource is true without " + EXT + "preserve-unknown-fields"));
            }
        }
    }

    private void type(JsonNode schema, String type, Level level, String path) {
        if (on(schema, "embedded-resource") && !type.equals("object")) {
            causes.add(typed(path + ".type", type, "must be object if " + EXT + "embedded-resource is true"));
        } else if (type.isEmpty() && !on(schema, "int-or-string") && !on(schema, "preserve-unknown-fields")) {
            causes.add(Cause.required(path + ".type", TYPE_MISSING + switch (level) {
                case ROOT -> "at the root";
                case ITEM -> "for specified array items";
                case FIELD -> "for specified object fields";
            }));
        }
        if (level == Level.ROOT && !type.isEmpty() && !type.equals("object")) {
            causes.add(Cause.invalid(path + ".type", Names.quote(type), "must be object at the root"));
        }
    }

    private void meta(JsonNode schema, Level level, String path) {
        boolean checked = level == Level.ROOT || on(schema, "embedded-resource");
        for (String name : List.of("kind", "apiVersion")) {
            JsonNode member = schema.path("properties").path(name);
            if (checked && member.isObject() && !member.path("type").asText().equals("string")) {
                causes.add(Cause.invalid(path + ".properties[" + name + "].type", Names.quote(member.path("type").asText()), "must be string"));
            }
        }
        JsonNode metadata = schema.path("properties").path("metadata");
        String at = path + ".properties[metadata]";
        if (!metadata.isObject()) {
            return;
        }
        if (checked && !metadata.path("type").asText().equals("object")) {
            causes.add(Cause.invalid(at + ".type", Names.quote(metadata.path("type").asText()), "must be object"));
        }
        if (level == Level.ROOT) {
            boolean more = false;
            for (var entry : metadata.properties()) {
                more |= switch (entry.getKey()) {
                    case "type", "default" -> false;
                    case "properties" -> entry.getValue().properties().stream().anyMatch(p -> !Set.of("name", "generateName").contains(p.getKey()));
                    default -> true;
                };
            }
            if (more) {
                causes.add(Cause.forbidden(at, "must not specify anything other than name and generateName, but metadata is implicitly specified"));
            }
        }
    }

    private void validations(JsonNode schema, String path) {
        boolean skipAny = schema.path("anyOf").equals(INT_OR_STRING);
        boolean skipFirst = schema.path("allOf").path(0).path("anyOf").equals(INT_OR_STRING);
        junctors(schema, path, skipAny, skipFirst);
    }

    private void junctors(JsonNode schema, String path, boolean skipAny, boolean skipFirst) {
        for (String junctor : List.of("anyOf", "allOf", "oneOf")) {
            for (int i = 0; i < schema.path(junctor).size() && !(skipAny && junctor.equals("anyOf")); i++) {
                nested(schema.path(junctor).get(i), Json.index(path + "." + junctor, i), skipFirst && i == 0 && junctor.equals("allOf"), junctor.equals("allOf"));
            }
        }
        if (schema.path("not").isObject()) {
            nested(schema.path("not"), path + ".not", false, false);
        }
        String pattern = schema.path("pattern").asText();
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            String why = e.getDescription().startsWith("Unclosed group") ? "missing closing ): `" + pattern + "`"
                    : e.getDescription().startsWith("Unclosed character class") ? "missing closing ]: `" + pattern.substring(Math.max(0, pattern.lastIndexOf('['))) + "`"
                    : e.getDescription().startsWith("Dangling meta character") ? "missing argument to repetition operator: `" + pattern.charAt(e.getIndex()) + "`"
                    : e.getDescription() + ": `" + pattern + "`";
            causes.add(Cause.invalid(path + ".pattern", Names.quote(pattern), "must be a valid regular expression, but isn't: error parsing regexp: " + why));
        }
    }

    /** Inside of junctors only values are restricted, never structure. */
    private void nested(JsonNode schema, String path, boolean skipAny, boolean rules) {
        junctors(schema, path, skipAny, false);
        if (schema.path("items").isObject()) {
            nested(schema.path("items"), path + ".items", false, rules);
        }
        schema.path("properties").properties().forEach(e -> nested(e.getValue(), path + ".properties[" + e.getKey() + "]", false, rules));
        if (!schema.path("type").asText().isEmpty()) {
            causes.add(Cause.forbidden(path + ".type", "must be empty to be structural"));
        }
        structure(schema, path, "additionalProperties", "must be undefined to be structural");
        structure(schema, path, "default", "must be undefined to be structural");
        structure(schema, path, "title", "must be empty to be structural");
        structure(schema, path, "description", "must be empty to be structural");
        if (schema.path("nullable").asBoolean()) {
            causes.add(Cause.forbidden(path + ".nullable", "must be false to be structural"));
        }
        for (String extension : List.of("preserve-unknown-fields", "embedded-resource", "int-or-string")) {
            if (on(schema, extension)) {
                causes.add(Cause.forbidden(path + "." + EXT + extension, "must be false to be structural"));
            }
        }
        structure(schema, path, EXT + "list-map-keys", "must be empty to be structural");
        structure(schema, path, EXT + "list-type", "must be undefined to be structural");
        structure(schema, path, EXT + "map-type", "must be undefined to be structural");
        if (!schema.path(EXT + "validations").isEmpty() && !rules) {
            causes.add(Cause.forbidden(path + "." + EXT + "validations", "must be empty to be structural"));
        }
        if (schema.path("properties").has("metadata")) {
            causes.add(Cause.forbidden(path + ".properties[metadata]", "must not be specified in a nested context"));
        }
    }

    private void structure(JsonNode schema, String path, String keyword, String detail) {
        JsonNode value = schema.path(keyword);
        if (!value.isMissingNode() && !value.isNull() && !(value.isTextual() && value.asText().isEmpty())) {
            causes.add(Cause.forbidden(path + "." + keyword, detail));
        }
    }

    /** A default must fit its own schema. */
    private void defaults(JsonNode schema, String path, boolean inMeta) {
        JsonNode value = schema.path("default");
        if (!value.isMissingNode() && schema instanceof ObjectNode) {
            String at = path + ".default";
            Schema own = new Schema(schema, null);
            if (value instanceof ObjectNode object && !inMeta && !Fields.prune(object.deepCopy(), own).isEmpty()) {
                causes.add(Cause.invalid(at, value.toString(), "must not have unknown fields"));
            }
            for (Cause cause : Validation.validate(value, own)) {
                String where = cause.field().isEmpty() ? at : cause.field().equals("<nil>") ? at : at + "." + cause.field();
                causes.add(new Cause(cause.reason(), cause.message(), where));
            }
        }
        schema.path("properties").properties().forEach(e -> defaults(e.getValue(), path + ".properties[" + e.getKey() + "]", inMeta || e.getKey().equals("metadata")));
        if (schema.path("items").isObject()) {
            defaults(schema.path("items"), path + ".items", inMeta);
        }
        if (schema.path("additionalProperties").isObject()) {
            defaults(schema.path("additionalProperties"), path + ".additionalProperties", inMeta);
        }
    }

    static Cause typed(String field, String type, String detail) {
        return type.isEmpty() ? Cause.required(field, detail) : Cause.invalid(field, Names.quote(type), detail);
    }

    private static boolean on(JsonNode schema, String extension) {
        return schema.path(EXT + extension).asBoolean();
    }
}
