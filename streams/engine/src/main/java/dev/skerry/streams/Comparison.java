package dev.skerry.streams;

import dev.skerry.streams.Expr.BoolExpr;
import dev.skerry.streams.Expr.DoubleExpr;
import java.util.regex.Pattern;

/** The comparisons; one with a null is not true. */
@FunctionalInterface
interface Comparison {

    boolean holds(int order);

    static Comparison of(String op) {
        return switch (op) {
            case "=" -> o -> o == 0;
            case "!=", "<>" -> o -> o != 0;
            case "<" -> o -> o < 0;
            case "<=" -> o -> o <= 0;
            case ">" -> o -> o > 0;
            default -> o -> o >= 0;
        };
    }

    static BoolExpr doubles(String op, DoubleExpr a, DoubleExpr b) {
        return switch (op) {
            case "=" -> row -> a.eval(row) == b.eval(row) & !row.takeMissing();
            case "!=", "<>" -> row -> a.eval(row) != b.eval(row) & !row.takeMissing();
            case "<" -> row -> a.eval(row) < b.eval(row) & !row.takeMissing();
            case "<=" -> row -> a.eval(row) <= b.eval(row) & !row.takeMissing();
            case ">" -> row -> a.eval(row) > b.eval(row) & !row.takeMissing();
            default -> row -> a.eval(row) >= b.eval(row) & !row.takeMissing();
        };
    }

    static int order(Object x, Object y) {
        if (x instanceof Long a && y instanceof Long b) {
            return Long.compare(a, b);
        }
        if (x instanceof Number a && y instanceof Number b) {
            return Double.compare(a.doubleValue(), b.doubleValue());
        }
        if (x instanceof String a && y instanceof String b) {
            return a.compareTo(b);
        }
        if (x instanceof Boolean a && y instanceof Boolean b) {
            return Boolean.compare(a, b);
        }
        throw new EvalException(x + " against " + y + " (expected: two of a kind)");
    }

    /** {@code %} is any text, {@code _} one character, a backslash takes the next one as it is. */
    static String likeToRegex(String like) {
        var regex = new StringBuilder();
        for (int i = 0; i < like.length(); i++) {
            char c = like.charAt(i);
            if (c == '\\' && i + 1 < like.length()) {
                regex.append(Pattern.quote(String.valueOf(like.charAt(++i))));
            } else {
                regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
            }
        }
        return regex.toString();
    }
}
