package dev.skerry.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.skerry.kube.schema.Cause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Holds the rules of a definition's schema against upstream's demands: they compile, and do not cost too much. */
public final class RuleChecks {
    private static final List<String> REASONS = List.of("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired");
    private static final double RULE_LIMIT = 10_000_000;
    private static final double SCHEMA_LIMIT = 100_000_000;
    private static final double REQUEST = 3.0 * 1024 * 1024;
    private static final double UNBOUNDED = -1;
    private static final int NAMED = 4;

    private record Priced(String field, double cost) {}

    private final List<Cause> schemaFaults = new ArrayList<>();
    private final List<Cause> ruleFaults = new ArrayList<>();
    private final List<Priced> priced = new ArrayList<>();

    private RuleChecks() {}

    /** @param path where the schema stands, such as {@code spec.validation.openAPIV3Schema} */
    public static List<Cause> faults(JsonNode schema, String path) {
        if (!SchemaRules.any(schema)) {
            return List.of();
        }
        RuleChecks checks = new RuleChecks();
        checks.walk(schema, path, true, 1, "");
        double total = checks.priced.stream().mapToDouble(Priced::cost).sum();
        List<Cause> all = new ArrayList<>(checks.schemaFaults);
        all.addAll(checks.ruleFaults);
        if (total > SCHEMA_LIMIT) {
            checks.priced.stream().filter(p -> p.cost >= SCHEMA_LIMIT / 100).sorted(Comparator.comparingDouble(Priced::cost).reversed()).limit(NAMED).forEach(p ->
                    all.add(forbidden(p.field, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema")));
            all.add(forbidden(path, tooMuch("x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema", total, SCHEMA_LIMIT)));
        }
        return all;
    }

    /** @param cardinality how often the value can be there, or unbounded @param uncorrelated the list within which nothing has a former state, or empty */
    private boolean walk(JsonNode schema, String path, boolean root, double cardinality, String uncorrelated) {
        boolean sound = true;
        double times = cardinality == UNBOUNDED ? UNBOUNDED : switch (schema.path("type").asText()) {
            case "array" -> schema.has("maxItems") ? cardinality * schema.path("maxItems").asDouble() : UNBOUNDED;
            case "object" -> !schema.path("additionalProperties").isObject() ? cardinality
                    : schema.has("maxProperties") ? cardinality * schema.path("maxProperties").asDouble() : UNBOUNDED;
            default -> cardinality;
        };
        if (schema.path("additionalProperties").isObject()) {
            sound &= walk(schema.path("additionalProperties"), path + ".additionalProperties", false, times, uncorrelated);
        }
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            sound &= walk(property.getValue(), path + ".properties[" + property.getKey() + "]", false, times, uncorrelated);
        }
        if (schema.path("items").isObject()) {
            sound &= walk(schema.path("items"), path + ".items", false, times,
                    !uncorrelated.isEmpty() || schema.path("x-kubernetes-list-type").asText().equals("map") ? uncorrelated : path);
        }
        JsonNode rules = schema.path("x-kubernetes-validations");
        int before = schemaFaults.size();
        for (int i = 0; i < rules.size(); i++) {
            form(rules.get(i), schema, path + ".x-kubernetes-validations[" + i + "]");
        }
        sound &= schemaFaults.size() == before;
        if (sound && !rules.isEmpty()) {
            boolean resource = root || schema.path("x-kubernetes-embedded-resource").asBoolean();
            List<Rule> compiled = SchemaRules.compiled(rules, schema, resource);
            DeclType type = DeclType.of(schema, resource, "self").orElse(DeclType.DYN);
            for (int i = 0; i < compiled.size(); i++) {
                rule(compiled.get(i), type, path + ".x-kubernetes-validations[" + i + "]", cardinality, uncorrelated);
            }
        }
        return sound;
    }

    private void form(JsonNode rule, JsonNode schema, String path) {
        String message = rule.path("message").asText();
        if (rule.path("rule").asText().isBlank()) {
            schemaFaults.add(required(path + ".rule", "rule is not specified"));
        } else if (!message.isEmpty() && message.isBlank()) {
            schemaFaults.add(invalid(path + ".message", quoted(message), "must be non-empty if specified"));
        } else if (message.strip().contains("\n")) {
            schemaFaults.add(invalid(path + ".message", quoted(message), "must not contain line breaks"));
        } else if (rule.path("rule").asText().strip().contains("\n") && message.isBlank()) {
            schemaFaults.add(required(path + ".message", "message must be specified if rule contains line breaks"));
        }
        String expression = rule.path("messageExpression").asText();
        if (!expression.isEmpty() && expression.isBlank()) {
            schemaFaults.add(required(path + ".messageExpression", "messageExpression must be non-empty if specified"));
        }
        if (rule.path("reason").isTextual() && !REASONS.contains(rule.path("reason").asText())) {
            schemaFaults.add(new Cause("FieldValueNotSupported", "Unsupported value: " + rule.path("reason") + ": supported values: "
                    + String.join(", ", REASONS.stream().map(r -> '"' + r + '"').toList()), path + ".reason"));
        }
        String field = rule.path("fieldPath").asText();
        if (!field.isEmpty() && field.isBlank()) {
            schemaFaults.add(invalid(path + ".fieldPath", quoted(field), "must be non-empty if specified"));
        }
        if (field.contains("\n")) {
            schemaFaults.add(invalid(path + ".fieldPath", quoted(field), "must not contain line breaks"));
        }
        if (!field.isEmpty() && FieldPath.normalized(field, schema).isEmpty()) {
            schemaFaults.add(invalid(path + ".fieldPath", quoted(field), "must be a valid path"));
        }
    }

    private void rule(Rule rule, DeclType type, String path, double cardinality, String uncorrelated) {
        Map<String, DeclType> variables = Map.of("self", type, "oldSelf", type);
        if (rule.program() != null) {
            double times = cardinality == UNBOUNDED ? Math.floor(REQUEST / (type.minSize() + 1)) : cardinality;
            double cost = CostEstimate.of(rule.program().ast(), variables) * times;
            price(path + ".rule", "estimated rule cost", cost);
        } else {
            ruleFaults.add(invalid(path + ".rule", rule.shown(), rule.fault()));
        }
        if (!rule.messageFault().isEmpty()) {
            ruleFaults.add(invalid(path + ".messageExpression", rule.shown(), rule.messageFault()));
        } else if (rule.message() != null) {
            price(path + ".messageExpression", "estimated messageExpression cost", CostEstimate.of(rule.message().ast(), variables));
        }
        if (rule.usesOld()) {
            if (!uncorrelated.isEmpty()) {
                ruleFaults.add(invalid(path + ".rule", quoted(rule.written().path("rule").asText()),
                        "oldSelf cannot be used on the uncorrelatable portion of the schema within " + uncorrelated));
            }
        } else if (rule.written().path("optionalOldSelf").isBoolean()) {
            ruleFaults.add(invalid(path + ".optionalOldSelf", rule.written().path("optionalOldSelf").toString(), "may not be set if oldSelf is not used in rule"));
        }
    }

    private void price(String field, String name, double cost) {
        if (cost > RULE_LIMIT) {
            ruleFaults.add(forbidden(field, tooMuch(name, cost, RULE_LIMIT)));
        }
        priced.add(new Priced(field, cost));
    }

    private static String tooMuch(String name, double cost, double limit) {
        double factor = cost / limit;
        String shown = factor > 100 ? "more than 100x" : String.format(Locale.ROOT, factor < 1.5 ? "%fx" : "%.1fx", factor);
        return name + " exceeds budget by factor of " + shown + " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";
    }

    private static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }

    private static Cause invalid(String field, String shown, String detail) {
        return new Cause("FieldValueInvalid", "Invalid value: " + shown + ": " + detail, field);
    }

    private static Cause required(String field, String detail) {
        return new Cause("FieldValueRequired", "Required value: " + detail, field);
    }

    private static Cause forbidden(String field, String detail) {
        return new Cause("FieldValueForbidden", "Forbidden: " + detail, field);
    }

    /** The kinds of causes after which upstream does not run rules: what they would say could mislead. */
    public static boolean blocks(Cause cause) {
        return Set.of("FieldValueRequired", "FieldValueTooLong", "FieldValueTooMany", "FieldValueTypeInvalid").contains(cause.reason());
    }
}
