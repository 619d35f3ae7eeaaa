package dev.skerry.streams.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.streams.functions.FunctionTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement that must be taken or refused. */
final class SyntaxCase {

    private final FunctionTable functions;

    SyntaxCase(FunctionTable functions) {
        this.functions = functions;
    }

    @Nullable String run(JsonNode c) {
        if (c.path("phase").asText().equals("catalogue")) {
            return steps(c.path("steps"));
        }
        boolean ok = c.path("ok").booleanValue();
        try {
            if (c.path("phase").asText().equals("plan")) {
                var catalogue = new Catalogue(functions);
                c.path("streams").forEach(s -> catalogue.execute(s.textValue()));
                Query.of(c.get("sql").textValue(), catalogue, RuleOptions.DEFAULT);
            } else {
                var all = StatementReader.readAll(c.get("sql").textValue(), functions);
                if (all.size() != 1 && !c.path("several").booleanValue()) {
                    return "read " + all.size() + " statements (expected: one)";
                }
                if (c.has("aggregate") && all.getFirst() instanceof Statement.Select s && aggregates(s) != c.get("aggregate").booleanValue()) {
                    return "aggregate is " + aggregates(s);
                }
            }
        } catch (SqlException e) {
            return ok ? "refused: " + e.getMessage() : null;
        }
        return ok ? null : "accepted (expected: refused, " + c.path("message").asText() + ")";
    }

    private boolean aggregates(Statement.Select s) {
        return !s.groups().isEmpty() || s.fields().stream().anyMatch(f -> f.expr().any(t -> t instanceof Tree.Call c && SelectCheck.isAggregate(functions, c.name())));
    }

    private @Nullable String steps(JsonNode steps) {
        var catalogue = new Catalogue(functions);
        for (var step : steps) {
            boolean ok = step.path("ok").booleanValue();
            try {
                var told = catalogue.execute(step.get("sql").textValue());
                var wrong = ok ? CaseResult.differs(CaseValues.list(step.get("result")), List.copyOf(told)) : "accepted " + step.get("sql").textValue();
                if (wrong != null) {
                    return wrong;
                }
            } catch (SqlException e) {
                if (ok) {
                    return "refused " + step.get("sql").textValue() + ": " + e.getMessage();
                }
            }
        }
        return null;
    }
}
