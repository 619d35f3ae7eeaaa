package dev.skerry.kube.apiserver;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/** The {@code timeout} of a query: a duration as Go writes it, such as {@code 1m30s}. */
final class Timeouts {

    private static final Pattern PART = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{0,9})?|\\.[0-9]{1,9})(ns|us|\u00b5s|\u03bcs|ms|s|m|h)");
    private static final Map<String, Long> NANOS = Map.of("ns", 1L, "us", 1_000L, "\u00b5s", 1_000L, "\u03bcs", 1_000L, "ms", 1_000_000L,
            "s", 1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L);

    private Timeouts() {}

    /** What a request may take; what is not positive or more than usual is taken as the usual. */
    static Duration of(String text, Duration usual) throws Failure {
        if (text.isEmpty()) {
            return usual;
        }
        var asked = parse(text);
        return asked.isNegative() || asked.isZero() || asked.compareTo(usual) > 0 ? usual : asked;
    }

    private static Duration parse(String text) throws Failure {
        var sign = text.startsWith("-") ? -1 : 1;
        var rest = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        if (rest.equals("0")) {
            return Duration.ZERO;
        }
        var nanos = BigDecimal.ZERO;
        var parts = PART.matcher(rest);
        var at = 0;
        while (at < rest.length() && parts.find(at) && parts.start() == at) {
            nanos = nanos.add(new BigDecimal(parts.group(1).startsWith(".") ? "0" + parts.group(1) : parts.group(1).endsWith(".") ? parts.group(1) + "0" : parts.group(1))
                    .multiply(BigDecimal.valueOf(NANOS.getOrDefault(parts.group(2), 1L))));
            at = parts.end();
        }
        if (rest.isEmpty() || at < rest.length()) {
            var why = rest.matches("[0-9]+(\\.[0-9]*)?") ? "missing unit in duration" : rest.matches("[0-9.]+[A-Za-z]+") ? "unknown unit " + GoText.quoted(rest.replaceAll("^[0-9.]+", "")) + " in duration" : "invalid duration";
            throw Failure.badRequest("invalid timeout specified in the request URL - time: " + why + " " + GoText.quoted(text));
        }
        return Duration.ofNanos(nanos.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue() * sign);
    }
}
