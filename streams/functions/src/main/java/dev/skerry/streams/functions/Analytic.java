package dev.skerry.streams.functions;

import org.jspecify.annotations.Nullable;

/** A value from this row and from earlier ones. */
public non-sealed interface Analytic extends Function {

    /** A fresh memory, for one place of use and one partition. */
    State create();

    /** Whether it is asked once for each group or window, so that a statement with it counts as aggregating. */
    default boolean isAggregate() {
        return false;
    }

    /** What is remembered of the rows of one partition. Not safe for several threads. */
    interface State {

        /**
         * The result for this row.
         *
         * @param holds the value of {@code OVER (WHEN ...)}, true without one; for {@code last_hit_*}: whether the rule hits with this row
         * @throws FunctionException if the values do not fit
         */
        @Nullable Object apply(@Nullable Object[] args, boolean holds, Call call);

        /** All that it remembers as plain values, for a checkpoint. */
        @Nullable Object save();

        /** Continues where another state of the same function stood at {@link #save}. */
        void restore(@Nullable Object saved);
    }
}
