package dev.skerry.streams.functions;

import java.time.Duration;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes values as what a function needs. The strictness of each is eKuiper's: some take a float for an integer only if it is whole. */
final class Values {

    private Values() {}

    /** An integer, or a float that is whole. */
    static long wholeNumber(@Nullable Object value) {
        return switch (value) {
            case Long v -> v;
            case Double v when v == Math.rint(v) && Math.abs(v) < 0x1p63 -> v.longValue();
            case null, default -> throw cannotConvert(value, "int");
        };
    }

    /** {@link #wholeNumber} that also must not be absurd as a size. */
    static int size(@Nullable Object value, int most, String what) {
        var size = wholeNumber(value);
        if (size < 0 || size > most) {
            throw new FunctionException(what + ": " + size + " (expected: 0-" + most + ")");
        }
        return (int) size;
    }

    /** An integer, or a float without its fraction. */
    static long cutNumber(@Nullable Object value) {
        return switch (value) {
            case Long v -> v;
            case Double v -> v.longValue();
            case null, default -> throw cannotConvert(value, "int");
        };
    }

    static double number(@Nullable Object value) {
        return switch (value) {
            case Double v -> v;
            case Long v -> v;
            case null, default -> throw cannotConvert(value, "float64");
        };
    }

    static boolean isNumber(@Nullable Object value) {
        return value instanceof Long || value instanceof Double;
    }

    @SuppressWarnings("unchecked")
    static List<@Nullable Object> list(@Nullable Object value, String problem) {
        if (value instanceof List<?> list) {
            return (List<@Nullable Object>) list;
        }
        throw new FunctionException(problem);
    }

    @SuppressWarnings("unchecked")
    static Map<String, @Nullable Object> object(@Nullable Object value, String problem) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw new FunctionException(problem);
    }

    static String text(@Nullable Object value, String problem) {
        if (value instanceof String text) {
            return text;
        }
        throw new FunctionException(problem);
    }

    static boolean bool(@Nullable Object value, String problem) {
        if (value instanceof Boolean bool) {
            return bool;
        }
        throw new FunctionException(problem);
    }

    /** The name of the value's type and the value, as eKuiper's messages have them. */
    static String described(@Nullable Object value) {
        return typeName(value) + "(" + (value == null ? "<nil>" : Printed.of(value)) + ")";
    }

    static FunctionException cannotConvert(@Nullable Object value, String to) {
        return new FunctionException("cannot convert " + described(value) + " to " + to);
    }

    private static String typeName(@Nullable Object value) {
        return switch (value) {
            case null -> "<nil>";
            case Long v -> "int";
            case Double v -> "float64";
            case String v -> "string";
            case Boolean v -> "bool";
            case byte[] v -> "[]uint8";
            case Collection<?> v -> "[]interface {}";
            case Map<?, ?> v -> "map[string]interface {}";
            case Temporal v -> "time.Time";
            case Duration v -> "time.Duration";
            default -> value.getClass().getSimpleName();
        };
    }

    /** Equal in kind and content: 1 is not 1.0, NaN is nothing's equal, -0.0 is 0.0. */
    static boolean same(@Nullable Object a, @Nullable Object b) {
        return switch (a) {
            case Double x when b instanceof Double y -> x.doubleValue() == y.doubleValue();
            case byte[] x when b instanceof byte[] y -> Arrays.equals(x, y);
            case List<?> x when b instanceof List<?> y -> x.size() == y.size() && sameAll(x.iterator(), y.iterator());
            case Map<?, ?> x when b instanceof Map<?, ?> y -> x.size() == y.size() && x.entrySet().stream()
                    .allMatch(entry -> y.containsKey(entry.getKey()) && same(entry.getValue(), y.get(entry.getKey())));
            case null, default -> Objects.equals(a, b);
        };
    }

    private static boolean sameAll(Iterator<?> a, Iterator<?> b) {
        while (a.hasNext()) {
            if (!same(a.next(), b.next())) {
                return false;
            }
        }
        return true;
    }
}
