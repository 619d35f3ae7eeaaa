package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A window from one condition to another, or between the rows for which one condition holds; in each partition. */
final class StateWindow extends WindowStep {

    /** Partitions remembered at most; the oldest are forgotten. */
    private static final int PARTITIONS = 100_000;

    private final Predicate<Row.Tuple> begins;
    private final @Nullable Predicate<Row.Tuple> ends;
    private final Function<Row.Tuple, String> partition;
    private final Map<String, List<Row.Tuple>> open = new LinkedHashMap<>();

    StateWindow(Predicate<Row.Tuple> begins, @Nullable Predicate<Row.Tuple> ends, Function<Row.Tuple, String> partition, Consumer<Rows> out) {
        super(out);
        this.begins = begins;
        this.ends = ends;
        this.partition = partition;
    }

    @Override
    void row(Row.Tuple row, long now) {
        var key = partition.apply(row);
        var rows = open.get(key);
        if (rows == null) {
            if (begins.test(row)) {
                begin(key, row);
            }
            return;
        }
        if (ends != null) {
            rows.add(row);
            if (ends.test(row)) {
                open.remove(key);
                send(rows, row.time);
            }
        } else if (begins.test(row)) {
            begin(key, row);
            send(rows, row.time);
        } else {
            rows.add(row);
        }
    }

    private void begin(String key, Row.Tuple row) {
        var rows = new ArrayList<Row.Tuple>();
        rows.add(row);
        open.put(key, rows);
        if (open.size() > PARTITIONS) {
            open.remove(open.keySet().iterator().next());
        }
    }

    private void send(List<Row.Tuple> rows, long end) {
        emit(new Rows(rows, new Row.Range(rows.getFirst().time, end, end)));
    }

    @Override
    Object save(RowStore store) {
        var saved = new LinkedHashMap<String, Object>();
        open.forEach((k, rows) -> saved.put(k, store.saveTuples(rows)));
        return saved;
    }

    @Override
    void restore(@Nullable Object saved, RowStore store) {
        if (saved instanceof Map<?, ?> m) {
            m.forEach((k, rows) -> open.put(String.valueOf(k), store.tuples(rows)));
        }
    }
}
