package dev.skerry.streams;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/** When the first tumbling window ends: aligned within the next larger unit, as eKuiper does it. */
final class Tumbling {

    static final Set<String> UNITS = Set.of("dd", "hh", "mi", "ss", "ms");

    private Tumbling() {}

    static long millis(String unit, long length) {
        return length * switch (unit) {
            case "dd" -> 86_400_000L;
            case "hh" -> 3_600_000L;
            case "mi" -> 60_000L;
            case "ss" -> 1_000L;
            default -> 1L;
        };
    }

    static long firstEnd(String unit, long length, Instant now, ZoneId zone) {
        var at = now.atZone(zone);
        var base = switch (unit) {
            case "dd", "hh" -> at.truncatedTo(ChronoUnit.DAYS);
            case "mi" -> at.truncatedTo(ChronoUnit.HOURS);
            case "ss" -> at.truncatedTo(ChronoUnit.MINUTES);
            default -> at.truncatedTo(ChronoUnit.SECONDS);
        };
        long start = base.toInstant().toEpochMilli();
        long span = millis(unit, length);
        if (unit.equals("dd")) {
            return base.plusDays(length).toInstant().toEpochMilli();
        }
        return start + span * ((now.toEpochMilli() - start) / span + 1);
    }
}
