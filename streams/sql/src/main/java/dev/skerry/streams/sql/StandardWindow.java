package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The windows of standard SQL: TUMBLE and HOP are aligned to the epoch and hold {@code start <= time < end}, a row of HOP is in
 * several; SESSION goes on while the next row comes within the gap, in each partition. Windows without rows do not exist.
 */
final class StandardWindow extends WindowStep {

    private final WindowSpec spec;
    private final boolean eventTime;
    private final Function<Row.Tuple, String> partition;
    /** By end; for sessions by partition. */
    private final TreeMap<Long, List<Row.Tuple>> byEnd = new TreeMap<>();
    private final Map<String, List<Row.Tuple>> sessions = new LinkedHashMap<>();

    StandardWindow(WindowSpec spec, boolean eventTime, Function<Row.Tuple, String> partition, Consumer<Rows> out) {
        super(out);
        this.spec = spec;
        this.eventTime = eventTime;
        this.partition = partition;
    }

    @Override
    void row(Row.Tuple row, long now) {
        if (spec.kind() == Tree.Window.Kind.SESSION) {
            var key = partition.apply(row);
            var open = sessions.get(key);
            if (open != null && row.time - open.getLast().time >= spec.interval()) {
                close(key, open);
                open = null;
            }
            if (open == null) {
                open = new ArrayList<>();
                sessions.put(key, open);
            }
            open.add(row);
            return;
        }
        long hop = spec.kind() == Tree.Window.Kind.HOPPING ? spec.interval() : spec.length();
        for (long start = Math.floorDiv(row.time, hop) * hop; start > row.time - spec.length(); start -= hop) {
            byEnd.computeIfAbsent(start + spec.length(), e -> new ArrayList<>()).add(row);
        }
    }

    private void close(String key, List<Row.Tuple> rows) {
        sessions.remove(key);
        long end = rows.getLast().time + spec.interval();
        emit(new Rows(rows, new Row.Range(rows.getFirst().time, end, end)));
    }

    @Override
    void watermark(long time) {
        while (!byEnd.isEmpty() && byEnd.firstKey() <= time) {
            var due = byEnd.pollFirstEntry();
            long end = due.getKey();
            emit(new Rows(due.getValue(), new Row.Range(end - spec.length(), end, end)));
        }
        for (var session : List.copyOf(sessions.entrySet())) {
            if (session.getValue().getLast().time + spec.interval() <= time) {
                close(session.getKey(), session.getValue());
            }
        }
    }

    @Override
    long nextTimer() {
        if (eventTime) {
            return NEVER;
        }
        long next = byEnd.isEmpty() ? NEVER : byEnd.firstKey();
        for (var rows : sessions.values()) {
            next = Math.min(next, rows.getLast().time + spec.interval());
        }
        return next;
    }

    @Override
    void timer(long now) {
        watermark(now);
    }

    @Override
    Object save(RowStore store) {
        var ends = new LinkedHashMap<String, Object>();
        byEnd.forEach((k, rows) -> ends.put(String.valueOf(k), store.saveTuples(rows)));
        var open = new LinkedHashMap<String, Object>();
        sessions.forEach((k, rows) -> open.put(k, store.saveTuples(rows)));
        return Map.of("ends", ends, "sessions", open);
    }

    @Override
    void restore(@Nullable Object saved, RowStore store) {
        if (saved instanceof Map<?, ?> m && m.get("ends") instanceof Map<?, ?> ends && m.get("sessions") instanceof Map<?, ?> open) {
            ends.forEach((k, rows) -> byEnd.put(Long.parseLong(String.valueOf(k)), store.tuples(rows)));
            open.forEach((k, rows) -> sessions.put(String.valueOf(k), store.tuples(rows)));
        }
    }
}
