package dev.skerry.streams.functions;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Pattern;

/** Lengths of time as Go writes them. */
final class DurationText {

    private static final Pattern PART = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)([^\\d.]*)");
    private static final int LONGEST = 128;

    private DurationText() {}

    static Duration parse(String text) {
        var sign = text.startsWith("-") ? -1 : 1;
        var rest = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        if (rest.equals("0")) {
            return Duration.ZERO;
        }
        if (rest.isEmpty() || text.length() > LONGEST) {
            throw invalid(text);
        }
        var nanos = BigDecimal.ZERO;
        var parts = PART.matcher(rest);
        var end = 0;
        while (end < rest.length()) {
            if (!parts.find(end) || parts.start() != end) {
                throw invalid(text);
            }
            nanos = nanos.add(new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(nanosIn(parts.group(2), text))));
            end = parts.end();
        }
        if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw invalid(text);
        }
        return Duration.ofNanos(sign * nanos.longValue());
    }

    private static long nanosIn(String unit, String text) {
        return switch (unit) {
            case "ns" -> 1L;
            case "us", "µs", "μs" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            case "" -> throw new FunctionException("time: missing unit in duration \"" + text + "\"");
            default -> throw new FunctionException("time: unknown unit \"" + unit + "\" in duration \"" + text + "\"");
        };
    }

    private static FunctionException invalid(String text) {
        return new FunctionException("time: invalid duration \"" + text + "\"");
    }
}
