package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The match conditions of a policy or a webhook. */
final class Conditions {

    private final Expressions expressions;
    private final List<Expressions.Expression> conditions = new ArrayList<>();

    Conditions(Expressions expressions, JsonNode conditions) {
        this.expressions = expressions;
        conditions.forEach(c -> this.conditions.add(expressions.compile(c.path("expression").asText())));
    }

    boolean none() {
        return conditions.isEmpty();
    }

    Expressions expressions() {
        return expressions;
    }

    /**
     * Whether all hold. One that does not decides, even if others end in errors.
     *
     * @param ignore whether errors count as not holding
     * @throws Expressions.FaultException if some end in errors
     */
    boolean hold(Expressions.Evaluation evaluation, boolean ignore) throws Expressions.FaultException {
        var faults = new ArrayList<String>();
        for (var condition : conditions) {
            try {
                if (Boolean.FALSE.equals(evaluation.run(condition))) {
                    return false;
                }
            } catch (Expressions.FaultException e) {
                faults.add(e.text());
            }
        }
        if (faults.isEmpty()) {
            return true;
        }
        if (ignore) {
            return false;
        }
        throw new Expressions.FaultException(faults.size() == 1 ? faults.getFirst() : "[" + String.join(", ", faults.stream().distinct().toList()) + "]");
    }
}
