package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.List;

/** The rows that a window may still need, oldest first. */
final class WindowBuffer {

    /** Time of the last emission: zero before the first in event time. */
    static final long UNSET = Long.MIN_VALUE;

    private final WindowSpec spec;
    List<Row.Tuple> rows = new ArrayList<>();
    long triggered = UNSET;

    WindowBuffer(WindowSpec spec) {
        this.spec = spec;
    }

    void add(Row.Tuple row) {
        if (rows.size() >= WindowStep.MOST_ROWS) {
            throw new EvalException("a window of more than " + WindowStep.MOST_ROWS + " rows (expected: fewer); the row is dropped");
        }
        rows.add(row);
    }

    /** The window that ends at {@code end}; lets go of what no later one needs. */
    Rows take(long end, long length, boolean firstPart) {
        var content = spec.sendTwice() ? takePart(end - length, end) : take(end);
        long start = switch (spec.kind()) {
            case TUMBLING, SESSION -> triggered;
            case HOPPING -> triggered == UNSET ? UNSET : triggered - spec.interval();
            case SLIDING -> end - length;
            case COUNT, STATE -> UNSET;
        };
        if (start <= 0) {
            start = end - length;
        }
        long trigger = !firstPart && spec.sendTwice() ? end - spec.delay() : end;
        triggered = end;
        return new Rows(content, new Row.Range(start, end, trigger));
    }

    private List<Row.Tuple> take(long end) {
        long begin = end - spec.length() - spec.delay();
        var content = new ArrayList<Row.Tuple>();
        int keepFrom = -1;
        boolean started = false;
        for (int i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            if (spec.overlaps() && !started && row.time < begin) {
                continue;
            }
            started = true;
            boolean inside = spec.endsBefore() ? row.time < end : row.time <= end;
            if (inside) {
                content.add(row);
            }
            // eKuiper forgets rows of the next window when this one is empty.
            boolean keeps = spec.overlaps() ? inside || !spec.asEkuiper() : !inside;
            if (keepFrom < 0 && keeps) {
                keepFrom = i;
            }
        }
        rows = keepFrom < 0 ? new ArrayList<>() : new ArrayList<>(rows.subList(keepFrom, rows.size()));
        return content;
    }

    private List<Row.Tuple> takePart(long start, long end) {
        long oldest = end - spec.length() - spec.delay();
        var content = new ArrayList<Row.Tuple>();
        rows.removeIf(r -> r.time < oldest);
        for (var row : rows) {
            if (row.time > start && row.time <= end) {
                content.add(row);
            }
        }
        return content;
    }

    /** Lets go of rows that no window from {@code time} on needs. */
    void forgetBefore(long time) {
        int n = 0;
        while (n < rows.size() && rows.get(n).time + spec.length() + spec.delay() <= time) {
            n++;
        }
        if (n > 0) {
            rows = new ArrayList<>(rows.subList(n, rows.size()));
        }
    }
}
