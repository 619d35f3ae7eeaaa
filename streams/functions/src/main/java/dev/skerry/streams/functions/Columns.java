package dev.skerry.streams.functions;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Columns that are put into the row under names which the function chooses. */
public non-sealed interface Columns extends Function {

    /** A fresh memory, for one place of use. */
    State create();

    /** What is remembered of earlier rows. Not safe for several threads. */
    interface State {

        /**
         * The columns for this row, perhaps none.
         *
         * @param names of all arguments, a wildcard already replaced by the columns that it stands for
         * @throws FunctionException if the values do not fit
         */
        Map<String, @Nullable Object> apply(@Nullable Object[] args, List<String> names, Call call);

        /** All that it remembers as plain values, for a checkpoint. */
        @Nullable Object save();

        /** Continues where another state of the same function stood at {@link #save}. */
        void restore(@Nullable Object saved);
    }
}
