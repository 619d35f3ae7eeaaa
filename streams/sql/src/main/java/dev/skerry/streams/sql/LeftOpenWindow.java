package dev.skerry.streams.sql;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sliding windows that exclude a row at their very beginning: eKuiper's version 2. */
final class LeftOpenWindow extends WindowStep {

    private final WindowSpec spec;
    private final boolean eventTime;
    private List<Row.Tuple> rows = new ArrayList<>();
    private final ArrayDeque<Long> delayed = new ArrayDeque<>();

    LeftOpenWindow(WindowSpec spec, boolean eventTime, Consumer<Rows> out) {
        super(out);
        this.spec = spec;
        this.eventTime = eventTime;
    }

    @Override
    void row(Row.Tuple row, long now) {
        if (!eventTime && spec.delay() == 0) {
            forget(row.time - spec.length());
        } else if (!eventTime) {
            forget(row.time - spec.length() - spec.delay());
        }
        rows.add(row);
        if (spec.triggers().test(row)) {
            if (spec.delay() > 0) {
                delayed.add((eventTime ? row.time : now) + spec.delay());
            } else {
                send(row.time - spec.length(), row.time);
            }
        }
    }

    private void forget(long until) {
        rows.removeIf(r -> r.time <= until);
    }

    private void send(long start, long end) {
        var content = rows.stream().filter(r -> r.time > start && r.time <= end).toList();
        emit(new Rows(content, new Row.Range(start, end, end)));
    }

    @Override
    void watermark(long time) {
        while (!delayed.isEmpty() && delayed.getFirst() <= time) {
            long end = delayed.removeFirst();
            send(end - spec.length() - spec.delay(), end);
        }
        forget(time - spec.length() - spec.delay());
    }

    @Override
    long nextTimer() {
        return eventTime || delayed.isEmpty() ? NEVER : delayed.getFirst();
    }

    @Override
    void timer(long now) {
        long end = delayed.removeFirst();
        send(end - spec.delay() - spec.length(), end);
    }

    @Override
    Object save(RowStore store) {
        return Map.of("rows", store.saveTuples(rows), "delayed", List.copyOf(delayed));
    }

    @Override
    void restore(@Nullable Object saved, RowStore store) {
        if (saved instanceof Map<?, ?> m) {
            rows = store.tuples(m.get("rows"));
            delayed.addAll(RowStore.numbers(m.get("delayed")));
        }
    }
}
