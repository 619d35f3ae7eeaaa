package dev.skerry.streams.sql;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The operators on values whose types are known only when they are there. */
final class Operators {

    private final ZoneId zone;

    Operators(ZoneId zone) {
        this.zone = zone;
    }

    /** Null makes a comparison false and everything else null. */
    @Nullable Object apply(String op, @Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            return switch (op) {
                case "+", "-", "*", "/", "%" -> null;
                default -> false;
            };
        }
        return switch (left) {
            case Long a -> right instanceof Long b ? longs(op, a, b)
                    : right instanceof Double b ? doubles(op, a, b, left, right) : refuse(left, op, right);
            case Double a -> right instanceof Number b ? doubles(op, a, b.doubleValue(), left, right) : refuse(left, op, right);
            case String a -> right instanceof String b ? ordered(op, a.compareTo(b), left, right) : refuse(left, op, right);
            case Boolean a -> right instanceof Boolean b ? booleans(op, a, b) : refuse(left, op, right);
            case ZonedDateTime a -> times(op, a, right);
            case Instant a -> times(op, a.atZone(ZoneOffset.UTC), right);
            case Map<?, ?> m -> throw new EvalException(op + " is an invalid operation for " + GoText.type(m));
            case List<?> l -> throw new EvalException(op + " is an invalid operation for " + GoText.type(l));
            default -> refuse(left, op, right);
        };
    }

    private static Object refuse(Object left, String op, Object right) {
        throw new EvalException("invalid operation " + GoText.typed(left) + " " + op + " " + GoText.typed(right));
    }

    private static Object booleans(String op, boolean a, boolean b) {
        return switch (op) {
            case "AND", "&" -> a && b;
            case "OR", "|" -> a || b;
            case "^", "!=" -> a != b;
            case "=" -> a == b;
            default -> refuse(a, op, b);
        };
    }

    private static Object longs(String op, long a, long b) {
        return switch (op) {
            case "=" -> a == b;
            case "!=" -> a != b;
            case "<" -> a < b;
            case "<=" -> a <= b;
            case ">" -> a > b;
            case ">=" -> a >= b;
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / divisor(b);
            case "%" -> a % divisor(b);
            case "&" -> a & b;
            case "|" -> a | b;
            case "^" -> a ^ b;
            default -> refuse(a, op, b);
        };
    }

    private static long divisor(long b) {
        if (b == 0) {
            throw new EvalException("divided by zero");
        }
        return b;
    }

    private static Object doubles(String op, double a, double b, Object left, Object right) {
        return switch (op) {
            case "=" -> a == b;
            case "!=" -> a != b;
            case "<" -> a < b;
            case "<=" -> a <= b;
            case ">" -> a > b;
            case ">=" -> a >= b;
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / divisor(b);
            case "%" -> a % divisor(b);
            default -> refuse(left, op, right);
        };
    }

    private static double divisor(double b) {
        if (b == 0) {
            throw new EvalException("divided by zero");
        }
        return b;
    }

    private static Object ordered(String op, int order, Object left, Object right) {
        return switch (op) {
            case "=" -> order == 0;
            case "!=" -> order != 0;
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            case ">=" -> order >= 0;
            default -> refuse(left, op, right);
        };
    }

    private Object times(String op, ZonedDateTime a, Object right) {
        var b = asTime(right);
        return b == null ? refuse(a, op, right) : ordered(op, a.toInstant().compareTo(b.toInstant()), a, right);
    }

    /** A date-time, or what can be read as one; null for anything else. */
    @Nullable ZonedDateTime asTime(Object value) {
        if (value instanceof ZonedDateTime t) {
            return t;
        }
        if (value instanceof Instant t) {
            return t.atZone(ZoneOffset.UTC);
        }
        if (!(value instanceof Number || value instanceof String)) {
            return null;
        }
        try {
            return TimeText.of(value, "", zone);
        } catch (EvalException e) {
            return null;
        }
    }

    /** What ORDER BY finds first; null means that the two are equal in order. */
    boolean less(Object left, Object right) {
        try {
            return Objects.equals(apply("<", left, right), true);
        } catch (EvalException e) {
            return false;
        }
    }

    /** An index or a bound of a slice; a float is cut off. */
    static int index(String what, @Nullable Object value) {
        if (value instanceof Long l) {
            return (int) Math.clamp(l, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (value instanceof Double d) {
            return (int) d.doubleValue();
        }
        throw new EvalException(what + " " + GoText.of(value) + " is not int: cannot convert " + GoText.typed(value) + " to int");
    }
}
