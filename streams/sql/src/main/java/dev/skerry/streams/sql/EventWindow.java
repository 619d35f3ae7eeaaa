package dev.skerry.streams.sql;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** eKuiper's windows in event time: the watermark closes them. Rows come in the order of their times. */
final class EventWindow extends WindowStep {

    private final WindowSpec spec;
    private final WindowBuffer buffer;
    private final ArrayDeque<Long> triggers = new ArrayDeque<>();
    private final ArrayDeque<Long> delayed = new ArrayDeque<>();
    private long nextEnd = NEVER;
    private long lastEnd = WindowBuffer.UNSET;
    private boolean cut;
    private long count;

    /** When a session ends, and whether its greatest length has cut it. */
    private record SessionEnd(long at, boolean cut) {}

    EventWindow(WindowSpec spec, Consumer<Rows> out) {
        super(out);
        this.spec = spec;
        buffer = new WindowBuffer(spec);
    }

    @Override
    void row(Row.Tuple row, long now) {
        if (buffer.triggered == WindowBuffer.UNSET) {
            buffer.triggered = row.time;
        }
        if (spec.kind() == Tree.Window.Kind.SLIDING && spec.triggers().test(row)) {
            triggers.add(row.time);
        }
        buffer.add(row);
        if (spec.kind() == Tree.Window.Kind.COUNT && ++count % spec.interval() == 0) {
            counted(row.time);
        }
    }

    private void counted(long time) {
        int size = (int) spec.length();
        int have = buffer.rows.size();
        if (have >= size) {
            var last = new ArrayList<>(buffer.rows.subList(have - size, have));
            buffer.rows = new ArrayList<>(last.subList(1, size));
            emit(new Rows(last, new Row.Range(last.getFirst().time, time, time)));
        }
    }

    @Override
    void watermark(long time) {
        if (spec.kind() == Tree.Window.Kind.COUNT) {
            return;
        }
        while (!delayed.isEmpty() && delayed.getFirst() <= time) {
            long end = delayed.removeFirst();
            emit(buffer.take(end, spec.sendTwice() ? spec.delay() : spec.delay() + spec.length(), !spec.sendTwice()));
        }
        long end = nextEnd;
        boolean nextCut = false;
        if (end == NEVER || spec.kind() == Tree.Window.Kind.SESSION || spec.kind() == Tree.Window.Kind.SLIDING) {
            var next = next(time);
            end = next.at;
            nextCut = next.cut;
        }
        while (end <= time) {
            if (spec.kind() == Tree.Window.Kind.SESSION && !cut && !buffer.rows.isEmpty()) {
                buffer.triggered = buffer.rows.getFirst().time;
            }
            if (spec.kind() == Tree.Window.Kind.SLIDING) {
                slide(time);
            } else {
                emit(buffer.take(end, spec.length() + spec.delay(), true));
            }
            lastEnd = skipped(end, time);
            cut = nextCut;
            var next = next(time);
            end = next.at;
            nextCut = next.cut;
        }
        nextEnd = end;
    }

    private long skipped(long end, long time) {
        if (spec.kind() != Tree.Window.Kind.TUMBLING && spec.kind() != Tree.Window.Kind.HOPPING) {
            return end;
        }
        long step = spec.kind() == Tree.Window.Kind.HOPPING ? spec.interval() : spec.length();
        long first = buffer.rows.isEmpty() ? NEVER : buffer.rows.getFirst().time;
        return skipEmpty(end + step, step, time, first) - step;
    }

    private void slide(long time) {
        while (!triggers.isEmpty() && triggers.getFirst() <= time) {
            long at = triggers.removeFirst();
            if (spec.delay() == 0) {
                emit(buffer.take(at, spec.length(), true));
                continue;
            }
            delayed.add(at + spec.delay());
            if (spec.sendTwice()) {
                emit(buffer.take(at, spec.length(), true));
            }
        }
    }

    private SessionEnd next(long time) {
        return switch (spec.kind()) {
            case TUMBLING, HOPPING -> {
                if (lastEnd != WindowBuffer.UNSET) {
                    yield new SessionEnd(lastEnd + (spec.kind() == Tree.Window.Kind.HOPPING ? spec.interval() : spec.length()), false);
                }
                long first = earliest(time);
                yield new SessionEnd(first == NEVER ? NEVER : spec.firstEnd(first), false);
            }
            case SLIDING -> new SessionEnd(earliest(time), false);
            case SESSION -> session(time);
            case COUNT, STATE -> new SessionEnd(NEVER, false);
        };
    }

    private long earliest(long until) {
        for (var row : buffer.rows) {
            if (row.time > lastEnd && row.time <= until) {
                return row.time;
            }
        }
        return NEVER;
    }

    private SessionEnd session(long now) {
        if (buffer.rows.isEmpty()) {
            return new SessionEnd(NEVER, false);
        }
        long first = buffer.rows.getFirst().time;
        long tick = spec.firstEnd(first);
        long previous = WindowBuffer.UNSET;
        boolean ticked = false;
        for (var row : buffer.rows) {
            long end = NEVER;
            if (previous != WindowBuffer.UNSET && row.time - previous > spec.interval()) {
                end = previous + spec.interval();
            }
            if (row.time > tick) {
                if (tick - spec.length() > first && tick < end) {
                    end = tick;
                    ticked = true;
                }
                tick += spec.length();
            }
            if (end < NEVER) {
                return new SessionEnd(end, ticked);
            }
            previous = row.time;
        }
        return now - previous > spec.interval() ? new SessionEnd(previous + spec.interval(), ticked) : new SessionEnd(NEVER, false);
    }

    @Override
    Object save(RowStore store) {
        return Map.of("rows", store.saveTuples(buffer.rows), "triggered", buffer.triggered, "triggers", List.copyOf(triggers), "delayed",
                List.copyOf(delayed), "next", nextEnd, "last", lastEnd, "cut", cut, "count", count);
    }

    @Override
    void restore(@Nullable Object saved, RowStore store) {
        if (saved instanceof Map<?, ?> m) {
            buffer.rows = store.tuples(m.get("rows"));
            buffer.triggered = RowStore.number(m.get("triggered"));
            triggers.addAll(RowStore.numbers(m.get("triggers")));
            delayed.addAll(RowStore.numbers(m.get("delayed")));
            nextEnd = RowStore.number(m.get("next"));
            lastEnd = RowStore.number(m.get("last"));
            cut = Boolean.TRUE.equals(m.get("cut"));
            count = RowStore.number(m.get("count"));
        }
    }
}
