package dev.skerry.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Cause;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The {@code x-kubernetes-validations} of one schema, compiled once. Immutable and thread safe. */
public final class SchemaRules {
    private static final int LONGEST_MESSAGE = 5 * 1024;

    private final String type;
    private final JsonNode schema;
    private final List<Rule> rules;
    private final List<SchemaRules> all = new ArrayList<>();
    private final Map<String, SchemaRules> properties = new LinkedHashMap<>();
    private final @Nullable SchemaRules additional;
    private final @Nullable SchemaRules items;

    private SchemaRules(JsonNode rulesOf, JsonNode schema, boolean root) {
        this.schema = schema;
        this.type = schema.path("type").asText();
        this.rules = compiled(rulesOf.path("x-kubernetes-validations"), schema, root);
        rulesOf.path("allOf").forEach(part -> {
            if (any(part)) {
                all.add(new SchemaRules(part, schema, root));
            }
        });
        rulesOf.path("properties").properties().forEach(e -> {
            if (any(e.getValue())) {
                JsonNode whole = schema.path("properties").path(e.getKey());
                properties.put(e.getKey(), new SchemaRules(e.getValue(), whole, whole.path("x-kubernetes-embedded-resource").asBoolean()));
            }
        });
        this.additional = below(rulesOf, schema, "additionalProperties");
        this.items = below(rulesOf, schema, "items");
    }

    private static @Nullable SchemaRules below(JsonNode rulesOf, JsonNode schema, String name) {
        JsonNode child = rulesOf.path(name);
        return child.isObject() && any(child) ? new SchemaRules(child, schema.path(name), child.path("x-kubernetes-embedded-resource").asBoolean()) : null;
    }

    /** Compiles the rules of a definition's schema; what does not compile is told to each object. */
    public static SchemaRules of(JsonNode openAPIV3Schema) {
        return new SchemaRules(openAPIV3Schema, openAPIV3Schema, true);
    }

    /** Whether there is any rule: without one the language need not be loaded. */
    public static boolean any(JsonNode schema) {
        if (!schema.path("x-kubernetes-validations").isEmpty()) {
            return true;
        }
        for (JsonNode child : schema) {
            if (child.isContainerNode() && any(child)) {
                return true;
            }
        }
        return false;
    }

    static List<Rule> compiled(JsonNode rules, JsonNode schema, boolean root) {
        List<Rule> compiled = new ArrayList<>();
        if (!rules.isEmpty()) {
            CelEnvironment plain = CelEnvironment.builder().schema("self", schema, root).schema("oldSelf", schema, root).build();
            CelEnvironment optional = CelEnvironment.builder().schema("self", schema, root).optionalSchema("oldSelf", schema, root).build();
            rules.forEach(rule -> compiled.add(Rule.compile(rule, schema, root, plain, optional)));
        }
        return compiled;
    }

    /**
     * Runs all rules.
     *
     * @param old the object before an update; rules that fail for values that have not changed only warn
     * @param warnings takes what is not a fault
     */
    public List<Cause> validate(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        Run run = new Run(new CelBudget(CelBudget.REQUEST), warnings);
        run.walk(this, object, old, "", old != null);
        return run.causes;
    }

    /** One validation. */
    private static final class Run {
        private final CelBudget budget;
        private final List<String> warnings;
        private final List<Cause> causes = new ArrayList<>();
        private boolean over;

        Run(CelBudget budget, List<String> warnings) {
            this.budget = budget;
            this.warnings = warnings;
        }

