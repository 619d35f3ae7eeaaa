package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Rules on single members of built-in kinds, read from a table: one line a rule. */
final class FieldRules {
    private static final Map<String, String> POD_SPECS = Map.of("Pod", "spec", "Deployment", "spec.template.spec", "ReplicaSet", "spec.template.spec",
            "StatefulSet", "spec.template.spec", "DaemonSet", "spec.template.spec", "ReplicationController", "spec.template.spec", "Job", "spec.template.spec",
            "CronJob", "spec.jobTemplate.spec.template.spec", "PodTemplate", "template.spec");

    private static final java.util.Set<String> NAMES = java.util.Set.of("required", "given", "rule", "subject", "storage", "oneof", "oneofwhole", "among", "min", "range",
            "label", "subdomain", "qualified", "labels", "ip", "cidr", "port", "share");

    private FieldRules() {}

    private record Rule(String path, String name, List<String> words, String text) {}

    /** Read at the first write. */
    private static final class Table {
        static final Map<String, List<Rule>> RULES = read();

        private static Map<String, List<Rule>> read() {
            Map<String, List<Rule>> rules = new HashMap<>();
            try (InputStream in = FieldRules.class.getResourceAsStream("rules.txt")) {
                if (in == null) {
                    throw new IllegalStateException("rules.txt: missing (expected: a resource beside " + FieldRules.class.getName() + ")");
                }
                for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                    if (!line.isBlank() && !line.startsWith("#")) {
                        String[] parts = line.split("\\s*\\|\\s*", -1);
                        List<String> words = List.of(parts[2].strip().split(" "));
                        if (!NAMES.contains(words.getFirst())) {
                            throw new IllegalStateException("rules.txt: " + line + " (expected: one of " + NAMES + ")");
                        }
                        rules.computeIfAbsent(parts[0].strip(), k -> new ArrayList<>())
                                .add(new Rule(parts[1].strip(), words.getFirst(), words, parts.length > 3 ? parts[3].strip() : ""));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return rules;
        }
    }

    static void validate(Gvk kind, ObjectNode object, List<Cause> causes) {
        String pod = POD_SPECS.get(kind.kind());
        if (pod != null) {
            apply("PodSpec", pod + ".", object, causes);
        }
        apply(kind.kind(), "", object, causes);
    }

    private static void apply(String name, String prefix, ObjectNode object, List<Cause> causes) {
        for (Rule rule : Table.RULES.getOrDefault(name, List.of())) {
            walk(object, List.of((prefix + rule.path()).split("\\.")), 0, "", rule, (value, field) -> check(rule, value, field, causes));
        }
    }

    /** Calls with each value that the path leads to; with a missing one only where its parent is there. */
    private static void walk(JsonNode at, List<String> steps, int i, String field, Rule rule, BiConsumer<JsonNode, String> found) {
        if (i == steps.size()) {
            found.accept(at, field);
            return;
        }
        if (!at.isObject()) {
            return;
        }
        String step = steps.get(i);
        boolean list = step.endsWith("[]");
        String name = list ? step.substring(0, step.length() - 2) : step;
        String below = Json.join(field, name);
        if (!list) {
            walk(at.path(name), steps, i + 1, below, rule, found);
            return;
        }
        boolean whole = rule.name().equals("oneofwhole");
        for (int n = 0; n < at.path(name).size(); n++) {
            walk(at.path(name).get(n), steps, i + 1, whole ? below : Json.index(below, n), rule, found);
        }
    }

    private static void check(Rule rule, JsonNode value, String field, List<Cause> causes) {
        boolean empty = Json.empty(value) || value.isMissingNode() || value.isTextual() && value.asText().isEmpty();
        switch (rule.name()) {
            case "required" -> {
                if (empty) {
                    causes.add(Cause.required(field, rule.text()));
                }
            }
            case "given" -> oneOf(rule, value.asText(""), field, causes);
            case "rule" -> AccessRules.rule(value, field, causes);
            case "subject" -> AccessRules.subject(value, field, causes);
            case "storage" -> storage(value, field.replace(".requests.storage", "[storage]"), causes);
            default -> {
                if (!empty) {
                    present(rule, value, field, causes);
                }
            }
        }
    }

    private static void present(Rule rule, JsonNode value, String field, List<Cause> causes) {
        switch (rule.name()) {
            case "oneof", "oneofwhole" -> oneOf(rule, value.asText(), field, causes);
            case "among" -> {
                if (!rule.words().subList(1, rule.words().size()).contains(value.asText())) {
                    causes.add(Cause.invalid(field, value.toString(), rule.text()));
                }
            }
            case "min" -> {
                if (value.asLong() < Long.parseLong(rule.words().get(1))) {
                    causes.add(Cause.invalid(field, value.toString(), "must be greater than or equal to " + rule.words().get(1)));
                }
            }
            case "range" -> {
                if (value.asLong() < Long.parseLong(rule.words().get(1)) || value.asLong() > Long.parseLong(rule.words().get(2))) {
                    causes.add(Cause.invalid(field, value.toString(), rule.text()));
                }
            }
            case "label" -> Names.label(value.asText()).forEach(f -> causes.add(Cause.invalid(field, value.toString(), f)));
            case "subdomain" -> Names.subdomain(value.asText()).forEach(f -> causes.add(Cause.invalid(field, value.toString(), f)));
            case "qualified" -> Names.qualified(value.asText()).forEach(f -> causes.add(Cause.invalid(field, value.toString(), f)));
            case "labels" -> causes.addAll(Names.labels(value, field));
            case "ip" -> {
                if (!value.asText().matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]+")) {
                    causes.add(Cause.invalid(field, value.toString(), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
                }
            }
            case "cidr" -> {
                if (!value.asText().matches("[0-9a-fA-F.:]+/[0-9]{1,3}")) {
                    causes.add(Cause.invalid(field, value.toString(), "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
                }
            }
            case "port" -> {
                if (value.isNumber()) {
                    PodValidation.port(value, field, causes);
                }
            }
            case "share" -> share(value, field, causes);
            default -> throw new IllegalStateException("rules.txt: " + rule.name() + " (expected: a known rule)");
        }
    }

    private static void oneOf(Rule rule, String value, String field, List<Cause> causes) {
        List<String> allowed = List.of(rule.text().split("\\s*,\\s*"));
        if (!allowed.contains(value)) {
            causes.add(Cause.notSupported(field, Names.quote(value), allowed));
        }
    }

    private static void storage(JsonNode value, String field, List<Cause> causes) {
        if (value.isMissingNode()) {
            causes.add(Cause.required(field, ""));
        } else if (value.asText().startsWith("-") || value.asText().equals("0")) {
            causes.add(Cause.invalid(field, value.toString(), "must be greater than zero"));
        }
    }

    /** A count, or a percentage. */
    private static void share(JsonNode value, String field, List<Cause> causes) {
        if (value.isNumber()) {
            if (value.asLong() < 0) {
                causes.add(Cause.invalid(field, value.toString(), "must be greater than or equal to 0"));
            }
        } else if (!value.asText().matches("[0-9]+%")) {
            causes.add(Cause.invalid(field, value.toString(), "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"));
        } else if (value.asText().length() > 4 || Integer.parseInt(value.asText().substring(0, value.asText().length() - 1)) > 100) {
            causes.add(Cause.invalid(field, value.toString(), "must not be greater than 100%"));
        }
    }
}
