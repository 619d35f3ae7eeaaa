package dev.skerry.streams.functions;

/** One value from many rows. {@code FILTER} and {@code DISTINCT} are the caller's: it adds what counts. */
public non-sealed interface Aggregate extends Function {

    /** An empty accumulator, for one group of one window. */
    Accumulator create();

    /** An empty accumulator for a window that lets rows go one by one, where {@link Accumulator#remove} needs more memory than a result does. */
    default Accumulator createSliding() {
        return create();
    }
}
