package dev.skerry.streams;

import dev.skerry.streams.Expr.DoubleExpr;
import dev.skerry.streams.Expr.LongExpr;

/** Sums and products: of two integers an integer, else a float; what is missing stays missing, and a division by zero fails the row. */
final class Arithmetic {

    private Arithmetic() {}

    /** @param op one of {@code * + - / %} */
    static Typed of(Typed l, String op, Typed r) {
        if (l.type() == Type.INTEGER && r.type() == Type.INTEGER) {
            var a = l.asLong();
            var b = r.asLong();
            return Typed.of(switch (op) {
                case "*" -> (LongExpr) row -> a.eval(row) * b.eval(row);
                case "+" -> (LongExpr) row -> a.eval(row) + b.eval(row);
                case "-" -> (LongExpr) row -> a.eval(row) - b.eval(row);
                case "/" -> (LongExpr) row -> a.eval(row) / divisor(b.eval(row), row);
                default -> (LongExpr) row -> a.eval(row) % divisor(b.eval(row), row);
            });
        }
        var a = l.asDouble();
        var b = r.asDouble();
        return Typed.of(switch (op) {
            case "*" -> (DoubleExpr) row -> a.eval(row) * b.eval(row);
            case "+" -> (DoubleExpr) row -> a.eval(row) + b.eval(row);
            case "-" -> (DoubleExpr) row -> a.eval(row) - b.eval(row);
            case "/" -> (DoubleExpr) row -> a.eval(row) / divisor(b.eval(row), row);
            default -> (DoubleExpr) row -> a.eval(row) % divisor(b.eval(row), row);
        });
    }

    private static long divisor(long value, Row row) {
        if (value == 0 && !row.missing) {
            throw new EvalException("divided by zero");
        }
        return row.missing ? 1 : value;
    }

    private static double divisor(double value, Row row) {
        if (value == 0 && !row.missing) {
            throw new EvalException("divided by zero");
        }
        return value;
    }
}
