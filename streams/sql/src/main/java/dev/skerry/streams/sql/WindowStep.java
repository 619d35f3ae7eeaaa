package dev.skerry.streams.sql;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gathers rows and gives them on in windows. */
abstract class WindowStep {

    static final long NEVER = Long.MAX_VALUE;

    private final Consumer<Rows> out;

    WindowStep(Consumer<Rows> out) {
        this.out = out;
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

    /** The clock has reached what {@link #nextTimer} said. */
    void timer(long now) {}

    /** All that it remembers, as plain values. */
    abstract @Nullable Object save(RowStore store);

    /** Continues from {@link #save}. */
    abstract void restore(@Nullable Object saved, RowStore store);
}
