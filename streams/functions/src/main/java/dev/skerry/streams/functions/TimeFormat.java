package dev.skerry.streams.functions;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Date-times as text. */
final class TimeFormat {

    private static final DateTimeFormatter ZONE = DateTimeFormatter.ofPattern("z", Locale.ENGLISH);
    private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("x", Locale.ENGLISH);

    private TimeFormat() {}

    /** The zone's short name, or its offset where it has none. */
    static String zoneName(ZonedDateTime value) {
        if (value.getZone() instanceof ZoneOffset) {
            return value.getOffset().equals(ZoneOffset.UTC) ? "UTC" : DateTimeFormatter.ofPattern("xx", Locale.ROOT).format(value);
        }
        var name = ZONE.format(value);
        return name.matches("[A-Z]{3,5}") ? name : OFFSET.format(value);
    }
}
