package dev.skerry.streams;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How far a rule has read each device, in microseconds: a device tells its rows in the order of their times. */
final class Marks {

    private static final int MOST = 200_000;

    private static final class Mark {
        long time = Long.MIN_VALUE;
    }

    private final Map<String, Mark> marks = new HashMap<>();
    private String device = "";
    private @Nullable Mark last;

    void saw(String next, long time) {
        var mark = last;
        if (mark == null || !next.equals(device)) {
            mark = marks.get(next);
            if (mark == null) {
                if (marks.size() >= MOST) {
                    return;
                }
                mark = new Mark();
                marks.put(next, mark);
            }
            device = next;
            last = mark;
        }
        if (time > mark.time) {
            mark.time = time;
        }
    }

    /** Up to where the device was read, or {@code otherwise}. */
    long of(String name, long otherwise) {
        var mark = marks.get(name);
        return mark == null ? otherwise : mark.time;
    }

    void clear() {
        marks.clear();
        device = "";
        last = null;
    }

    Map<String, Object> save() {
        var saved = new LinkedHashMap<String, Object>();
        marks.forEach((name, mark) -> saved.put(name, mark.time));
        return saved;
    }

    void restore(@Nullable Object saved) {
        if (saved instanceof Map<?, ?> all) {
            all.forEach((name, time) -> {
                if (time instanceof Long t) {
                    saw(String.valueOf(name), t);
                }
            });
        }
    }
}
