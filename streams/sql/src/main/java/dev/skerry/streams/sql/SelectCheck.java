package dev.skerry.streams.sql;

import dev.skerry.streams.functions.Aggregate;
import dev.skerry.streams.functions.FunctionTable;
import dev.skerry.streams.functions.Implicit;
import dev.skerry.streams.functions.SetReturning;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a SELECT may not say, whatever its streams are. */
final class SelectCheck {

    private final FunctionTable functions;

    private SelectCheck(FunctionTable functions) {
        this.functions = functions;
    }

    static Statement.Select check(Statement.Select s, FunctionTable functions) {
        new SelectCheck(functions).all(s);
        return s;
    }

    private void all(Statement.Select s) {
        for (var group : s.groups()) {
            if (group.any(t -> t instanceof Tree.Call c && isAggregate(functions, c.name()))) {
                throw error(group, "GROUP BY with an aggregate (expected: columns and scalar functions)");
            }
        }
        int returning = 0;
        for (var field : s.fields()) {
            for (var call : calls(field.expr())) {
                if (isReturning(call)) {
                    returning++;
                }
                if (call.args().stream().anyMatch(a -> a.any(this::isReturning))) {
                    throw new SqlException(call.at(), call.name() + " of several rows (expected: no nested set-returning function)");
                }
            }
        }
        if (returning > 1) {
            throw new SqlException("SELECT with " + returning + " set-returning functions (expected: one)");
        }
        for (var tree : outsideFields(s)) {
            if (tree.any(this::isReturning)) {
                throw error(tree, "a set-returning function (expected: only in the select list)");
            }
            if (tree.any(this::isRowNumber)) {
                throw error(tree, "row_number (expected: only in the select list)");
            }
        }
    }

    static List<Tree> outsideFields(Statement.Select s) {
        var all = new ArrayList<Tree>();
        s.joins().forEach(j -> add(all, j.on()));
        add(all, s.where());
        all.addAll(s.groups());
        add(all, s.window());
        add(all, s.having());
        s.order().forEach(o -> all.add(o.expr()));
        return all;
    }

    private static void add(List<Tree> all, @Nullable Tree tree) {
        if (tree != null) {
            all.add(tree);
        }
    }

    static List<Tree.Call> calls(Tree tree) {
        var all = new ArrayList<Tree.Call>();
        tree.any(t -> {
            if (t instanceof Tree.Call c) {
                all.add(c);
            }
            return false;
        });
        return all;
    }

    private static SqlException error(Tree tree, String message) {
        var calls = calls(tree);
        return calls.isEmpty() ? new SqlException(message) : new SqlException(calls.getFirst().at(), message);
    }

    static boolean isAggregate(FunctionTable functions, String name) {
        return functions.find(name) instanceof Aggregate || name.equals("last_agg_hit_count") || name.equals("last_agg_hit_time");
    }

    private boolean isReturning(Tree t) {
        return t instanceof Tree.Call c && functions.find(c.name()) instanceof SetReturning;
    }

    private boolean isRowNumber(Tree t) {
        return t instanceof Tree.Call c && functions.find(c.name()) instanceof Implicit i && i.what() == Implicit.What.ROW_NUMBER;
    }
}
