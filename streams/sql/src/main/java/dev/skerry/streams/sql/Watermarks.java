package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Orders rows by their times. The watermark is the smallest of the streams' greatest times, less what is tolerated; rows
 * older than it are late.
 */
final class Watermarks {

    static final long NONE = Long.MIN_VALUE / 2;

    private final long tolerance;
    private final Map<String, Long> newest = new LinkedHashMap<>();
    private final Consumer<Row.Tuple> rows;
    private final LongConsumer watermarks;
    private final Consumer<Row.Tuple> late;
    private List<Row.Tuple> waiting = new ArrayList<>();
    private long watermark = NONE;

    Watermarks(List<String> streams, long tolerance, Consumer<Row.Tuple> rows, LongConsumer watermarks, Consumer<Row.Tuple> late) {
        this.tolerance = tolerance;
        this.rows = rows;
        this.watermarks = watermarks;
        this.late = late;
        streams.forEach(s -> newest.put(s, NONE));
    }

    void row(Row.Tuple row) {
        newest.merge(row.emitter, row.time, Math::max);
        if (row.time < watermark) {
            late.accept(row);
            return;
        }
        int at = waiting.size();
        while (at > 0 && waiting.get(at - 1).time > row.time) {
            at--;
        }
        waiting.add(at, row);
        long slowest = newest.values().stream().mapToLong(Long::longValue).min().orElse(NONE);
        advance(slowest == NONE ? NONE : slowest - tolerance);
    }

    /** Lets the watermark proceed, by a row or because a source has told how far it is. */
    void advance(long next) {
        if (next <= watermark) {
            return;
        }
        int n = 0;
        while (n < waiting.size() && waiting.get(n).time <= next) {
            n++;
        }
        var due = new ArrayList<>(waiting.subList(0, n));
        waiting = new ArrayList<>(waiting.subList(n, waiting.size()));
        watermark = next;
        due.forEach(rows);
        watermarks.accept(next);
    }

    Object save(RowStore store) {
        return Map.of("watermark", watermark, "newest", new LinkedHashMap<>(newest), "waiting", store.saveTuples(waiting));
    }

    void restore(@Nullable Object saved, RowStore store) {
        if (saved instanceof Map<?, ?> m) {
            watermark = RowStore.number(m.get("watermark"));
            if (m.get("newest") instanceof Map<?, ?> times) {
                times.forEach((k, v) -> newest.put(String.valueOf(k), RowStore.number(v)));
            }
            waiting = store.tuples(m.get("waiting"));
        }
    }
}
