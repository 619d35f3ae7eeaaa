package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.skerry.kube.cel.ValueType;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.schema.Gvk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** Whether the expressions of policies and webhook configurations can be compiled. */
public final class PolicyExpressions {

    private static final List<String> MEMBERS = List.of("failurePolicy", "paramKind", "matchConstraints", "matchConditions", "variables", "validations", "mutations", "auditAnnotations");
    private static final Pattern ITEM = Pattern.compile("(?:spec\\.([a-zA-Z]+)|webhooks)(?:\\[([0-9]+)])?(?:\\.([a-zA-Z]+))?.*");

    private final List<Cause> causes = new ArrayList<>();

    private PolicyExpressions() {}

    /** All faults of an object of the group {@code admissionregistration.k8s.io}, in upstream's order: those found before, and those of its expressions. */
    public static List<Cause> faults(Gvk kind, ObjectNode object, List<Cause> before) {
        var expressions = new PolicyExpressions();
        switch (kind.kind()) {
            case "ValidatingAdmissionPolicy", "MutatingAdmissionPolicy" -> expressions.policy(object.path("spec"), kind.kind().startsWith("Mutating"));
            case "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration" -> expressions.webhooks(object.path("webhooks"));
            default -> {
                // Without expressions.
            }
        }
        if (expressions.causes.isEmpty()) {
            return before;
        }
        var all = new ArrayList<>(before);
        all.addAll(expressions.causes);
        all.sort(Comparator.comparingInt(c -> rank(c.field())));
        return all;
    }

    private void policy(JsonNode spec, boolean mutating) {
        var any = List.of("matchConditions", "variables", "validations", "auditAnnotations", "mutations").stream().anyMatch(m -> !spec.path(m).isEmpty());
        if (!any) {
            return;
        }
        var expressions = new Expressions(spec.path("variables"), spec.path("paramKind").isObject(), mutating);
        conditions(expressions, spec.path("matchConditions"), "spec.matchConditions");
        var at = 0;
        for (var variable : expressions.variables().values()) {
            add(variable, "spec.variables[" + at++ + "].expression");
        }
        for (int i = 0; i < spec.path("validations").size(); i++) {
            var one = spec.path("validations").get(i);
            var field = "spec.validations[" + i + "].";
            typed(expressions, one.path("expression"), field + "expression", ValueType.BOOL, "bool");
            if (!one.path("messageExpression").asText("").isBlank()) {
                message(expressions.compilePlain(one.path("messageExpression").asText()), field + "messageExpression");
            }
        }
        for (int i = 0; i < spec.path("auditAnnotations").size(); i++) {
            var value = spec.path("auditAnnotations").get(i).path("valueExpression").asText("");
            if (!value.isBlank()) {
                annotation(expressions.compilePlain(value), "spec.auditAnnotations[" + i + "].valueExpression");
            }
        }
        for (int i = 0; i < spec.path("mutations").size(); i++) {
            mutation(expressions, spec.path("mutations").get(i), "spec.mutations[" + i + "].");
        }
    }

    private void webhooks(JsonNode webhooks) {
        for (int i = 0; i < webhooks.size(); i++) {
            var conditions = webhooks.get(i).path("matchConditions");
            if (!conditions.isEmpty()) {
                conditions(new Expressions(MissingNode.getInstance(), false, false), conditions, "webhooks[" + i + "].matchConditions");
            }
        }
    }

    private void conditions(Expressions expressions, JsonNode conditions, String field) {
        for (int i = 0; i < conditions.size(); i++) {
            typed(expressions, conditions.get(i).path("expression"), field + "[" + i + "].expression", ValueType.BOOL, "bool");
        }
    }

    private void typed(Expressions expressions, JsonNode text, String field, ValueType type, String name) {
        if (text.asText("").isBlank()) {
            return;
        }
        var expression = expressions.compile(text.asText());
        if (add(expression, field) && !expression.type().is(type) && !expression.type().is(ValueType.DYN)) {
            causes.add(invalid(field, expression.text(), "must evaluate to " + name + " but got " + expression.type().name()));
        }
    }

    private void message(Expressions.Expression expression, String field) {
        if (add(expression, field) && !expression.type().is(ValueType.STRING) && !expression.type().is(ValueType.DYN)) {
            causes.add(invalid(field, expression.text(), "must evaluate to string but got " + expression.type().name()));
        }
    }

    private void annotation(Expressions.Expression expression, String field) {
        var fits = expression.type().is(ValueType.STRING) || expression.type().is(ValueType.NULL) || expression.type().is(ValueType.DYN);
        if (add(expression, field) && !fits) {
            causes.add(invalid(field, expression.text(), "must evaluate to one of [string null_type] but got " + expression.type().name()));
        }
    }

    private void mutation(Expressions expressions, JsonNode mutation, String field) {
        var patch = mutation.path("patchType").asText("").equals("JSONPatch");
        var member = patch ? "jsonPatch" : "applyConfiguration";
        var text = mutation.path(member).path("expression").asText("");
        if (text.isBlank()) {
            return;
        }
        var expression = expressions.compile(text);
        var at = field + member + ".expression";
        if (!add(expression, at) || expression.type().is(ValueType.DYN)) {
            return;
        }
        var fits = patch ? expression.type().isList() : expression.type().name().equals("Object");
        if (!fits) {
            causes.add(invalid(at, expression.text(), "must evaluate to " + (patch ? "list(JSONPatch)" : "Object") + " but got " + expression.type().name()));
        }
    }

    /** @return whether it can be compiled */
    private boolean add(Expressions.Expression expression, String field) {
        if (expression.program() == null && !expression.text().isBlank()) {
            causes.add(invalid(field, expression.text(), expression.fault()));
        }
        return expression.program() != null;
    }

    private static Cause invalid(String field, String shown, String detail) {
        return new Cause("FieldValueInvalid", "Invalid value: " + new TextNode(shown) + ": " + detail, field);
    }

    /** Where a field stands in upstream's order: by member, item, and part of the item. */
    private static int rank(String field) {
        var item = ITEM.matcher(field);
        if (!item.matches()) {
            return field.startsWith("metadata") ? -1 : Integer.MAX_VALUE;
        }
        var member = item.group(1) == null ? 0 : Math.max(0, MEMBERS.indexOf(item.group(1)));
        var index = item.group(2) == null ? 0 : Math.min(9_999, Integer.parseInt(item.group(2)));
        var part = item.group(3) == null ? "" : item.group(3);
        var inside = switch (part) {
            case "" -> 0;
            case "name" -> member == MEMBERS.indexOf("variables") ? 0 : 2;
            case "key" -> 0;
            case "expression", "valueExpression" -> 1;
            default -> item.group(1) == null ? part.equals("matchConditions") ? 4 : 0 : 3;
        };
        return (member * 10_000 + index) * 8 + inside;
    }
}
