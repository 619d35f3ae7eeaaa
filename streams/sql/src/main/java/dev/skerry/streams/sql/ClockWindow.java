package dev.skerry.streams.sql;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Windows in processing time: the clock closes them. */
final class ClockWindow extends WindowStep {

    private final WindowSpec spec;
    private final WindowBuffer buffer;
    private final ArrayDeque<Long> delayed = new ArrayDeque<>();
    private long tick = NEVER;
    private long timeout = NEVER;
    private boolean sessionOpen;
    private long count;

    ClockWindow(WindowSpec spec, long start, Consumer<Rows> out) {
        super(out);
        this.spec = spec;
        buffer = new WindowBuffer(spec);
        buffer.triggered = start;
        boolean ticks = switch (spec.kind()) {
            case TUMBLING, HOPPING, SESSION -> true;
            case SLIDING, COUNT, STATE -> false;
        };
        if (ticks) {
            tick = spec.firstEnd(start);
        }
    }

    @Override
    void row(Row.Tuple row, long now) {
        buffer.add(row);
        switch (spec.kind()) {
            case SLIDING -> slide(row, now);
            case SESSION -> {
                if (!sessionOpen) {
                    sessionOpen = true;
                    buffer.triggered = row.time;
                }
                timeout = now + spec.interval();
            }
            case COUNT -> {
                if (++count % spec.interval() == 0) {
                    count = 0;
                    counted(now);
                }
            }
            case TUMBLING, HOPPING, STATE -> { }
        }
    }

    private void slide(Row.Tuple row, long now) {
        if (!spec.triggers().test(row)) {
            buffer.forgetBefore(row.time);
            return;
        }
        if (spec.delay() == 0) {
            emit(buffer.take(row.time, spec.length(), true));
            return;
        }
        if (spec.sendTwice()) {
            emit(buffer.take(row.time, spec.length(), true));
        }
        delayed.add(now + spec.delay());
    }

    private void counted(long now) {
        int size = (int) spec.length();
        int have = buffer.rows.size();
        if (have >= size) {
            var last = buffer.rows.subList(have - size, have);
            emit(new Rows(last, new Row.Range(now, now, now)));
            buffer.rows = new ArrayList<>(last.subList(1, size));
        }
    }

    @Override
    long nextTimer() {
        var delay = delayed.peek();
        return Math.min(Math.min(tick, timeout), delay == null ? NEVER : delay);
    }

    @Override
    void jump(long to) {
        if (tick != NEVER && buffer.rows.isEmpty()) {
            tick = skipEmpty(tick, spec.kind() == Tree.Window.Kind.HOPPING ? spec.interval() : spec.length(), to, NEVER);
        }
    }

    @Override
    void timer(long now) {
        var delay = delayed.peek();
        if (delay != null && delay <= now) {
            delayed.remove();
            emit(spec.sendTwice() ? buffer.take(delay, spec.delay(), false) : buffer.take(delay, spec.delay() + spec.length(), true));
        } else if (tick <= now) {
            long at = tick;
            long step = spec.kind() == Tree.Window.Kind.HOPPING ? spec.interval() : spec.length();
            tick = at + step;
            tick(at);
        } else if (timeout <= now) {
            long at = timeout;
            timeout = NEVER;
            if (!buffer.rows.isEmpty()) {
                sessionOpen = false;
                var rows = buffer.take(at, spec.length() + spec.delay(), true);
                buffer.rows = new ArrayList<>();
                emit(rows);
            }
        }
    }

    private void tick(long at) {
        if (spec.kind() == Tree.Window.Kind.SESSION && (buffer.rows.isEmpty() || at - buffer.rows.getFirst().time < spec.length())) {
            return;
        }
        emit(buffer.take(at, spec.length() + spec.delay(), true));
    }

    @Override
    Object save(RowStore store) {
        return Map.of("rows", store.saveTuples(buffer.rows), "triggered", buffer.triggered, "delayed", List.copyOf(delayed), "tick", tick,
                "timeout", timeout, "open", sessionOpen, "count", count);
    }

    @Override
    void restore(@Nullable Object saved, RowStore store) {
        if (saved instanceof Map<?, ?> m) {
            buffer.rows = store.tuples(m.get("rows"));
            buffer.triggered = RowStore.number(m.get("triggered"));
            delayed.addAll(RowStore.numbers(m.get("delayed")));
            tick = RowStore.number(m.get("tick"));
            timeout = RowStore.number(m.get("timeout"));
            sessionOpen = Boolean.TRUE.equals(m.get("open"));
            count = RowStore.number(m.get("count"));
        }
    }
}
