package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** ValidatingAdmissionPolicies, through their bindings. */
final class ValidatingPolicies implements AdmissionPlugin {

    private static final int MAX_MESSAGE = 5 * 1024;
    private static final int MAX_ANNOTATION = 10 * 1024;
    private static final Map<String, Integer> CODES = Map.of("Forbidden", 403, "Unauthorized", 401, "RequestEntityTooLarge", 413, "Invalid", 422);

    private final Followed followed;
    private final Matching matching;
    private final Parameters parameters;
    private final Authorizer authorizer;
    private final Compiled<Policy> compiled;

    ValidatingPolicies(Followed followed, Matching matching, Parameters parameters, Authorizer authorizer) {
        this.followed = followed;
        this.matching = matching;
        this.parameters = parameters;
        this.authorizer = authorizer;
        this.compiled = new Compiled<>(followed, Policy::new);
    }

    private record Validation(Expressions.Expression rule, Expressions.@Nullable Expression messageExpression, String message, String reason) {}

    /** A policy whose expressions are compiled. */
    private static final class Policy {
        final Conditions conditions;
        final List<Validation> validations = new ArrayList<>();
        final Map<String, Expressions.Expression> annotations = new LinkedHashMap<>();

        Policy(ObjectNode policy) {
            var spec = policy.path("spec");
            var expressions = new Expressions(spec.path("variables"), spec.path("paramKind").isObject(), false);
            conditions = new Conditions(expressions, spec.path("matchConditions"));
            for (var one : spec.path("validations")) {
                var message = one.path("messageExpression").asText("");
                validations.add(new Validation(expressions.compile(one.path("expression").asText()), message.isEmpty() ? null : expressions.compilePlain(message),
                        one.path("message").asText("").strip(), one.path("reason").asText("Invalid")));
            }
            spec.path("auditAnnotations").forEach(a -> annotations.put(a.path("key").asText(), expressions.compilePlain(a.path("valueExpression").asText())));
        }
    }

    private record Denied(String policy, String binding, String message, String reason) {
        String text() {
            return "ValidatingAdmissionPolicy '" + policy + "'" + (binding.isEmpty() ? "" : " with binding '" + binding + "'") + " denied request: " + message;
        }
    }

    @Override
    public void validate(Attributes attributes) throws RefusedException {
        if (!followed.any(Followed.VALIDATING_BINDINGS) || Matching.exempt(attributes)) {
            return;
        }
        var denied = new ArrayList<Denied>();
        for (var policy : followed.all(Followed.VALIDATING_POLICIES)) {
            judge(attributes, policy, denied);
        }
        if (!denied.isEmpty()) {
            var first = denied.getFirst();
            var refused = RefusedException.refused(attributes, CODES.getOrDefault(first.reason(), 422), first.reason(), first.text());
            refused.details().putArray("causes").addObject().put("message", first.text());
            throw refused;
        }
    }

    private void judge(Attributes attributes, ObjectNode policy, List<Denied> denied) {
        var name = policy.path("metadata").path("name").asText();
        var bindings = followed.all(Followed.VALIDATING_BINDINGS).stream().filter(b -> b.path("spec").path("policyName").asText().equals(name)).toList();
        var spec = policy.path("spec");
        var match = bindings.isEmpty() ? java.util.Optional.<Matching.Match>empty() : matching.policy(attributes, spec.path("matchConstraints"));
        if (match.isEmpty()) {
            return;
        }
        var ignore = spec.path("failurePolicy").asText("Fail").equals("Ignore");
        var annotations = new LinkedHashMap<String, List<String>>();
        for (var binding : bindings) {
            if (matching.policy(attributes, binding.path("spec").path("matchResources")).isEmpty()) {
                continue;
            }
            var bound = binding.path("metadata").path("name").asText();
            try {
                var kind = parameters.kind(spec.path("paramKind"));
                for (var one : parameters.find(kind, binding.path("spec").path("paramRef"), attributes.namespace())) {
                    evaluate(attributes, match.get(), policy, binding, one, ignore, annotations, denied);
                }
            } catch (Expressions.FaultException e) {
                if (!ignore) {
                    var ofPolicy = e.text().startsWith("failed to find resource");
                    denied.add(new Denied(name, ofPolicy ? "" : bound, (ofPolicy ? "failed to configure policy: " : "failed to configure binding: ") + e.text(), "Invalid"));
                }
            }
        }
        annotations.forEach((key, values) -> attributes.annotations().put(name + "/" + key, String.join(", ", values)));
    }

