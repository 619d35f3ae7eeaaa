package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What happens to rows once a window has gathered them, or at once if there is none. */
final class AfterWindow {

    private record Numbered(int slot, List<Eval> partition, Order order) {}

    private record WhereAggregate(int slot, Eval value) {}

    private final Plan plan;
    private final Tables tables;
    private final Env env;
    private final @Nullable JoinStep join;
    private final List<LookupStep> lookups = new ArrayList<>();
    private final List<WhereAggregate> whereAggregates = new ArrayList<>();
    private final @Nullable Condition where;
    private final List<Eval> groups;
    private final @Nullable Condition having;
    private final List<Numbered> numbered = new ArrayList<>();
    private final Order order;
    private final Projection projection;

    AfterWindow(Plan plan, TreeCompiler compiler, Tables tables, Env env) {
        this.plan = plan;
        this.tables = tables;
        this.env = env;
        join = plan.joins().isEmpty() ? null : new JoinStep(plan.from().name(), plan.joins(), compiler);
        plan.lookups().forEach(l -> lookups.add(new LookupStep(l, tables, compiler)));
        where = Condition.of("Where", plan.where(), compiler);
        plan.whereAggregates().forEach(s -> whereAggregates.add(new WhereAggregate(s.index(), compiler.compile(s.meaning()))));
        boolean grouped = plan.window() == null || plan.window().kind() != Tree.Window.Kind.STATE;
        groups = grouped ? compiler.compileAll(plan.groups()) : List.of();
        having = Condition.of("Having", plan.having(), compiler);
        for (var s : plan.numbered()) {
            var call = (Tree.Call) s.meaning();
            numbered.add(new Numbered(s.index(), compiler.compileAll(call.partition()), new Order(call.order(), compiler)));
        }
        order = new Order(plan.order(), compiler);
        projection = new Projection(plan, compiler);
    }

    /** A row of a query without a window. */
    void row(Row.Tuple row, Consumer<List<Map<String, @Nullable Object>>> out) {
        if (join != null || !lookups.isEmpty()) {
            rows(new Rows(List.of(row), null), out);
            return;
        }
        env.row = row;
        env.range = null;
        for (var a : whereAggregates) {
            row.setSlot(a.slot, a.value.of(env));
        }
        if (where != null) {
            if (!where.holds(env, false)) {
                return;
            }
            where.count(env);
        }
        if (having != null) {
            if (!having.holds(env, true)) {
                return;
            }
            having.count(env);
        }
        numbered.forEach(n -> row.setSlot(n.slot, 1L));
        projection.row(row, env).forEach(out);
    }

    /** What a window holds. */
    void rows(Rows gathered, Consumer<List<Map<String, @Nullable Object>>> out) {
        @Nullable Rows rows = gathered;
        if (join != null) {
            if (!tables.isEmpty()) {
                rows.rows.addAll(tables.all());
            }
            rows = join.apply(rows, env);
        }
        for (var lookup : lookups) {
            rows = rows == null ? null : lookup.apply(rows, env);
        }
        if (rows != null) {
            aggregatesForWhere(rows);
        }
        if (rows != null && where != null) {
            rows = RowSteps.where(rows, where, env);
        }
        if (rows != null && !groups.isEmpty()) {
            rows = RowSteps.group(rows, groups, env);
        }
        finish(rows, out);
    }

    private void aggregatesForWhere(Rows rows) {
        for (var a : whereAggregates) {
            env.row = rows.groups().getFirst();
            env.range = rows.range;
            var value = a.value.of(env);
            rows.rows.forEach(r -> r.setSlot(a.slot, value));
        }
    }

    /** Groups whose aggregates are there already. */
    void finish(@Nullable Rows grouped, Consumer<List<Map<String, @Nullable Object>>> out) {
        @Nullable Rows rows = grouped;
        if (rows != null && having != null) {
            rows = RowSteps.having(rows, having, env);
        }
        if (rows == null) {
            return;
        }
        for (var n : numbered) {
            rows = RowSteps.number(rows, n.slot, n.partition, n.order, env);
        }
        if (!order.isEmpty()) {
            rows.copyRows();
            order.sort(rows, env);
        }
        out.accept(projection.rows(rows, env));
    }
}
