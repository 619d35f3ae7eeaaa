package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Holds an object against its schema. */
public final class Validation {
    private static final Pattern KIND = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");
    private static final String GO_PACKAGES = "io.k8s.api.";

    private Validation() {}

    /** Faults of a custom resource: types, required members, enums, bounds, patterns, formats, duplicates in keyed lists. */
    public static List<Cause> validate(ObjectNode object, Schema schema) {
        List<Cause> causes = new ArrayList<>();
        walk(object, schema, "", causes);
        return causes;
    }

    /**
     * Members of a built-in kind that hold the wrong JSON type and so cannot be decoded. The message is the one of upstream's decoder,
     * such as {@code json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool}.
     */
    public static List<Cause> typeErrors(ObjectNode object, Schema schema) {
        List<Cause> causes = new ArrayList<>();
        decode(object, schema, "", simple(schema.typeName()), causes);
        return causes;
    }

    /** The same for a part of one. */
    static List<Cause> validate(JsonNode value, Schema schema) {
        List<Cause> causes = new ArrayList<>();
        walk(value, schema, "", causes);
        return causes;
    }

    private static void walk(JsonNode value, Schema schema, String path, List<Cause> causes) {
        if (value.isNull() && (schema.nullable() || path.isEmpty())) {
            return;
        }
        String actual = typeOf(value);
        if (schema.intOrString()) {
            if (!value.isTextual() && !actual.equals("integer")) {
                causes.add(wrongType(path, "integer,string", actual));
            }
        } else if (!schema.type().isEmpty() && !fits(value, schema.type())) {
            causes.add(wrongType(path, schema.type(), actual));
            if (actual.equals("number") && schema.type().equals("integer")) {
                // As upstream, which looks at numbers once more, and from nowhere.
                causes.add(Cause.invalid("<nil>", "\"\"", "Checked value must be of type integer (default format) in " + path));
            }
            return;
        }
        List<JsonNode> allowed = schema.enumValues();
        if (!allowed.isEmpty() && allowed.stream().noneMatch(a -> Json.same(a, value))) {
            causes.add(Cause.notSupported(path, value.toString(), allowed.stream().map(JsonNode::asText).toList()));
        }
        switch (value.getNodeType()) {
            case NUMBER -> number(value, schema, path, causes);
            case STRING -> text(value, schema, path, causes);
            case ARRAY -> list(value, schema, path, causes);
            case OBJECT -> object(value, schema, path, causes);
            default -> { }
        }
        combined(value, schema, path, causes);
    }

    private static void number(JsonNode value, Schema schema, String path, List<Cause> causes) {
        JsonNode least = schema.keyword("minimum");
        if (least.isNumber()) {
            boolean open = schema.keyword("exclusiveMinimum").asBoolean();
            int order = value.decimalValue().compareTo(least.decimalValue());
            if (order < 0 || open && order == 0) {
                causes.add(Cause.invalid(path, value.toString(), path + " in body should be greater than " + (open ? "" : "or equal to ") + least));
            }
        }
        JsonNode most = schema.keyword("maximum");
        if (most.isNumber()) {
            boolean open = schema.keyword("exclusiveMaximum").asBoolean();
            int order = value.decimalValue().compareTo(most.decimalValue());
            if (order > 0 || open && order == 0) {
                causes.add(Cause.invalid(path, value.toString(), path + " in body should be less than " + (open ? "" : "or equal to ") + most));
            }
        }
        JsonNode step = schema.keyword("multipleOf");
        if (step.isNumber() && step.decimalValue().signum() != 0 && value.decimalValue().remainder(step.decimalValue()).signum() != 0) {
            causes.add(Cause.invalid(path, value.toString(), path + " in body should be a multiple of " + step));
        }
    }

    private static void text(JsonNode value, Schema schema, String path, List<Cause> causes) {
        String text = value.asText();
        int length = text.codePointCount(0, text.length());
        JsonNode most = schema.keyword("maxLength");
        if (most.isNumber() && length > most.asLong()) {
            causes.add(new Cause("FieldValueTooLong", "Too long: may not be more than " + most + " bytes", path));
        }
        JsonNode least = schema.keyword("minLength");
        if (least.isNumber() && length < least.asLong()) {
            causes.add(Cause.invalid(path, value.toString(), path + " in body should be at least " + least + " chars long"));
        }
        String pattern = schema.keyword("pattern").asText();
        if (!pattern.isEmpty() && !matches(pattern, text)) {
            causes.add(Cause.invalid(path, value.toString(), path + " in body should match '" + pattern + "'"));
        }
        if (!Formats.fits(schema.format(), text)) {
            causes.add(new Cause("FieldValueInvalid", "Invalid value: " + value + ": " + path + " in body must be of type " + schema.format() + ": " + value, path));
        }
    }

