package dev.skerry.streams.sql;

import dev.skerry.streams.functions.Aggregate;
import dev.skerry.streams.functions.FunctionTable;
import dev.skerry.streams.functions.Implicit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether the aggregates of a window can be taken while its rows come, so that memory goes by groups and not by rows. */
final class Incremental {

    private Incremental() {}

    static boolean fits(Plan plan, FunctionTable functions) {
        var w = plan.window();
        if (w == null || !plan.options().incremental() || !plan.aggregate() || !plan.joins().isEmpty() || !plan.lookups().isEmpty()
                || !plan.whereAggregates().isEmpty() || !plan.numbered().isEmpty()) {
            return false;
        }
        boolean kind = switch (w.kind()) {
            case TUMBLING -> true;
            // eKuiper loses rows when a window is empty: what is kept matters.
            case HOPPING -> !plan.options().asEkuiper();
            case COUNT -> w.length() == w.interval();
            case SLIDING, SESSION, STATE -> false;
        };
        var where = plan.where();
        boolean filters = where == null || w.kind() != Tree.Window.Kind.COUNT
                && !where.anyWithAliases(t -> asksWindow(t, functions) || t instanceof Tree.Call c && CallCompiler.isHit(c.name()));
        return kind && filters && plan.groups().stream().noneMatch(g -> g.anyWithAliases(t -> asksWindow(t, functions)))
                && calls(plan, functions).values().stream().allMatch(c -> c.args().stream().noneMatch(a -> a.anyWithAliases(t -> asksWindow(t, functions))));
    }

    private static boolean asksWindow(Tree tree, FunctionTable functions) {
        return tree instanceof Tree.Call c && functions.find(c.name()) instanceof Implicit i && i.what() != Implicit.What.EVENT_TIME;
    }

    /** The aggregates of a query, by the number of the call. */
    static Map<Integer, Tree.Call> calls(Plan plan, FunctionTable functions) {
        var trees = new ArrayList<Tree>();
        plan.fields().forEach(f -> trees.add(f.expr()));
        if (plan.having() != null) {
            trees.add(plan.having());
        }
        plan.order().forEach(s -> trees.add(s.expr()));
        var calls = new LinkedHashMap<Integer, Tree.Call>();
        trees.forEach(tree -> tree.anyWithAliases(t -> {
            if (t instanceof Tree.Call c && functions.find(c.name()) instanceof Aggregate) {
                calls.putIfAbsent(c.id(), c);
            }
            return false;
        }));
        return calls;
    }

    /** What each row is added to. */
    static List<Taken> takers(Plan plan, FunctionTable functions, TreeCompiler compiler) {
        var takers = new ArrayList<Taken>();
        calls(plan, functions).forEach((id, c) -> {
            if (functions.find(c.name()) instanceof Aggregate a) {
                takers.add(new Taken(id, c.name(), a, compiler.calls().aggregateArgs(c)));
            }
        });
        return takers;
    }

    /** An aggregate with its compiled arguments. */
    record Taken(int call, String name, Aggregate function, Eval[] args) {}
}
