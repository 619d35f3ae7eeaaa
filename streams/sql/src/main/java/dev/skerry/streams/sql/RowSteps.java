package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The small steps behind a window: keep, group, number, order. */
final class RowSteps {

    private RowSteps() {}

    /** The rows for which the condition holds, or null if there are none. */
    static @Nullable Rows where(Rows rows, Condition condition, Env env) {
        env.range = null;
        var kept = new ArrayList<Row>();
        for (var row : rows.rows) {
            env.row = row;
            if (condition.holds(env, false)) {
                kept.add(row);
            }
        }
        rows.keep(kept);
        return kept.isEmpty() ? null : rows;
    }

    /** The groups, or null if there are none; keys are equal if they look the same. */
    static @Nullable Rows group(Rows rows, List<Eval> keys, Env env) {
        env.range = rows.range;
        var groups = new LinkedHashMap<String, Row.Group>();
        for (var row : rows.rows) {
            env.row = row;
            groups.computeIfAbsent(key(keys, env, "Group By"), k -> new Row.Group(new ArrayList<>(), rows.range)).rows.add(row);
        }
        return groups.isEmpty() ? null : Rows.grouped(List.copyOf(groups.values()), rows.range);
    }

    static String key(List<Eval> keys, Env env, String step) {
        var key = new StringBuilder();
        for (var eval : keys) {
            try {
                key.append(GoText.of(eval.of(env))).append(',');
            } catch (EvalException e) {
                throw new EvalException("run " + step + " error: " + e.text());
            }
        }
        return key.toString();
    }

    /** The groups for which the condition holds, or null if there are none. */
    static @Nullable Rows having(Rows rows, Condition condition, Env env) {
        var kept = new ArrayList<Row>();
        env.range = null;
        for (var group : rows.groups()) {
            env.row = group;
            if (condition.holds(env, true)) {
                kept.add(group);
            }
        }
        if (kept.isEmpty()) {
            return null;
        }
        condition.count(env);
        if (rows.grouped) {
            rows.keep(kept);
        }
        return rows;
    }

    /** Numbers the rows from 1, in each partition. */
    static Rows number(Rows rows, int slot, List<Eval> partition, Order order, Env env) {
        rows.copyRows();
        if (partition.isEmpty()) {
            order.sort(rows, env);
            number(rows.rows, slot);
            return rows;
        }
        Map<String, Rows> parts = new TreeMap<>();
        env.range = rows.range;
        for (var row : rows.rows) {
            env.row = row;
            parts.computeIfAbsent(key(partition, env, "partition By"), k -> new Rows(List.of(), rows.range)).rows.add(row);
        }
        var all = new ArrayList<Row>();
        for (var part : parts.values()) {
            order.sort(part, env);
            number(part.rows, slot);
            all.addAll(part.rows);
        }
        rows.keep(all);
        return rows;
    }

    private static void number(List<Row> rows, int slot) {
        long n = 0;
        for (var row : rows) {
            row.setSlot(slot, ++n);
        }
    }
}
