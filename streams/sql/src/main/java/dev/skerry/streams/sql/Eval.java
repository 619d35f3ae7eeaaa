package dev.skerry.streams.sql;

import org.jspecify.annotations.Nullable;

/** A compiled expression. */
@FunctionalInterface
interface Eval {

    /** @throws EvalException if the values do not fit */
    @Nullable Object of(Env env);
}
