package dev.skerry.streams.functions;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Values as JSON, as Go writes it: keys sorted, {@code <}, {@code >} and {@code &} escaped, times as RFC 3339, bytes in base64. */
final class JsonText {

    private static final TimePattern TIME = TimePattern.ofLayout("2006-01-02T15:04:05.999999999Z07:00");

    private JsonText() {}

    /**
     * The JSON text.
     *
     * @throws FunctionException if a number is not finite
     */
    static String of(@Nullable Object value) {
        var out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case String v -> quoted(v, out);
            case Double v -> number(v, out);
            case byte[] v -> quoted(Base64.getEncoder().encodeToString(v), out);
            case ZonedDateTime v -> quoted(TIME.format(v), out);
            case Instant v -> quoted(TIME.format(v.atZone(ZoneOffset.UTC)), out);
            case Duration v -> out.append(v.toNanos());
            case List<?> v -> {
                out.append('[');
                for (var i = 0; i < v.size(); i++) {
                    out.append(i == 0 ? "" : ",");
                    write(v.get(i), out);
                }
                out.append(']');
            }
            case Map<?, ?> v -> {
                out.append('{');
                var separator = "";
                for (var entry : new TreeMap<>(v).entrySet()) {
                    out.append(separator);
                    quoted(String.valueOf(entry.getKey()), out);
                    out.append(':');
                    write(entry.getValue(), out);
                    separator = ",";
                }
                out.append('}');
            }
            default -> out.append(value);
        }
    }

    private static void number(double value, StringBuilder out) {
        if (!Double.isFinite(value)) {
            throw new FunctionException("fail to convert " + Printed.number(value) + " to json");
        }
        var size = Math.abs(value);
        if (size != 0 && (size < 1e-6 || size >= 1e21)) {
            out.append(Printed.number(value).replace("e-0", "e-"));
        } else {
            out.append(Printed.plainNumber(value));
        }
    }

    private static void quoted(String text, StringBuilder out) {
        out.append('"');
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ' || c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** The value that a JSON text tells; all numbers are floats. */
    static @Nullable Object parse(byte[] text) {
        return parse(new String(text, StandardCharsets.UTF_8));
    }

    /**
     * The value that a JSON text tells; all numbers are floats.
     *
     * @throws FunctionException if it is not JSON
     */
    static @Nullable Object parse(String text) {
        return new JsonReader(text).document();
    }
}
