package dev.skerry.streams.sql;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Date-times as sources write them. */
final class TimeText {

    private static final List<DateTimeFormatter> KNOWN = List.of(
            DateTimeFormatter.ISO_ZONED_DATE_TIME, DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss[.SSS][XXX]", Locale.ROOT),
            DateTimeFormatter.ISO_LOCAL_DATE_TIME, DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm:ss", Locale.ROOT),
            DateTimeFormatter.ISO_LOCAL_DATE, DateTimeFormatter.RFC_1123_DATE_TIME);

    private TimeText() {}

    /** A number is milliseconds since the epoch, a text is read in the format, or in one that is common if it is empty. */
    static ZonedDateTime of(@Nullable Object value, String format, ZoneId zone) {
        return switch (value) {
            case ZonedDateTime t -> t;
            case Instant t -> t.atZone(zone);
            case Long l -> Instant.ofEpochMilli(l).atZone(zone);
            case Double d -> Instant.ofEpochMilli((long) d.doubleValue()).atZone(zone);
            case String s -> parse(s, format, zone);
            case null, default -> throw new EvalException("unsupported type to convert to timestamp " + GoText.of(value));
        };
    }

    private static ZonedDateTime parse(String text, String format, ZoneId zone) {
        var formats = format.isEmpty() ? KNOWN : List.of(pattern(format));
        for (var f : formats) {
            try {
                var parsed = f.parseBest(text, ZonedDateTime::from, LocalDateTime::from, LocalDate::from);
                return switch (parsed) {
                    case ZonedDateTime t -> t;
                    case LocalDateTime t -> t.atZone(zone);
                    case LocalDate d -> d.atStartOfDay(zone);
                    default -> throw new DateTimeParseException("no date", text, 0);
                };
            } catch (DateTimeParseException e) {
                // The next format may fit.
            }
        }
        throw new EvalException("Can't parse string as time: " + text);
    }

    private static DateTimeFormatter pattern(String format) {
        var java = format.replace("''", "'").replace("YYYY", "uuuu").replace("yyyy", "uuuu").replace("YY", "uu");
        if (java.chars().filter(c -> c == '\'').count() % 2 == 1) {
            int last = java.lastIndexOf('\'');
            java = java.substring(0, last) + java.substring(last + 1);
        }
        try {
            return new DateTimeFormatterBuilder().parseCaseInsensitive().appendPattern(java).toFormatter(Locale.ENGLISH);
        } catch (IllegalArgumentException e) {
            throw new EvalException("time format " + format + " (expected: letters such as yyyy-MM-dd HH:mm:ss)");
        }
    }
}
