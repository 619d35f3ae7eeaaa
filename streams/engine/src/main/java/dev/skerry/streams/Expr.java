package dev.skerry.streams;

import org.jspecify.annotations.Nullable;

/**
 * A compiled expression over a row. A null is told by {@link Row#missing}, so that numbers stay unboxed: it is clear when
 * an expression is entered, an expression that has no value sets it, and the first one above that knows what to do
 * with a null clears it. Booleans have no null: a comparison with null is not true.
 */
sealed interface Expr {

    non-sealed interface DoubleExpr extends Expr {
        double eval(Row row);
    }

    non-sealed interface LongExpr extends Expr {
        long eval(Row row);
    }

    non-sealed interface BoolExpr extends Expr {
        boolean eval(Row row);
    }

    /** Null is null here; {@link Row#missing} stays clear. */
    non-sealed interface ObjectExpr extends Expr {
        @Nullable Object eval(Row row);
    }
}