        /** @param correlated whether {@code old} (if it is there) is surely the former state of the value */
        void walk(SchemaRules at, JsonNode value, @Nullable JsonNode old, String path, boolean correlated) {
            if (value.isNull() || over) {
                return;
            }
            JsonNode before = old == null || old.isNull() ? null : old;
            for (Rule rule : at.rules) {
                if (!over) {
                    one(at, rule, value, before, path);
                }
            }
            at.all.forEach(part -> walk(part, value, before, path, correlated));
            if (value instanceof ObjectNode object) {
                object.properties().forEach(e -> {
                    SchemaRules child = at.properties.getOrDefault(e.getKey(), at.schema.path("properties").has(e.getKey()) ? null : at.additional);
                    if (child != null) {
                        boolean declared = at.properties.containsKey(e.getKey());
                        walk(child, e.getValue(), before instanceof ObjectNode b ? b.get(e.getKey()) : null,
                                declared ? path.isEmpty() ? e.getKey() : path + "." + e.getKey() : path + "[" + e.getKey() + "]", correlated);
                    }
                });
            } else if (value instanceof ArrayNode array && at.items != null) {
                for (int i = 0; i < array.size(); i++) {
                    walk(at.items, array.get(i), before instanceof ArrayNode b ? sibling(at.schema, array.get(i), b) : null, path + "[" + i + "]", correlated);
                }
            }
        }

        /** Only lists that are maps tell which item was which. */
        private static @Nullable JsonNode sibling(JsonNode schema, JsonNode item, ArrayNode old) {
            if (!schema.path("x-kubernetes-list-type").asText().equals("map")) {
                return null;
            }
            for (JsonNode one : old) {
                boolean same = true;
                for (JsonNode key : schema.path("x-kubernetes-list-map-keys")) {
                    same &= one.path(key.asText()).equals(item.path(key.asText()));
                }
                if (same) {
                    return one;
                }
            }
            return null;
        }

        private void one(SchemaRules at, Rule rule, JsonNode value, @Nullable JsonNode old, String path) {
            String field = path.isEmpty() ? "<nil>" : path;
            if (rule.program() == null) {
                if (!rule.fault().isEmpty()) {
                    fault(at, field, "rule compile error: " + rule.fault());
                }
                return;
            }
            boolean optional = rule.written().path("optionalOldSelf").asBoolean();
            if (rule.usesOld() && old == null && !optional) {
                return;
            }
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("self", value);
            if (optional) {
                values.put("oldSelf", Optional.ofNullable(old));
            } else if (old != null) {
                values.put("oldSelf", old);
            }
            try {
                Object result = rule.program().eval(values, budget);
                if (spent(at, field) || Boolean.TRUE.equals(result)) {
                    return;
                }
            } catch (CelRunException e) {
                if (!spent(at, field)) {
                    fault(at, field, e.noOverload() ? "'" + e.text() + "': call arguments did not match a supported operator, function or macro signature for rule: " + rule.name()
                            : e.costExceeded() ? "'" + e.text() + "': no further validation rules will be run due to call cost exceeds limit for rule: " + rule.name()
                            : e.text() + " evaluating rule: " + rule.name());
                    over |= e.costExceeded();
                }
                return;
            }
            String where = rule.path().map(p -> path.isEmpty() ? p : p.startsWith("[") ? path + p : path + "." + p).orElse(field);
            Cause cause = rule.refusal(where, value.isContainerNode() ? Optional.empty() : Optional.of(value), message(rule, values));
            if (!rule.usesOld() && old != null && old.equals(value)) {
                warnings.add(cause.text());
            } else {
                causes.add(cause);
            }
        }

        private boolean spent(SchemaRules at, String field) {
            if (budget.spent() && !over) {
                over = true;
                fault(at, field, "validation failed due to running out of cost budget, no further validation rules will be run");
            }
            return over;
        }

        private void fault(SchemaRules at, String field, String detail) {
            causes.add(new Cause("FieldValueInvalid", "Invalid value: \"" + at.type + "\": " + detail, field));
        }

        private String message(Rule rule, Map<String, Object> values) {
            if (rule.message() != null) {
                try {
                    String text = String.valueOf(rule.message().eval(values, budget)).strip();
                    if (!text.isEmpty() && !text.contains("\n") && text.length() <= LONGEST_MESSAGE) {
                        return text;
                    }
                } catch (CelRunException e) {
                    // As upstream: the rule's own words serve.
                    return rule.messageOrDefault();
                }
            }
            return rule.messageOrDefault();
        }
    }
}
