package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Joins the rows of a window, one source after the other. */
final class JoinStep {

    private record Side(Statement.JoinKind kind, String right, @Nullable Eval on) {}

    private final String from;
    private final List<Side> sides = new ArrayList<>();

    JoinStep(String from, List<Statement.Join> joins, TreeCompiler compiler) {
        this.from = from;
        joins.forEach(j -> sides.add(new Side(j.kind(), j.source().name(), j.on() == null ? null : compiler.compile(j.on()))));
    }

    /** The joined rows, or null if there are none. */
    @Nullable Rows apply(Rows input, Env env) {
        List<Row> lefts = input.of(from);
        for (var side : sides) {
            try {
                lefts = join(lefts, side, input.of(side.right), env);
            } catch (EvalException e) {
                throw new EvalException("run Join error: " + e.text());
            }
        }
        return lefts.isEmpty() ? null : new Rows(lefts, input.range);
    }

    private static List<Row> join(List<Row> lefts, Side side, List<Row> rights, Env env) {
        var joined = new ArrayList<Row>();
        var kind = side.kind;
        if (kind == Statement.JoinKind.RIGHT) {
            for (var right : rights) {
                boolean met = false;
                for (var left : lefts) {
                    if (meets(left, right, side, env)) {
                        met = true;
                        joined.add(merge(right, left, left));
                    }
                }
                if (!met) {
                    joined.add(new Row.Joined(List.of(right)));
                }
            }
            return joined;
        }
        boolean keepLeft = kind == Statement.JoinKind.LEFT || kind == Statement.JoinKind.FULL;
        boolean[] rightMet = new boolean[rights.size()];
        for (var left : lefts) {
            boolean met = false;
            for (int i = 0; i < rights.size(); i++) {
                if (meets(left, rights.get(i), side, env)) {
                    met = true;
                    rightMet[i] = true;
                    joined.add(merge(left, rights.get(i), left));
                }
            }
            if (!met && keepLeft) {
                joined.add(merge(left, null, left));
            }
        }
        if (kind == Statement.JoinKind.FULL) {
            for (int i = 0; i < rightMet.length; i++) {
                if (!rightMet[i]) {
                    joined.add(new Row.Joined(List.of(rights.get(i))));
                }
            }
        }
        return joined;
    }

    private static Row.Joined merge(Row first, @Nullable Row second, Row slots) {
        var parts = new ArrayList<Row>();
        add(parts, first);
        if (second != null) {
            add(parts, second);
        }
        var merged = new Row.Joined(parts);
        return slots instanceof Row.Joined ? merged.withSlotsOf(slots, merged) : merged;
    }

    private static void add(List<Row> parts, Row row) {
        if (row instanceof Row.Joined j) {
            parts.addAll(j.parts);
        } else {
            parts.add(row);
        }
    }

    private static boolean meets(Row left, Row right, Side side, Env env) {
        if (side.on == null) {
            return true;
        }
        env.row = merge(left, right, left);
        var value = side.on.of(env);
        if (value instanceof Boolean b) {
            return b;
        }
        throw new EvalException("invalid join condition that returns non-bool value " + GoText.typed(value));
    }
}
