package dev.skerry.streams.functions;

/** A name whose value the caller knows and nobody else: bounds of the window, time and number of the row. Only the arguments are checked here. */
public non-sealed interface Implicit extends Function {

    /** What the caller shall give. */
    What what();

    /** The values that only the caller knows. */
    enum What { WINDOW_START, WINDOW_END, WINDOW_TRIGGER, EVENT_TIME, ROW_NUMBER }
}
