package dev.skerry.kube.schema;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of admission policies and their bindings, but for what their expressions mean. */
final class AdmissionPolicyValidation {
    private static final int NOTES = 20;

    private AdmissionPolicyValidation() {}

    static void policy(Place policy, boolean mutating) {
        Place spec = policy.get("spec");
        Place failure = spec.get("failurePolicy");
        if (!failure.given()) {
            failure.required();
        } else {
            WebhookValidation.given(failure, "Fail", "Ignore");
        }
        if (spec.has("paramKind")) {
            kind(spec.get("paramKind"));
        }
        Place match = spec.get("matchConstraints");
        if (!match.given()) {
            match.required();
        } else {
            resources(match);
            if (match.get("resourceRules").blank()) {
                match.get("resourceRules").required();
            }
        }
        WebhookValidation.conditions(spec.get("matchConditions"));
        Set<String> names = new HashSet<>();
        for (Place variable : spec.get("variables").items()) {
            Place name = variable.get("name");
            if (name.text().isBlank()) {
                name.required("name is not specified");
            } else {
                if (!names.add(name.text())) {
                    name.duplicate();
                }
                if (!name.text().matches("[_a-zA-Z][_a-zA-Z0-9]*")) {
                    name.invalidText("name is not a valid CEL identifier");
                }
            }
            if (variable.get("expression").text().isBlank()) {
                variable.get("expression").required("expression is not specified");
            }
        }
        if (mutating) {
            mutations(spec);
        } else {
            validations(spec);
        }
    }

    private static void validations(Place spec) {
        Place validations = spec.get("validations");
        Place notes = spec.get("auditAnnotations");
        if (validations.blank() && notes.blank()) {
            validations.required("validations or auditAnnotations must contain at least one item");
            return;
        }
        for (Place one : validations.items()) {
            if (one.get("expression").text().isBlank()) {
                one.get("expression").required("expression is not specified");
            }
            if (one.has("messageExpression") && one.get("messageExpression").text().isBlank()) {
                one.get("messageExpression").invalidText("must be non-empty if specified");
            }
            Place message = one.get("message");
            if (!message.text().isEmpty() && message.text().isBlank()) {
                message.invalidText("message must be non-empty if specified");
            } else if (message.text().strip().contains("\n")) {
                message.invalidText("message must not contain line breaks");
            } else if (one.get("expression").text().contains("\n") && message.text().isEmpty()) {
                message.required("message must be specified if expression contains line breaks");
            }
            WebhookValidation.given(one.get("reason"), "Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge");
        }
        if (notes.value().size() > NOTES) {
            notes.invalid("must not have more than 20 auditAnnotations");
        }
        Set<String> keys = new HashSet<>();
        for (Place note : notes.items()) {
            Place key = note.get("key");
            if (key.must()) {
                key.qualified();
            }
            if (note.get("valueExpression").text().isBlank()) {
                note.get("valueExpression").required("valueExpression is not specified");
            }
            if (!keys.add(key.text())) {
                key.duplicate();
            }
        }
    }

    private static void mutations(Place spec) {
        Place mutations = spec.get("mutations");
        if (mutations.blank()) {
            mutations.required("mutations must contain at least one item");
        }
        for (Place mutation : mutations.items()) {
            Place type = mutation.get("patchType");
            String expected = switch (type.text()) {
                case "ApplyConfiguration" -> "applyConfiguration";
                case "JSONPatch" -> "jsonPatch";
                default -> "";
            };
            if (type.blank()) {
                type.required();
            } else if (expected.isEmpty()) {
                type.notSupported("ApplyConfiguration", "JSONPatch");
            }
            for (String name : List.of("applyConfiguration", "jsonPatch")) {
                Place part = mutation.get(name);
                if (name.equals(expected) && !part.given()) {
                    part.required("must be specified when patchType is " + type.text());
                } else if (part.given() && !name.equals(expected)) {
                    part.forbidden("must be empty when patchType is " + type.text());
                } else if (part.given() && part.get("expression").text().isBlank()) {
                    part.get("expression").required("expression is not specified");
                }
            }
        }
        Place again = spec.get("reinvocationPolicy");
        if (again.blank()) {
            again.required();
        } else {
            WebhookValidation.given(again, "IfNeeded", "Never");
        }
    }

    private static void kind(Place kind) {
        Place version = kind.get("apiVersion");
        if (version.must() && version.text().split("/", -1).length > 2) {
            version.invalidText("unexpected GroupVersion string: " + version.text());
        } else if (!version.blank()) {
            String[] parts = version.text().split("/", -1);
            if (parts.length == 2) {
                version.invalidAll(Names.subdomain(parts[0]));
            }
            version.invalidAll(Forms.dns1035(parts[parts.length - 1]));
        }
        if (kind.get("kind").must()) {
            kind.get("kind").invalidAll(Forms.dns1035(kind.get("kind").text().toLowerCase(java.util.Locale.ROOT)));
        }
    }

    private static void resources(Place match) {
        WebhookValidation.given(match.get("matchPolicy"), "Equivalent", "Exact");
        Selectors.labels(match.get("namespaceSelector"));
        Selectors.labels(match.get("objectSelector"));
        for (String list : List.of("resourceRules", "excludeResourceRules")) {
            for (Place rule : match.get(list).items()) {
                Set<String> names = new HashSet<>();
                for (Place name : rule.get("resourceNames").items()) {
                    name.invalidAll(Names.pathSegment(name.text()));
                    if (!names.add(name.text())) {
                        name.duplicate();
                    }
                }
                WebhookValidation.rule(rule, true);
            }
        }
    }

    static void binding(Place binding, boolean mutating) {
        Place spec = binding.get("spec");
        Place name = spec.get("policyName");
        if (name.must()) {
            name.subdomain();
        }
        Place params = spec.get("paramRef");
        if (params.given()) {
            params(params);
        }
        if (spec.has("matchResources")) {
            resources(spec.get("matchResources"));
        }
        if (mutating) {
            return;
        }
        Place actions = spec.get("validationActions");
        if (actions.blank()) {
            actions.required("at least one validation action is required");
        }
        Set<String> seen = new HashSet<>();
        for (Place action : actions.items()) {
            WebhookValidation.given(action, "Audit", "Deny", "Warn");
            if (!seen.add(action.text())) {
                action.duplicate();
            }
        }
        if (seen.contains("Deny") && seen.contains("Warn")) {
            actions.invalid("must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)");
        }
    }

    private static void params(Place params) {
        Place name = params.get("name");
        Place selector = params.get("selector");
        if (!name.blank() && selector.given()) {
            name.forbidden("name and selector are mutually exclusive");
        } else if (!name.blank()) {
            name.invalidAll(Names.pathSegment(name.text()));
        } else if (selector.given()) {
            Selectors.labels(selector);
        } else {
            params.required("one of name or selector must be specified");
        }
        Place action = params.get("parameterNotFoundAction");
        if (action.blank()) {
            action.required();
        } else {
            WebhookValidation.given(action, "Allow", "Deny");
        }
    }
}
