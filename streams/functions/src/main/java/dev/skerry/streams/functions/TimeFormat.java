package dev.skerry.streams.functions;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Date-times from text and to text, with the patterns that eKuiper's users know ({@code YYYY-MM-dd HH:mm:ssSSS}) and, without a pattern, everything
 * that looks like a date.
 */
public final class TimeFormat {

    private static final DateTimeFormatter ZONE = DateTimeFormatter.ofPattern("z", Locale.ENGLISH);
    private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("x", Locale.ENGLISH);
    private static final Pattern FRACTION = Pattern.compile("([^.]*)\\.(\\d*)([^.]*)");
    private static final Pattern TIME_ONLY = Pattern.compile("\\s*\\d{1,2}(:\\d{1,2})*(\\.\\d+)?\\s*");
    private static final int LONGEST = 256;

    /** What a text is tried against, in this order. */
    private static final List<TimePattern> KNOWN = Stream.of(
                    "2006", "2006-1", "2006-1-2", "2006-1-2 15", "2006-1-2 15:4", "2006-1-2 15:4:5", "1-2", "15:4:5", "15:4", "15", "15:4:5 Jan 2, 2006 MST",
                    "2006-01-02 15:04:05.999999999 -0700 MST", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006.1.2", "2006.1.2 15:04:05",
                    "2006.01.02", "2006.01.02 15:04:05", "2006.01.02 15:04:05.999999999", "1/2/2006", "1/2/2006 15:4:5", "2006/01/02", "20060102",
                    "2006/01/02 15:04:05", "Mon Jan _2 15:04:05 2006", "Mon Jan _2 15:04:05 MST 2006", "Mon Jan 02 15:04:05 -0700 2006", "02 Jan 06 15:04 MST",
                    "02 Jan 06 15:04 -0700", "Monday, 02-Jan-06 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 -0700",
                    "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05.999999999Z07:00", "3:04PM", "Jan _2 15:04:05", "Jan _2 15:04:05.000",
                    "Jan _2 15:04:05.000000", "Jan _2 15:04:05.000000000", "2006-01-02T15:04:05.000Z07:00", "2006-01-02T15:04:05")
            .map(TimePattern::ofLayout).toList();

    /** Formats are asked for by their pattern with every row, and are few. */
    private static final Map<String, TimeFormat> RECENT = new ConcurrentHashMap<>();
    private static final int MOST_RECENT = 256;

    private final @Nullable TimePattern pattern;

    private TimeFormat(@Nullable TimePattern pattern) {
        this.pattern = pattern;
    }

    /**
     * The format of this pattern; an empty one reads everything that looks like a date.
     *
     * @throws FunctionException if the pattern says nothing that we know
     */
    public static TimeFormat of(String pattern) {
        var known = RECENT.get(pattern);
        if (known != null) {
            return known;
        }
        var made = new TimeFormat(pattern.isEmpty() ? null : TimePattern.ofLayout(PatternLetters.layout(pattern)));
        if (RECENT.size() >= MOST_RECENT) {
            RECENT.clear();
        }
        RECENT.put(pattern, made);
        return made;
    }

    /** The time as this format writes it. */
    public String format(ZonedDateTime time) {
        return pattern == null ? "" : pattern.format(time);
    }

    /**
     * The time that a text tells. A text without a date means today, one without a year means this year.
     *
     * @param zone that of a text which names none
     * @param now what today is, in epoch milliseconds
     * @throws FunctionException if it tells no time
     */
    public ZonedDateTime parse(String text, ZoneId zone, long now) {
        var padded = text.length() > LONGEST ? "" : padded(text);
        if (pattern != null) {
            var time = pattern.parse(padded, zone);
            if (time != null) {
                return completed(time, padded, now);
            }
        }
        for (var known : KNOWN) {
            var time = known.parse(padded, zone);
            if (time != null) {
                return completed(time, padded, now);
            }
        }
        throw new FunctionException("Can't parse string as time: " + (text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text));
    }

    /**
     * The time that a value tells: a date-time, epoch milliseconds, or a text.
     *
     * @throws FunctionException if it tells no time
     */
    public ZonedDateTime timeOf(@Nullable Object value, ZoneId zone, long now) {
        return switch (value) {
            case ZonedDateTime time -> time;
            case Instant instant -> instant.atZone(zone);
            case Long millis -> Instant.ofEpochMilli(millis).atZone(zone);
            case Double millis -> Instant.ofEpochMilli(millis.longValue()).atZone(zone);
            case String text -> parse(text, zone, now);
            case null, default -> throw new FunctionException("unsupported type to convert to timestamp " + (value == null ? "<nil>" : Printed.of(value)));
        };
    }

    private static ZonedDateTime completed(ZonedDateTime time, String text, long now) {
        if (time.getYear() != 0) {
            return time;
        }
        var today = Instant.ofEpochMilli(now).atZone(time.getZone());
        var sameYear = time.withYear(today.getYear());
        return TIME_ONLY.matcher(text).matches() ? sameYear.withMonth(today.getMonthValue()).withDayOfMonth(today.getDayOfMonth()) : sameYear;
    }

    /** Fractions of a second with 3, 6 or 9 digits, which is what the patterns know. */
    private static String padded(String text) {
        var fraction = FRACTION.matcher(text);
        if (!fraction.matches() || fraction.group(2).isEmpty() && !fraction.group(3).isEmpty()) {
            return text;
        }
        var digits = fraction.group(2);
        var length = digits.length() > 6 ? 9 : digits.length() > 3 ? 6 : 3;
        var exact = digits.length() < length ? digits + "0".repeat(length - digits.length()) : digits.substring(0, length);
        return fraction.group(1) + "." + exact + fraction.group(3);
    }

    /** The zone's short name, or its offset where it has none. */
    static String zoneName(ZonedDateTime value) {
        if (value.getZone() instanceof ZoneOffset) {
            return value.getOffset().equals(ZoneOffset.UTC) ? "UTC" : DateTimeFormatter.ofPattern("xx", Locale.ROOT).format(value);
        }
        var name = ZONE.format(value);
        return name.matches("[A-Z]{3,5}") ? name : OFFSET.format(value);
    }

    /**
     * A length of time as Go writes it, such as {@code 1h30m} or {@code -1.5s}.
     *
     * @throws FunctionException if it is none
     */
    public static Duration duration(String text) {
        return DurationText.parse(text);
    }
}
