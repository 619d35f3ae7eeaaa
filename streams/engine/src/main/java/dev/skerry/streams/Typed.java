package dev.skerry.streams;

import dev.skerry.streams.Expr.BoolExpr;
import dev.skerry.streams.Expr.DoubleExpr;
import dev.skerry.streams.Expr.LongExpr;
import dev.skerry.streams.Expr.ObjectExpr;
import org.jspecify.annotations.Nullable;

/** A compiled expression with its type, turned into the form that its user needs. */
record Typed(Type type, Expr expr) {

    static Typed of(DoubleExpr e) {
        return new Typed(Type.FLOAT, e);
    }

    static Typed of(LongExpr e) {
        return new Typed(Type.INTEGER, e);
    }

    static Typed of(BoolExpr e) {
        return new Typed(Type.BOOLEAN, e);
    }

    DoubleExpr asDouble() {
        return switch (expr) {
            case DoubleExpr d -> d;
            case LongExpr l -> row -> (double) l.eval(row);
            case BoolExpr b -> row -> b.eval(row) ? 1 : 0;
            case ObjectExpr o -> row -> {
                if (o.eval(row) instanceof Number n) {
                    return n.doubleValue();
                }
                row.missing = true;
                return 0;
            };
        };
    }

    LongExpr asLong() {
        return switch (expr) {
            case LongExpr l -> l;
            case DoubleExpr d -> row -> (long) d.eval(row);
            case BoolExpr b -> row -> b.eval(row) ? 1 : 0;
            case ObjectExpr o -> row -> {
                if (o.eval(row) instanceof Number n) {
                    return n.longValue();
                }
                row.missing = true;
                return 0;
            };
        };
    }

    BoolExpr asBool() {
        return switch (expr) {
            case BoolExpr b -> row -> b.eval(row) & !row.takeMissing();
            case ObjectExpr o -> row -> Boolean.TRUE.equals(o.eval(row));
            case DoubleExpr d -> throw new IllegalStateException("float (expected: boolean)");
            case LongExpr l -> throw new IllegalStateException("integer (expected: boolean)");
        };
    }

    ObjectExpr asObject() {
        var e = expr;
        return e instanceof ObjectExpr o ? o : row -> box(e, row);
    }

    /** The value as an object, null if there is none. */
    static @Nullable Object box(Expr expr, Row row) {
        Object value = switch (expr) {
            case DoubleExpr d -> (Object) d.eval(row);
            case LongExpr l -> l.eval(row);
            case BoolExpr b -> b.eval(row);
            case ObjectExpr o -> o.eval(row);
        };
        return row.takeMissing() ? null : value;
    }

    static boolean present(Expr expr, Row row) {
        return box(expr, row) != null;
    }
}
