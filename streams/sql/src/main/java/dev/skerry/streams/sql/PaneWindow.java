package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tumbling, hopping and counted windows that aggregate each row as it comes: they keep a group's first row and its
 * accumulators. What they give is what the windows that keep their rows give.
 */
final class PaneWindow extends WindowStep {

    /** Groups of one window; a row that would begin one more is refused. */
    private static final int MOST_GROUPS = 100_000;

    private final WindowSpec spec;
    private final boolean standard;
    private final boolean eventTime;
    private final @Nullable Condition where;
    private final List<Eval> keys;
    private final List<Incremental.Taken> takers;
    private final Env env;
    private final TreeMap<Long, Pane> panes = new TreeMap<>();
    private long nextEnd = NEVER;
    private long triggered = WindowBuffer.UNSET;
    private long count;

    private final class Pane {
        final Map<String, Row.Group> groups = new LinkedHashMap<>();
        @Nullable String failure;
        long firstTime = WindowBuffer.UNSET;

        void add(Row.Tuple row) {
            if (firstTime == WindowBuffer.UNSET) {
                firstTime = row.time;
            }
            env.row = row;
            env.range = null;
            String key;
            try {
                if (where != null && !where.holds(env, false)) {
                    return;
                }
                key = RowSteps.key(keys, env, "Group By");
            } catch (EvalException e) {
                failure = failure == null ? e.text() : failure;
                return;
            }
            var group = groups.get(key);
            if (group == null) {
                if (groups.size() >= MOST_GROUPS) {
                    throw new EvalException("run Group By error: more than " + MOST_GROUPS + " groups in a window (expected: fewer); the row is dropped");
                }
                group = new Row.Group(List.of(row), null);
                group.sums = new Aggregates(takers);
                groups.put(key, group);
            }
            if (group.sums != null) {
                group.sums.add(env);
            }
        }
    }

    PaneWindow(WindowSpec spec, boolean standard, boolean eventTime, long start, @Nullable Condition where, List<Eval> keys,
            List<Incremental.Taken> takers, Env env,
            Consumer<Rows> out) {
        super(out);
        this.spec = spec;
        this.standard = standard;
        this.eventTime = eventTime;
        this.where = where;
        this.keys = keys;
        this.takers = takers;
        this.env = env;
        if (!standard && !eventTime && spec.kind() != Tree.Window.Kind.COUNT) {
            nextEnd = spec.firstEnd(start);
            triggered = start;
        }
    }

    private long step() {
        return spec.kind() == Tree.Window.Kind.HOPPING ? spec.interval() : spec.length();
    }

    @Override
    void row(Row.Tuple row, long now) {
        if (spec.kind() == Tree.Window.Kind.COUNT) {
            var pane = panes.computeIfAbsent(0L, e -> new Pane());
            pane.add(row);
            if (++count == spec.length()) {
                count = 0;
                panes.clear();
                long end = eventTime ? row.time : now;
                send(pane, new Row.Range(eventTime ? pane.firstTime : now, end, end));
            }
            return;
        }
        if (triggered == WindowBuffer.UNSET) {
            triggered = row.time;
        }
        long step = step();
        long first;
        if (standard) {
            first = Math.floorDiv(row.time, step) * step + spec.length();
            for (long end = first; end > row.time; end -= step) {
                panes.computeIfAbsent(end, e -> new Pane()).add(row);
            }
            return;
        }
        if (nextEnd == NEVER) {
            nextEnd = spec.firstEnd(row.time);
        }
        first = row.time < nextEnd ? nextEnd : nextEnd + ((row.time - nextEnd) / step + 1) * step;
        for (long end = first; end <= row.time + spec.length(); end += step) {
            panes.computeIfAbsent(end, e -> new Pane()).add(row);
        }
    }

    private void send(@Nullable Pane pane, Row.Range range) {
        if (pane != null && pane.failure != null) {
            fail(pane.failure);
            return;
        }
        if (pane == null || pane.groups.isEmpty()) {
            // What a condition has emptied is not sent.
            if (where == null) {
                emit(new Rows(List.of(), range));
            }
            return;
        }
        var groups = new ArrayList<Row.Group>();
        for (var g : pane.groups.values()) {
            var group = new Row.Group(g.rows, range);
            group.sums = g.sums;
            groups.add(group);
        }
        var rows = Rows.grouped(groups, range);
        rows.finished = true;
        emit(rows);
    }

    private void close(long end) {
        var pane = panes.remove(end);
        long start = standard ? end - spec.length() : spec.kind() == Tree.Window.Kind.HOPPING ? triggered - spec.interval() : triggered;
        triggered = end;
        if (pane != null || !standard) {
            send(pane, new Row.Range(start <= 0 && !standard ? end - spec.length() : start, end, end));
        }
    }

    @Override
    void watermark(long time) {
        if (spec.kind() == Tree.Window.Kind.COUNT) {
            return;
        }
        if (standard) {
            while (!panes.isEmpty() && panes.firstKey() <= time) {
                close(panes.firstKey());
            }
            return;
        }
        while (nextEnd <= time) {
            long end = nextEnd;
            nextEnd = skipEmpty(end + step(), step(), time, panes.isEmpty() ? NEVER : panes.firstKey());
            close(end);
        }
    }

    @Override
    long nextTimer() {
        if (eventTime) {
            return NEVER;
        }
        return standard ? panes.isEmpty() ? NEVER : panes.firstKey() : nextEnd;
    }

    @Override
    void jump(long to) {
        if (nextEnd != NEVER && !eventTime) {
            nextEnd = skipEmpty(nextEnd, step(), to, panes.isEmpty() ? NEVER : panes.firstKey());
        }
    }

    @Override
    void timer(long now) {
        watermark(now);
    }

    @Override
    Object save(RowStore store) {
        var saved = new LinkedHashMap<String, Object>();
        panes.forEach((end, pane) -> {
            var groups = new LinkedHashMap<String, Object>();
            pane.groups.forEach((k, g) -> groups.put(k, Map.of("first", store.saveTuples(List.of((Row.Tuple) g.rows.getFirst())), "sums",
                    g.sums == null ? Map.of() : g.sums.save())));
            saved.put(String.valueOf(end), Map.of("groups", groups, "failure", pane.failure == null ? "" : pane.failure, "time", pane.firstTime));
        });
        return Map.of("panes", saved, "next", nextEnd, "triggered", triggered, "count", count);
    }

    @Override
    void restore(@Nullable Object saved, RowStore store) {
        if (!(saved instanceof Map<?, ?> m) || !(m.get("panes") instanceof Map<?, ?> all)) {
            return;
        }
        nextEnd = RowStore.number(m.get("next"));
        triggered = RowStore.number(m.get("triggered"));
        count = RowStore.number(m.get("count"));
        all.forEach((end, value) -> {
            if (value instanceof Map<?, ?> v && v.get("groups") instanceof Map<?, ?> groups) {
                var pane = new Pane();
                pane.firstTime = RowStore.number(v.get("time"));
                pane.failure = v.get("failure") instanceof String s && !s.isEmpty() ? s : null;
                groups.forEach((k, g) -> {
                    if (g instanceof Map<?, ?> parts) {
                        var group = new Row.Group(List.copyOf(store.tuples(parts.get("first"))), null);
                        var sums = new Aggregates(takers);
                        sums.restore(parts.get("sums"));
                        group.sums = sums;
                        pane.groups.put(String.valueOf(k), group);
                    }
                });
                panes.put(Long.parseLong(String.valueOf(end)), pane);
            }
        });
    }
}
