package dev.skerry.streams.functions;

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

/** Values as Go prints them with {@code %v}, which is what eKuiper's functions see of a value that is no text. */
final class Printed {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private Printed() {}

    /** Null is empty here; within a list or an object it is {@code <nil>}. */
    static String of(@Nullable Object value) {
        return value == null ? "" : inside(value);
    }

    private static String inside(@Nullable Object value) {
        return switch (value) {
            case null -> "<nil>";
            case String v -> v;
            case Double v -> number(v);
            case byte[] v -> bytes(v);
            case List<?> v -> list(v);
            case Map<?, ?> v -> object(v);
            case Instant v -> time(v.atZone(ZoneOffset.UTC));
            case ZonedDateTime v -> time(v);
            case Duration v -> duration(v);
            default -> value.toString();
        };
    }

    /** Shortest digits; an exponent below 1e-4 and from 1e6 on. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        var digits = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
        var unscaled = digits.unscaledValue().toString();
        var exponent = unscaled.length() - 1 - digits.scale();
        var sign = value < 0 ? "-" : "";
        if (exponent >= -4 && exponent < 6) {
            return sign + digits.toPlainString();
        }
        var fraction = unscaled.length() > 1 ? "." + unscaled.substring(1) : "";
        return sign + unscaled.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    /** Without an exponent, however long that gets. */
    static String plainNumber(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value) || value == 0) {
            return number(value);
        }
        return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }

    private static String bytes(byte[] value) {
        var text = new StringBuilder("[");
        for (var i = 0; i < value.length; i++) {
            text.append(i == 0 ? "" : " ").append(value[i] & 0xff);
        }
        return text.append(']').toString();
    }

    private static String list(List<?> value) {
        var text = new StringBuilder("[");
        for (var i = 0; i < value.size(); i++) {
            text.append(i == 0 ? "" : " ").append(inside(value.get(i)));
        }
        return text.append(']').toString();
    }

    private static String object(Map<?, ?> value) {
        var text = new StringBuilder("map[");
        var separator = "";
        for (var entry : new TreeMap<>(value).entrySet()) {
            text.append(separator).append(entry.getKey()).append(':').append(inside(entry.getValue()));
            separator = " ";
        }
        return text.append(']').toString();
    }

    private static String time(ZonedDateTime value) {
        var text = new StringBuilder(TIME.format(value));
        if (value.getNano() != 0) {
            text.append('.').append("%09d".formatted(value.getNano()).replaceAll("0+$", ""));
        }
        return text.append(DateTimeFormatter.ofPattern(" xx ", Locale.ROOT).format(value)).append(TimeFormat.zoneName(value)).toString();
    }

    private static String duration(Duration value) {
        if (value.isZero()) {
            return "0s";
        }
        var sign = value.isNegative() ? "-" : "";
        var rest = value.abs();
        if (rest.toSeconds() == 0) {
            var nanos = rest.toNanos();
            return sign + (nanos < 1_000 ? nanos + "ns" : nanos < 1_000_000 ? decimal(nanos, 3) + "µs" : decimal(nanos, 6) + "ms");
        }
        var hours = rest.toHours() > 0 ? rest.toHours() + "h" : "";
        var minutes = rest.toMinutes() > 0 ? rest.toMinutesPart() + "m" : "";
        return sign + hours + minutes + decimal(rest.toSecondsPart() * 1_000_000_000L + rest.toNanosPart(), 9) + "s";
    }

    private static String decimal(long value, int places) {
        return BigDecimal.valueOf(value, places).stripTrailingZeros().toPlainString();
    }
}
