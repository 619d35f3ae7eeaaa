package dev.skerry.streams.sql;

import dev.skerry.streams.functions.FunctionTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a query may not say once its names are found. */
final class PlanCheck {

    private final FunctionTable functions;

    PlanCheck(FunctionTable functions) {
        this.functions = functions;
    }

    void check(List<Tree.Field> fields, @Nullable Tree where, List<Tree> groups, @Nullable Tree having, Tree.@Nullable Window window, boolean joins) {
        if (having != null && !allAggregate(having)) {
            throw new SqlException("Not allowed to call non-aggregate functions in HAVING clause: " + TreeText.of(having) + ".");
        }
        for (var group : groups) {
            if (isAggregate(group)) {
                throw new SqlException("Not allowed to call aggregate functions in GROUP BY clause: " + TreeText.of(group) + ".");
            }
        }
        boolean aggregating = !groups.isEmpty() || window != null || joins;
        var all = new ArrayList<Tree>();
        fields.forEach(f -> all.add(f.expr()));
        if (where != null) {
            all.add(where);
        }
        all.addAll(groups);
        if (having != null) {
            all.add(having);
        }
        for (var tree : all) {
            tree.anyWithAliases(t -> {
                if (t instanceof Tree.Call c) {
                    call(c, aggregating);
                }
                return false;
            });
        }
        if (!groups.isEmpty() && window == null) {
            throw new SqlException("select stmt group by should be used with window");
        }
    }

    private void call(Tree.Call c, boolean aggregating) {
        if (SelectCheck.isAggregate(functions, c.name()) && c.args().stream().anyMatch(this::isAggregate)) {
            throw new SqlException(c.at(), "invalid argument for func " + c.name() + ": aggregate argument is not allowed");
        }
        if (aggregating && (c.name().equals("last_hit_time") || c.name().equals("last_hit_count"))) {
            throw new SqlException(c.at(), "function " + c.name() + " is not allowed in an aggregate query");
        }
    }

    private boolean isAggregate(Tree tree) {
        return tree.anyWithAliases(t -> t instanceof Tree.Call c && SelectCheck.isAggregate(functions, c.name()));
    }

    private boolean allAggregate(Tree tree) {
        return switch (tree) {
            case Tree.Binary b -> allAggregate(b.left()) && allAggregate(b.right());
            case Tree.Between b -> allAggregate(b.of());
            case Tree.InList i -> allAggregate(i.of());
            case Tree.InArray i -> allAggregate(i.of()) && allAggregate(i.array());
            case Tree.Like l -> allAggregate(l.of());
            case Tree.Call c -> isAggregate(c);
            case Tree.Slot s -> isAggregate(s.meaning());
            case Tree.Column c -> false;
            case Tree.Alias a -> isAggregate(a);
            default -> true;
        };
    }
}
