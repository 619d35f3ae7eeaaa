package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A join with a table that is asked row by row. */
final class LookupStep {

    private final Plan.Lookup lookup;
    private final Tables tables;
    private final List<Eval> values;
    private final @Nullable Condition rest;
    private final Operators operators;

    LookupStep(Plan.Lookup lookup, Tables tables, TreeCompiler compiler) {
        this.lookup = lookup;
        this.tables = tables;
        values = compiler.compileAll(lookup.values());
        rest = Condition.of("Where", lookup.rest(), compiler);
        operators = compiler.operators();
    }

    @Nullable Rows apply(Rows rows, Env env) {
        var joined = new ArrayList<Row>();
        for (var row : rows.rows) {
            env.row = row;
            env.range = rows.range;
            var wanted = values.stream().map(v -> v.of(env)).toList();
            boolean found = false;
            for (var candidate : tables.of(lookup.table())) {
                if (meets(candidate, wanted)) {
                    found = true;
                    joined.add(new Row.Joined(row instanceof Row.Joined j ? plus(j.parts, candidate) : List.of(row, candidate)));
                }
            }
            if (!found && lookup.left()) {
                joined.add(row instanceof Row.Joined ? row : new Row.Joined(List.of(row)));
            }
        }
        if (rest != null) {
            joined.removeIf(r -> {
                env.row = r;
                return !rest.holds(env, false);
            });
        }
        return joined.isEmpty() ? null : new Rows(joined, rows.range);
    }

    private static List<Row> plus(List<Row> parts, Row one) {
        var all = new ArrayList<>(parts);
        all.add(one);
        return all;
    }

    private boolean meets(Row.Tuple candidate, List<@Nullable Object> wanted) {
        for (int i = 0; i < wanted.size(); i++) {
            var have = candidate.get("", lookup.keys().get(i), false);
            if (have == Row.ABSENT || have == null || wanted.get(i) == null || !Boolean.TRUE.equals(operators.apply("=", wanted.get(i), have))) {
                return false;
            }
        }
        return true;
    }
}
