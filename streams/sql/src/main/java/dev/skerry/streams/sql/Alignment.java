package dev.skerry.streams.sql;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;

/** When windows end: aligned within the next larger unit, as eKuiper does it. */
final class Alignment {

    private Alignment() {}

    static long millis(String unit) {
        return switch (unit) {
            case "dd" -> 86_400_000L;
            case "hh" -> 3_600_000L;
            case "mi" -> 60_000L;
            case "ss" -> 1_000L;
            default -> 1L;
        };
    }

    /**
     * The first end after {@code now} of a window that ends every {@code every} units.
     *
     * @param asEkuiper a window that would begin exactly {@code every} units after the larger unit ends there instead
     */
    static long firstEnd(String unit, long every, long now, ZoneId zone, boolean asEkuiper) {
        var at = Instant.ofEpochMilli(now).atZone(zone);
        if (unit.equals("dd")) {
            return millis(at.truncatedTo(ChronoUnit.DAYS).plusDays(every));
        }
        var base = switch (unit) {
            case "hh" -> at.truncatedTo(ChronoUnit.DAYS);
            case "mi" -> at.truncatedTo(ChronoUnit.HOURS);
            case "ss" -> at.truncatedTo(ChronoUnit.MINUTES);
            default -> at.truncatedTo(ChronoUnit.SECONDS);
        };
        long part = switch (unit) {
            case "hh" -> at.getHour();
            case "mi" -> at.getMinute();
            case "ss" -> at.getSecond();
            default -> at.getNano() / 1_000_000;
        };
        long gap = asEkuiper && part <= every ? every : every * (part / every + 1);
        return millis(base) + gap * millis(unit);
    }

    private static long millis(ZonedDateTime time) {
        return time.toInstant().toEpochMilli();
    }
}