    private static boolean matches(String pattern, String text) {
        try {
            return Pattern.compile(pattern).matcher(text).find();
        } catch (PatternSyntaxException e) {
            return true; // a definition with such a pattern is not accepted
        }
    }

    private static void list(JsonNode value, Schema schema, String path, List<Cause> causes) {
        JsonNode most = schema.keyword("maxItems");
        if (most.isNumber() && value.size() > most.asLong()) {
            causes.add(new Cause("FieldValueTooMany", "Too many: " + value.size() + ": must have at most " + most + " items", path));
        }
        JsonNode least = schema.keyword("minItems");
        if (least.isNumber() && value.size() < least.asLong()) {
            causes.add(Cause.invalid(path, String.valueOf(value.size()), path + " in body should have at least " + least + " items"));
        }
        schema.items().ifPresent(item -> {
            for (int i = 0; i < value.size(); i++) {
                walk(value.get(i), item, Json.index(path, i), causes);
            }
        });
        if (schema.listType().equals("map") || schema.listType().equals("set")) {
            Set<String> seen = new HashSet<>();
            Set<String> told = new HashSet<>();
            List<String> elements = Structure.elements(value, schema);
            for (int i = 0; i < elements.size(); i++) {
                if (!seen.add(elements.get(i)) && told.add(elements.get(i))) {
                    causes.add(Cause.duplicate(Json.index(path, i), elements.get(i).substring(2)));
                }
            }
        }
    }

    private static void object(JsonNode value, Schema schema, String path, List<Cause> causes) {
        for (String name : schema.required()) {
            if (!value.has(name)) {
                causes.add(Cause.required(Json.join(path, name), ""));
            }
        }
        JsonNode most = schema.keyword("maxProperties");
        if (most.isNumber() && value.size() > most.asLong()) {
            causes.add(new Cause("FieldValueTooMany", "Too many: " + value.size() + ": must have at most " + most + " items", path));
        }
        JsonNode least = schema.keyword("minProperties");
        if (least.isNumber() && value.size() < least.asLong()) {
            causes.add(Cause.invalid(path, String.valueOf(value.size()), path + " in body should have at least " + least + " properties"));
        }
        if (schema.embeddedResource()) {
            embedded(value, path, causes);
        }
        value.properties().forEach(e -> {
            // The server's own rules for metadata are checked elsewhere.
            if (!(path.isEmpty() && e.getKey().equals("metadata"))) {
                schema.member(e.getKey()).ifPresent(member -> walk(e.getValue(), member, Json.join(path, e.getKey()), causes));
            }
        });
    }

    /** A whole object inside of another says what it is. */
    private static void embedded(JsonNode value, String path, List<Cause> causes) {
        for (String name : List.of("apiVersion", "kind")) {
            JsonNode said = value.path(name);
            String field = Json.join(path, name);
            if (said.isMissingNode()) {
                causes.add(Cause.required(field, ""));
            } else if (!said.isTextual()) {
                causes.add(Cause.invalid(field, said.toString(), "must be a string"));
            } else if (said.asText().isEmpty()) {
                causes.add(Cause.invalid(field, "\"\"", "must not be empty"));
            } else if (name.equals("kind") && !KIND.matcher(said.asText().toLowerCase(Locale.ROOT)).matches()) {
                causes.add(Cause.invalid(field, said.toString(), "may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric "
                        + "characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
                        + "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"));
            }
        }
    }

    private static void combined(JsonNode value, Schema schema, String path, List<Cause> causes) {
        if (schema.intOrString()) {
            return;
        }
        schema.keyword("allOf").forEach(part -> walk(value, new Schema(part, null), path, causes));
        JsonNode any = schema.keyword("anyOf");
        if (any.isArray() && !any.isEmpty() && passing(value, any, path) == 0) {
            causes.add(Cause.invalid(path, "\"\"", path + " in body must validate at least one schema (anyOf)"));
        }
        JsonNode one = schema.keyword("oneOf");
        if (one.isArray() && !one.isEmpty() && passing(value, one, path) != 1) {
            causes.add(Cause.invalid(path, "\"\"", path + " in body must validate one and only one schema (oneOf). Found "
                    + (passing(value, one, path) == 0 ? "none" : String.valueOf(passing(value, one, path))) + " valid" + (passing(value, one, path) == 0 ? "" : " alternatives")));
        }
        JsonNode not = schema.keyword("not");
        if (not.isObject() && passing(value, Json.MAKE.arrayNode().add(not), path) == 1) {
            causes.add(Cause.invalid(path, "\"\"", path + " in body must not validate the schema (not)"));
        }
    }

