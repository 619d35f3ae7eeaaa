package dev.skerry.streams.functions;

import org.jspecify.annotations.Nullable;

/** A value from values, row by row. Also what a user's own function implements. */
public non-sealed interface Scalar extends Function {

    /**
     * The result for these values; the array is the callee's only until it returns.
     *
     * @throws FunctionException if the values do not fit
     */
    @Nullable Object apply(@Nullable Object[] args, Call call);

    /** What a null or an empty list or object among the arguments means, before {@link #apply} is asked. */
    NullRule nulls();

    /** The same arguments give the same result, whenever and wherever: a call on literals may be computed once. */
    default boolean isPure() {
        return true;
    }

    /** What one place of use calls; another object if the function remembers something of earlier calls. */
    default Scalar create() {
        return this;
    }

    /** {@link #apply} behind {@link #nulls}: what a statement calls. */
    default @Nullable Object call(@Nullable Object[] args, Call call) {
        return nulls().stops(args) ? nulls().result() : apply(args, call);
    }
}
