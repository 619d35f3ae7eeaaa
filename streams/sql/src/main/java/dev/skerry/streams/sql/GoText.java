package dev.skerry.streams.sql;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Values as eKuiper's messages show them and as its groups are told apart: the forms of Go. */
final class GoText {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss[.SSSSSSSSS] Z zzz", Locale.ROOT);
    private static final int PLAIN_UP_TO = 21;

    private GoText() {}

    static String type(@Nullable Object value) {
        return switch (value) {
            case null -> "<nil>";
            case Long l -> "int64";
            case Double d -> "float64";
            case String s -> "string";
            case Boolean b -> "bool";
            case byte[] b -> "[]uint8";
            case List<?> l -> "[]interface {}";
            case Map<?, ?> m -> "map[string]interface {}";
            case Duration d -> "time.Duration";
            case ZonedDateTime t -> "time.Time";
            case Instant t -> "time.Time";
            default -> value.getClass().getSimpleName();
        };
    }

    static String typed(@Nullable Object value) {
        return type(value) + "(" + of(value) + ")";
    }

    static String of(@Nullable Object value) {
        return switch (value) {
            case null -> "<nil>";
            case Double d -> number(d, PLAIN_UP_TO);
            case byte[] b -> bytes(b);
            case List<?> l -> {
                var out = new StringBuilder("[");
                l.forEach(v -> out.append(out.length() > 1 ? " " : "").append(of(v)));
                yield out.append("]").toString();
            }
            case Map<?, ?> m -> {
                var sorted = new TreeMap<String, @Nullable Object>();
                m.forEach((k, v) -> sorted.put(String.valueOf(k), v));
                var out = new StringBuilder("map[");
                sorted.forEach((k, v) -> out.append(out.length() > 4 ? " " : "").append(k).append(":").append(of(v)));
                yield out.append("]").toString();
            }
            case Instant t -> TIME.format(t.atZone(ZoneOffset.UTC)).replace(".000000000", "").replace(" Z", " UTC");
            case ZonedDateTime t -> TIME.format(t).replace(".000000000", "").replace(" Z", " UTC");
            default -> value.toString();
        };
    }

    private static String bytes(byte[] all) {
        var out = new StringBuilder("[");
        for (byte b : all) {
            out.append(out.length() > 1 ? " " : "").append(b & 0xff);
        }
        return out.append("]").toString();
    }

    /** The shortest form that is read back as the same number, with an exponent from 10^{@code plainUpTo} on. */
    static String number(double d, int plainUpTo) {
        if (Double.isNaN(d)) {
            return "NaN";
        }
        if (Double.isInfinite(d)) {
            return d > 0 ? "+Inf" : "-Inf";
        }
        if (d == 0) {
            return 1 / d < 0 ? "-0" : "0";
        }
        var exact = new BigDecimal(Double.toString(Math.abs(d))).stripTrailingZeros();
        var digits = exact.unscaledValue().toString();
        int exponent = digits.length() - exact.scale() - 1;
        var sign = d < 0 ? "-" : "";
        if (exponent < -4 || exponent >= plainUpTo) {
            var mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
            int size = Math.abs(exponent);
            return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + (size < 10 ? "0" : "") + size;
        }
        return sign + exact.toPlainString();
    }
}
