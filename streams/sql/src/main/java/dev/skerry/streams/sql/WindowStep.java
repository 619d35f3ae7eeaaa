package dev.skerry.streams.sql;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gathers rows and gives them on in windows. */
abstract class WindowStep {

    static final long NEVER = Long.MAX_VALUE;

    /** Windows without rows that are sent one after the other; when there are more, time has jumped, and they are passed over. */
    private static final long MOST_EMPTY = 1_000;

    /** Rows that a window keeps at most. */
    static final int MOST_ROWS = 500_000;

    private final Consumer<Rows> out;
    private Consumer<String> failures = text -> { };

    WindowStep(Consumer<Rows> out) {
        this.out = out;
    }

    /** Who is told of windows that fail. */
    final WindowStep telling(Consumer<String> to) {
        failures = to;
        return this;
    }

    final void fail(String text) {
        failures.accept(text);
    }

    /** The next end to send: {@code next}, or a later one if too many windows without rows lie between. */
    static long skipEmpty(long next, long step, long until, long nextWithRows) {
        long target = Math.min(until, nextWithRows);
        return target - next > MOST_EMPTY * step ? next + (target - next) / step * step : next;
    }

    final void emit(Rows rows) {
        out.accept(rows);
    }

    /** Takes a row; {@code now} is the clock. */
    abstract void row(Row.Tuple row, long now);

    /** No older row will come. */
    void watermark(long time) {}

    /** When the clock shall wake it, or {@link #NEVER}. */
    long nextTimer() {
        return NEVER;
    }

    /** The clock is about to reach {@code to}: ends long before it at which nothing would be sent may be passed over. */
    void jump(long to) {}

    /** The clock has reached what {@link #nextTimer} said. */
    void timer(long now) {}

    /** All that it remembers, as plain values. */
    abstract @Nullable Object save(RowStore store);

    /** Continues from {@link #save}. */
    abstract void restore(@Nullable Object saved, RowStore store);
}
