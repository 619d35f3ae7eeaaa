package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** MutatingAdmissionPolicies, through their bindings. */
final class MutatingPolicies implements AdmissionPlugin {

    private final Followed followed;
    private final Matching matching;
    private final Parameters parameters;
    private final Authorizer authorizer;
    private final InstantSource clock;
    private final Compiled<Policy> compiled;

    MutatingPolicies(Followed followed, Matching matching, Parameters parameters, Authorizer authorizer, InstantSource clock) {
        this.followed = followed;
        this.matching = matching;
        this.parameters = parameters;
        this.authorizer = authorizer;
        this.clock = clock;
        this.compiled = new Compiled<>(followed, Policy::new);
    }

    private record Mutation(boolean patch, Expressions.Expression expression) {}

    private static final class Policy {
        final Conditions conditions;
        final List<Mutation> mutations = new ArrayList<>();

        Policy(ObjectNode policy) {
            var spec = policy.path("spec");
            var expressions = new Expressions(spec.path("variables"), spec.path("paramKind").isObject(), true);
            conditions = new Conditions(expressions, spec.path("matchConditions"));
            for (var one : spec.path("mutations")) {
                var patch = one.path("patchType").asText().equals("JSONPatch");
                mutations.add(new Mutation(patch, expressions.compile(one.path(patch ? "jsonPatch" : "applyConfiguration").path("expression").asText())));
            }
        }
    }

    @Override
    public void mutate(Attributes attributes) throws RefusedException {
        if (!followed.any(Followed.MUTATING_BINDINGS) || Matching.exempt(attributes) || attributes.object() == null || attributes.operation() == Operation.CONNECT) {
            return;
        }
        attributes.reinvocation().compare("policies", attributes.object());
        var faults = new ArrayList<String>();
        for (var policy : followed.all(Followed.MUTATING_POLICIES)) {
            apply(attributes, policy, faults);
        }
        attributes.reinvocation().left("policies", attributes.object());
        if (!faults.isEmpty()) {
            throw RefusedException.denied(attributes, faults);
        }
    }

    private void apply(Attributes attributes, ObjectNode policy, List<String> faults) {
        var name = policy.path("metadata").path("name").asText();
        var spec = policy.path("spec");
        var ignore = spec.path("failurePolicy").asText("Fail").equals("Ignore");
        Optional<Matching.Match> match = Optional.empty();
        for (var binding : followed.all(Followed.MUTATING_BINDINGS)) {
            if (!binding.path("spec").path("policyName").asText().equals(name)) {
                continue;
            }
            match = match.isPresent() ? match : matching.policy(attributes, spec.path("matchConstraints"));
            if (match.isEmpty()) {
                return;
            }
            if (matching.policy(attributes, binding.path("spec").path("matchResources")).isEmpty()) {
                continue;
            }
            var bound = binding.path("metadata").path("name").asText();
            try {
                var kind = parameters.kind(spec.path("paramKind"));
                for (var parameter : found(kind, binding, attributes)) {
                    var key = name + "/" + bound + "/" + parameter.path("metadata").path("namespace").asText() + "/" + parameter.path("metadata").path("name").asText();
                    if (attributes.reinvocation().calls(key)) {
                        mutate(attributes, match.get(), policy, parameter, ignore);
                        if (spec.path("reinvocationPolicy").asText("").equals("IfNeeded")) {
                            attributes.reinvocation().invoked(key);
                        }
                    }
                }
            } catch (Expressions.FaultException e) {
                if (!ignore) {
                    faults.add(e.text().startsWith("failed to find resource") ? "policy \"" + name + "\" denied request: failed to configure policy: " + e.text()
                            : "policy '" + name + "' with binding '" + bound + "' denied request: " + e.text());
                }
            }
        }
    }

    private List<JsonNode> found(Optional<Resource> kind, ObjectNode binding, Attributes attributes) throws Expressions.FaultException {
        try {
            return parameters.find(kind, binding.path("spec").path("paramRef"), attributes.namespace());
        } catch (Expressions.FaultException e) {
            throw new Expressions.FaultException("failed to configure binding: " + e.text());
        }
    }

    private void mutate(Attributes attributes, Matching.Match match, ObjectNode policy, JsonNode parameter, boolean ignore) throws Expressions.FaultException {
        var program = compiled.of(policy);
        var inNone = attributes.namespace().isEmpty() || attributes.resource().core("namespaces");
        JsonNode namespace = inNone ? MissingNode.getInstance() : matching.namespace(attributes.namespace());
        var evaluation = program.conditions.expressions().new Evaluation(attributes, match, namespace, parameter, authorizer);
        if (!program.conditions.hold(evaluation, ignore)) {
            return;
        }
        var before = attributes.written().deepCopy();
        for (var mutation : program.mutations) {
            var result = evaluation.run(mutation.expression());
            var after = mutation.patch() ? Mutations.patched(attributes, result) : Mutations.applied(attributes, match, result, clock.instant());
            Mutations.replace(attributes, after);
            // What the next one sees is a copy: lazy values of this one keep theirs.
            evaluation.object(attributes.written().deepCopy());
        }
        if (!before.equals(attributes.written())) {
            attributes.reinvocation().changed();
        }
    }
}
