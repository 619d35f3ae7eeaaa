package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.cel.CelBudget;
import dev.skerry.kube.cel.CelCompileException;
import dev.skerry.kube.cel.CelEnvironment;
import dev.skerry.kube.cel.CelProgram;
import dev.skerry.kube.cel.CelRunException;
import dev.skerry.kube.cel.ValueType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The expressions of one policy: what they may name, and their evaluation for one request. */
final class Expressions {

    private final Map<String, Expression> variables = new LinkedHashMap<>();
    private final boolean params;
    private final boolean mutations;
    private final CelEnvironment withAuthorizer;
    private final CelEnvironment plain;

    /** @param variables of the policy, in order @param params whether it has a kind of parameters @param mutations whether it makes objects and patches */
    Expressions(JsonNode variables, boolean params, boolean mutations) {
        this.params = params;
        this.mutations = mutations;
        for (var variable : variables) {
            this.variables.put(variable.path("name").asText(), compile(environment(true), variable.path("expression").asText()));
        }
        this.withAuthorizer = environment(true);
        this.plain = environment(false);
    }

    /** One expression, or why it cannot be run. */
    record Expression(String text, @Nullable CelProgram program, String fault) {

        /** Its type; dyn if it cannot be compiled. */
        ValueType type() {
            return program == null ? ValueType.DYN : program.resultType();
        }
    }

    private CelEnvironment environment(boolean authorizer) {
        var builder = CelEnvironment.builder();
        for (var name : List.of("object", "oldObject", "request", "namespaceObject")) {
            builder.variable(name, ValueType.DYN);
        }
        if (params) {
            builder.variable("params", ValueType.DYN);
        }
        if (authorizer) {
            builder.variable("authorizer", ValueType.AUTHORIZER).variable("authorizer.requestResource", ValueType.RESOURCE_CHECK);
        }
        if (!variables.isEmpty()) {
            var types = new LinkedHashMap<String, ValueType>();
            variables.forEach((name, expression) -> types.put(name, expression.type()));
            builder.structure("variables", types);
        }
        if (mutations) {
            builder.mutations();
        }
        return builder.build();
    }

    Map<String, Expression> variables() {
        return variables;
    }

    Expression compile(String text) {
        return compile(withAuthorizer, text);
    }

    /** One that may not ask the authorizer: messages and audit annotations. */
    Expression compilePlain(String text) {
        return compile(plain, text);
    }

    private static Expression compile(CelEnvironment environment, String text) {
        try {
            return new Expression(text, environment.compile(text.strip()), "");
        } catch (CelCompileException e) {
            return new Expression(text, null, "compilation failed: " + e.text());
        }
    }

    /** An expression that ended in an error. */
    static final class FaultException extends Exception {
        private static final long serialVersionUID = 1;

        FaultException(String message) {
            super(message, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    private static final class VariableFault extends RuntimeException {
        private static final long serialVersionUID = 1;

        VariableFault(String message) {
            super(message, null, false, false);
        }
    }

    /** All that expressions may name, for one request. */
    final class Evaluation {
        private final Map<String, Object> values = new HashMap<>();
        private final CelBudget budget = new CelBudget(CelBudget.REQUEST);
        private @Nullable VariableFault variableFault;

        Evaluation(Attributes attributes, Matching.Match match, JsonNode namespace, JsonNode parameters, Authorizer authorizer) {
            values.put("object", ReviewRequest.seen(attributes.object(), attributes, match));
            values.put("oldObject", ReviewRequest.seen(attributes.old(), attributes, match));
            values.put("request", ReviewRequest.of(attributes, match));
            values.put("namespaceObject", namespace.isObject() ? namespace : JsonNodeFactory.instance.nullNode());
            values.put("params", parameters.isMissingNode() ? JsonNodeFactory.instance.nullNode() : parameters);
            var asked = new AskedAuthorizer(authorizer, attributes.user());
            values.put("authorizer", asked);
            values.put("authorizer.requestResource", CelEnvironment.asked(
                    asked, attributes.resource().gvk().group(), attributes.resource().plural(), attributes.subresource(), attributes.namespace(), attributes.name()));
            var lazy = new LinkedHashMap<String, Supplier<Object>>();
            variables.forEach((name, expression) -> lazy.put(name, () -> variable(name, expression)));
            values.put("variables", lazy);
        }

        /** The object as a mutation before has left it. */
        void object(ObjectNode object) {
            values.put("object", object);
            var lazy = new LinkedHashMap<String, Supplier<Object>>();
            variables.forEach((name, expression) -> lazy.put(name, () -> variable(name, expression)));
            values.put("variables", lazy);
        }

        private Object variable(String name, Expression expression) {
            try {
                if (expression.program() == null) {
                    throw failed("composited variable \"" + name + "\" fails to compile: " + expression.fault());
                }
                return expression.program().eval(values, budget);
            } catch (CelRunException e) {
                throw variableFault == null ? failed("composited variable \"" + name + "\" fails to evaluate: " + e.text()) : variableFault;
            }
        }

        private VariableFault failed(String text) {
            var fault = new VariableFault(text);
            variableFault = fault;
            return fault;
        }

        /** @throws FaultException as upstream words it */
        Object run(Expression expression) throws FaultException {
            if (expression.program() == null) {
                throw new FaultException("compilation error: " + expression.fault());
            }
            variableFault = null;
            try {
                return expression.program().eval(values, budget);
            } catch (CelRunException e) {
                throw new FaultException(e.costExceeded()
                        ? "validation failed due to running out of cost budget, no further validation rules will be run"
                        : "expression '" + expression.text() + "' resulted in error: " + (variableFault == null ? e.text() : String.valueOf(variableFault.getMessage())));
            } catch (VariableFault e) {
                throw new FaultException("expression '" + expression.text() + "' resulted in error: " + e.getMessage());
            }
        }
    }

    /** The authorizer of a request, as expressions ask it. */
    private record AskedAuthorizer(Authorizer authorizer, Requester user) implements dev.skerry.kube.cel.Authorizer {

        @Override
        public Decision check(Question question) {
            var answer = authorizer.decide(user, question.path().isEmpty()
                    ? new Authorizer.Question(question.verb(), question.group(), "*", question.resource(), question.subresource(), question.namespace(), question.name(), "")
                    : new Authorizer.Question(question.verb(), "", "", "", "", "", "", question.path()));
            return new Decision(answer.allowed(), answer.reason(), "");
        }

        @Override
        public dev.skerry.kube.cel.Authorizer serviceAccount(String namespace, String name) {
            return new AskedAuthorizer(authorizer, new Requester("system:serviceaccount:" + namespace + ":" + name, "",
                    List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"), Map.of()));
        }
    }
}
