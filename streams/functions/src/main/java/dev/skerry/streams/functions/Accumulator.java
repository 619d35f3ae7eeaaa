package dev.skerry.streams.functions;

import org.jspecify.annotations.Nullable;

/** What an aggregate has seen so far. Not safe for several threads. */
public interface Accumulator {

    /** Takes in one row's arguments. A value that does not fit is told by {@link #value}. */
    void add(@Nullable Object[] args);

    /** {@link #add} of one integer. */
    default void addLong(long value) {
        add(new Object[] {value});
    }

    /** {@link #add} of one float. */
    default void addDouble(double value) {
        add(new Object[] {value});
    }

    /**
     * Whether {@link #remove} works now: it undoes the oldest {@link #add}, exactly. May become false with an {@link #add}, since floats
     * cannot be taken from a sum without a trace.
     */
    default boolean isRemovable() {
        return false;
    }

    /** Takes out what was added first; the arguments must be those of that call. */
    default void remove(@Nullable Object[] args) {
        throw new UnsupportedOperationException("remove");
    }

    /** Whether {@link #merge} works. */
    default boolean isMergeable() {
        return false;
    }

    /** Takes in all that another accumulator of the same function has seen, as if its rows had come after ours. */
    default void merge(Accumulator later) {
        throw new UnsupportedOperationException("merge");
    }

    /**
     * The result for what was added and not removed. May be asked again and again.
     *
     * @throws FunctionException if a value that was added does not fit
     */
    @Nullable Object value();

    /** Forgets everything. */
    void clear();

    /** All that it remembers as plain values, for a checkpoint. */
    @Nullable Object save();

    /** Continues where another accumulator of the same function stood at {@link #save}. */
    void restore(@Nullable Object saved);
}
