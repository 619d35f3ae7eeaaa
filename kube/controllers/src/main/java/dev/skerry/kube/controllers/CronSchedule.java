package dev.skerry.kube.controllers;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** When a CronJob is due: five fields of the Vixie kind, the usual words for them, or {@code @every 1h}. Pure. */
final class CronSchedule {

    private static final Map<String, String> WORDS = Map.of(
            "@yearly", "0 0 1 1 *", "@annually", "0 0 1 1 *", "@monthly", "0 0 1 * *", "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *", "@midnight", "0 0 * * *", "@hourly", "0 * * * *");
    private static final List<String> MONTHS = List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
    private static final int YEARS_AHEAD = 5;

    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet daysOfMonth;
    private final BitSet months;
    private final BitSet daysOfWeek;
    private final boolean anyDay;
    private final Optional<Duration> every;
    private final ZoneId zone;

    /** @throws IllegalArgumentException if the text is no schedule, or the zone is unknown */
    CronSchedule(String text, Optional<String> zoneName) {
        var rest = text.strip();
        var place = zoneName.orElse("UTC");
        if (rest.startsWith("TZ=") || rest.startsWith("CRON_TZ=")) {
            var end = rest.indexOf(' ');
            place = rest.substring(rest.indexOf('=') + 1, end < 0 ? rest.length() : end);
            rest = end < 0 ? "" : rest.substring(end).strip();
        }
        try {
            zone = ZoneId.of(place);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("unknown time zone " + place, e);
        }
        every = rest.startsWith("@every ") ? Optional.of(goDuration(rest.substring("@every ".length()).strip())) : Optional.empty();
        var known = WORDS.get(rest.toLowerCase(Locale.ROOT));
        var fields = (every.isPresent() ? "* * * * *" : known == null ? rest : known).split("\\s+");
        if (fields.length != 5) {
            throw new IllegalArgumentException("expected exactly 5 fields, found " + fields.length + ": [" + text + "]");
        }
        minutes = field(fields[0], 0, 59, List.of());
        hours = field(fields[1], 0, 23, List.of());
        daysOfMonth = field(fields[2], 1, 31, List.of());
        months = field(fields[3], 1, 12, MONTHS);
        daysOfWeek = field(fields[4], 0, 6, DAYS);
        anyDay = star(fields[2]) || star(fields[4]);
    }

    private static boolean star(String field) {
        return field.startsWith("*") || field.startsWith("?");
    }

    private static Duration goDuration(String text) {
        if (!text.matches("([0-9]+h)?([0-9]+m)?([0-9]+s)?") || text.isEmpty()) {
            throw new IllegalArgumentException("failed to parse duration @every " + text);
        }
        var duration = Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
        return duration.toSeconds() < 1 ? Duration.ofSeconds(1) : duration;
    }

    private static BitSet field(String text, int least, int most, List<String> names) {
        var set = new BitSet();
        for (var part : text.split(",", -1)) {
            var halves = part.split("/", -1);
            if (halves.length > 2) {
                throw new IllegalArgumentException("too many slashes: " + part);
            }
            var ends = halves[0].split("-", -1);
            var all = star(halves[0]);
            var from = all ? least : number(ends[0], least, names);
            var to = all ? most : ends.length > 1 ? number(ends[1], least, names) : halves.length > 1 ? most : from;
            var step = halves.length > 1 ? number(halves[1], 0, List.of()) : 1;
            if (from < least || to > most || from > to || step < 1 || ends.length > 2) {
                throw new IllegalArgumentException(part + " (expected: " + least + "-" + most + ")");
            }
            for (int i = from; i <= to; i += step) {
                set.set(i);
            }
        }
        return set;
    }

    private static int number(String text, int least, List<String> names) {
        var named = names.indexOf(text.toLowerCase(Locale.ROOT));
        if (named >= 0) {
            return named + least;
        }
        if (!text.matches("[0-9]{1,4}")) {
            throw new IllegalArgumentException("failed to parse int from " + text);
        }
        return Integer.parseInt(text);
    }

    ZoneId zone() {
        return zone;
    }

    /** The first time after this one; empty if there is none within five years. */
    Optional<Instant> after(Instant instant) {
        if (every.isPresent()) {
            return Optional.of(instant.truncatedTo(ChronoUnit.SECONDS).plus(every.get()));
        }
        var time = instant.atZone(zone).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        var end = time.plusYears(YEARS_AHEAD);
        while (time.isBefore(end)) {
            if (!months.get(time.getMonthValue())) {
                time = start(time.withDayOfMonth(1).plusMonths(1));
            } else if (!day(time)) {
                time = start(time.plusDays(1));
            } else if (!hours.get(time.getHour())) {
                time = time.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!minutes.get(time.getMinute())) {
                time = time.plusMinutes(1);
            } else {
                return Optional.of(time.toInstant());
            }
        }
        return Optional.empty();
    }

    private ZonedDateTime start(ZonedDateTime day) {
        return day.toLocalDate().atStartOfDay(zone);
    }

    /** Where both kinds of day are limited, either will do. */
    private boolean day(ZonedDateTime time) {
        var month = daysOfMonth.get(time.getDayOfMonth());
        var week = daysOfWeek.get(time.getDayOfWeek().getValue() % 7);
        return anyDay ? month && week : month || week;
    }
}