    private static long passing(JsonNode value, JsonNode schemas, String path) {
        long passing = 0;
        for (JsonNode part : schemas) {
            List<Cause> causes = new ArrayList<>();
            walk(value, new Schema(part, null), path, causes);
            passing += causes.isEmpty() ? 1 : 0;
        }
        return passing;
    }

    private static Cause wrongType(String path, String expected, String actual) {
        return new Cause("FieldValueTypeInvalid", "Invalid value: \"" + actual + "\": " + path + " in body must be of type " + expected + ": \"" + actual + "\"", path);
    }

    private static boolean fits(JsonNode value, String type) {
        return switch (type) {
            case "integer" -> whole(value);
            case "number" -> value.isNumber();
            default -> typeOf(value).equals(type);
        };
    }

    private static boolean whole(JsonNode value) {
        return value.isIntegralNumber() || value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
    }

    private static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case NUMBER -> whole(value) ? "integer" : "number";
            default -> value.getNodeType().name().toLowerCase(Locale.ROOT);
        };
    }

    private static void decode(JsonNode value, Schema schema, String path, String struct, List<Cause> causes) {
        if (value.isNull() || schema.type().isEmpty() || schema.preserveUnknown()) {
            return;
        }
        boolean quantity = schema.typeName().endsWith(".Quantity");
        String unread = GoDecoding.fault(value, schema).orElse("");
        if (!unread.isEmpty()) {
            causes.add(new Cause("FieldValueInvalid", unread, path));
            return;
        }
        String wanted = goType(schema);
        String found = value.isNumber() ? "number" : value.isTextual() ? "string" : value.isBoolean() ? "bool" : value.isArray() ? "array" : "object";
        boolean fits = quantity || (schema.intOrString() ? value.isTextual() || value.isIntegralNumber() && value.canConvertToInt() : switch (schema.type()) {
            case "integer" -> value.isIntegralNumber() && inRange(value, schema);
            case "number" -> value.isNumber();
            default -> typeOf(value).equals(schema.type());
        });
        if (!fits) {
            boolean whole = schema.type().equals("integer") || schema.intOrString();
            String shown = value.isNumber() && whole ? "number " + value.toString().replace("E+", "e") : found;
            causes.add(new Cause("FieldValueTypeInvalid", "json: cannot unmarshal " + shown + " into Go struct field " + struct + "." + path + " of type " + wanted, path));
            return;
        }
        String inner = schema.type().equals("object") && !schema.propertyNames().isEmpty() ? simple(schema.typeName()) : struct;
        if (value.isObject()) {
            value.properties().forEach(e -> schema.member(e.getKey()).ifPresent(member ->
                    decode(e.getValue(), member, schema.property(e.getKey()) == null ? path : Json.join(path, e.getKey()), inner, causes)));
        } else if (value.isArray()) {
            schema.items().ifPresent(item -> value.forEach(v -> decode(v, item, path, struct, causes)));
        }
    }

    private static boolean inRange(JsonNode value, Schema schema) {
        return schema.format().equals("int32") ? value.canConvertToInt() : value.canConvertToLong();
    }

    private static String goType(Schema schema) {
        if (schema.type().equals("object") && !schema.propertyNames().isEmpty()) {
            String[] parts = schema.typeName().split("\\.");
            String version = parts.length > 1 && parts[parts.length - 2].matches("v[0-9].*") ? parts[parts.length - 2] + "." : "";
            return version + simple(schema.typeName());
        }
        if (schema.intOrString()) {
            return "int32";
        }
        return switch (schema.type()) {
            case "integer" -> schema.format().isEmpty() ? "int64" : schema.format();
            case "number" -> "float64";
            case "boolean" -> "bool";
            case "array" -> "[]" + schema.items().map(Validation::goType).orElse("interface {}");
            case "object" -> "map[string]" + schema.additionalProperties().map(Validation::goType).orElse("interface {}");
            default -> schema.type();
        };
    }

    private static String simple(String typeName) {
        return typeName.substring(typeName.lastIndexOf('.') + 1);
    }
}