    private void evaluate(Attributes attributes, Matching.Match match, ObjectNode policy, ObjectNode binding, JsonNode parameter, boolean ignore,
            Map<String, List<String>> annotations, List<Denied> denied) {
        var program = compiled.of(policy);
        var namespace = attributes.namespace().isEmpty() || attributes.resource().core("namespaces") ? MissingNode.getInstance() : matching.namespace(attributes.namespace());
        var evaluation = program.conditions.expressions().new Evaluation(attributes, match, slim(namespace), parameter, authorizer);
        try {
            if (!program.conditions.hold(evaluation, ignore)) {
                return;
            }
        } catch (Expressions.FaultException e) {
            deny(attributes, policy, binding, 0, e.text(), "Invalid", denied);
            return;
        }
        for (int i = 0; i < program.validations.size(); i++) {
            var validation = program.validations.get(i);
            try {
                if (!Boolean.TRUE.equals(evaluation.run(validation.rule()))) {
                    deny(attributes, policy, binding, i, message(validation, evaluation), validation.reason(), denied);
                }
            } catch (Expressions.FaultException e) {
                if (!ignore) {
                    deny(attributes, policy, binding, i, e.text(), "", denied);
                }
            }
        }
        program.annotations.forEach((key, expression) -> annotate(evaluation, key, expression, ignore, policy, binding, annotations, denied));
    }

    private static JsonNode slim(JsonNode namespace) {
        if (namespace.isObject()) {
            ((ObjectNode) namespace).remove(List.of("apiVersion", "kind"));
            ((ObjectNode) namespace.path("metadata")).remove("managedFields");
        }
        return namespace;
    }

    private static String message(Validation validation, Expressions.Evaluation evaluation) {
        if (validation.messageExpression() != null) {
            try {
                if (evaluation.run(validation.messageExpression()) instanceof String text) {
                    var message = text.strip();
                    if (!message.isEmpty() && message.length() <= MAX_MESSAGE && !message.contains("\n")) {
                        return message;
                    }
                }
            } catch (Expressions.FaultException e) {
                // As upstream: the fixed message is told instead.
            }
        }
        return validation.message().isEmpty() ? "failed expression: " + validation.rule().text().strip() : validation.message();
    }

    private static void deny(Attributes attributes, ObjectNode policy, ObjectNode binding, int index, String message, String reason, List<Denied> denied) {
        var name = policy.path("metadata").path("name").asText();
        var bound = binding.path("metadata").path("name").asText();
        for (var action : binding.path("spec").path("validationActions")) {
            switch (action.asText()) {
                case "Deny" -> denied.add(new Denied(name, bound, message, reason.isEmpty() ? "Invalid" : reason));
                case "Warn" -> attributes.warn("Validation failed for ValidatingAdmissionPolicy '" + name + "' with binding '" + bound + "': " + message);
                case "Audit" -> {
                    var failures = Followed.JSON.createArrayNode();
                    var failure = failures.addObject().put("message", message).put("policy", name).put("binding", bound).put("expressionIndex", index);
                    failure.set("validationActions", binding.path("spec").path("validationActions"));
                    attributes.annotations().put("validation.policy.admission.k8s.io/validation_failure", failures.toString());
                }
                default -> {
                    // Validation allows no others.
                }
            }
        }
    }

    private static void annotate(Expressions.Evaluation evaluation, String key, Expressions.Expression expression, boolean ignore, ObjectNode policy, ObjectNode binding,
            Map<String, List<String>> annotations, List<Denied> denied) {
        try {
            if (evaluation.run(expression) instanceof String text && !text.isBlank()) {
                var value = text.strip();
                var list = annotations.computeIfAbsent(key, k -> new ArrayList<>());
                var cut = value.substring(0, Math.min(value.length(), MAX_ANNOTATION));
                if (!list.contains(cut)) {
                    list.add(cut);
                }
            }
        } catch (Expressions.FaultException e) {
            if (!ignore) {
                denied.add(new Denied(policy.path("metadata").path("name").asText(), binding.path("metadata").path("name").asText(), e.text(), "Invalid"));
            }
        }
    }
}
