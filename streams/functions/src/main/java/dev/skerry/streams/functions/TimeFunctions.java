package dev.skerry.streams.functions;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Dates and times. A date-time argument may also be epoch milliseconds or a text. */
final class TimeFunctions {

    private static final String TEXT = "text";
    private static final TimeFormat ANY = TimeFormat.of("");
    private static final TimeFormat DATE = TimeFormat.of("yyyy-MM-dd");
    private static final TimeFormat SECONDS = TimeFormat.of("yyyy-MM-dd HH:mm:ss");

    private TimeFunctions() {}

    static void addTo(Catalogue to) {
        to.scalar("now([places])", TEXT, "the present date and time, with so many places of the second", TimeFunctions::checkPlaces, NullRule.PASS,
                (args, call) -> present(args, call, "yyyy-MM-dd HH:mm:ss"));
        to.alias("current_timestamp", "now");
        to.alias("local_time", "now");
        to.alias("local_timestamp", "now");
        to.scalar("cur_date()", TEXT, "the present date", Checks.exactly(0), NullRule.PASS, (args, call) -> DATE.format(present(call)));
        to.alias("current_date", "cur_date");
        to.scalar("cur_time([places])", TEXT, "the present time of day, with so many places of the second", TimeFunctions::checkPlaces, NullRule.PASS,
                (args, call) -> present(args, call, "HH:mm:ss"));
        to.alias("current_time", "cur_time");
        to.scalar("tstamp()", "integer", "the present instant, in epoch milliseconds", Checks.exactly(0), NullRule.PASS, (args, call) -> call.now());

        to.scalar("format_time(time, pattern)", TEXT, "the time as the pattern has it", Checks.all(Checks.exactly(2), Checks.time(0), Checks.text(1)), NullRule.NULL,
                (args, call) -> TimeFormat.of(Printed.of(args[1])).format(time(args[0], call)));
        to.scalar("date_calc(time, length)", TEXT, "the time moved by a length such as 1h30m or -2s", Checks.all(Checks.exactly(2), Checks.time(0), Checks.literalText(1)),
                NullRule.PASS, (args, call) -> SECONDS.format(time(args[0], call).plus(moved(Printed.of(args[1])))));
        to.scalar("date_diff(from, to)", "duration", "the time from one to the other", Checks.all(Checks.exactly(2), Checks.time(0), TimeFunctions::secondTime), NullRule.PASS,
                (args, call) -> between(time(args[0], call), time(args[1], call)));
        to.scalar("convert_tz(time, zone)", "date-time", "the same instant in another zone", Checks.all(Checks.exactly(2), Checks.time(0), Checks.text(1)), NullRule.NULL,
                (args, call) -> time(args[0], call).withZoneSameInstant(zone(Printed.of(args[1]))));
        to.scalar("to_seconds(time)", "integer", "the time in epoch seconds", Checks.exactly(1), NullRule.NULL, (args, call) -> time(args[0], call).toEpochSecond());
        to.scalar("from_unix_time(seconds)", TEXT, "date and time of epoch seconds", fromNumber(), NullRule.NULL,
                (args, call) -> fromSeconds(args[0], call, to.asEkuiper()));
        to.pure("from_days(days)", TEXT, "the date of a day counted from 1970-01-01, which is 1", fromNumber(), NullRule.NULL,
                args -> fromDays(args[0], to.asEkuiper()));
        to.scalar("last_day(time)", TEXT, "the date of the last day of the month", Checks.ONE_TIME, NullRule.PASS,
                (args, call) -> DATE.format(time(args[0], call).with(TemporalAdjusters.lastDayOfMonth())));

        part(to, "day_name", TEXT, "the day of the week in English", time -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH));
        part(to, "day_of_month", "integer", "the day of the month, from 1", time -> (long) time.getDayOfMonth());
        to.alias("day", "day_of_month");
        part(to, "day_of_week", "integer", "the day of the week, Sunday is 0", time -> time.getDayOfWeek().getValue() % 7L);
        part(to, "day_of_year", "integer", "the day of the year, from 1", time -> (long) time.getDayOfYear());
        part(to, "hour", "integer", "the hour of the day", time -> (long) time.getHour());
        part(to, "microsecond", "integer", "the microsecond of the second", time -> time.getNano() / 1000L);
        part(to, "minute", "integer", "the minute of the hour", time -> (long) time.getMinute());
        part(to, "month", "integer", "the month of the year, from 1", time -> (long) time.getMonthValue());
        part(to, "month_name", TEXT, "the month in English", time -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH));
        part(to, "second", "integer", "the second of the minute", time -> (long) time.getSecond());
        part(to, "year", "integer", "the year", time -> (long) time.getYear());
    }

    private interface Part {
        Object of(ZonedDateTime time);
    }

    private static void part(Catalogue to, String name, String result, String summary, Part part) {
        to.scalar(name + "(time)", result, summary, Checks.ONE_TIME, NullRule.PASS, (args, call) -> part.of(time(args[0], call)));
    }

    private static ZonedDateTime time(@Nullable Object value, Call call) {
        return ANY.timeOf(value, call.zone(), call.now());
    }

    private static ZonedDateTime present(Call call) {
        return Instant.ofEpochMilli(call.now()).atZone(call.zone());
    }

    private static Object present(@Nullable Object[] args, Call call, String pattern) {
        var places = args.length == 0 ? 0 : Values.wholeNumber(args[0]);
        return TimeFormat.of(places >= 1 && places <= 6 ? pattern + "S".repeat((int) places) : pattern).format(present(call));
    }

    private static @Nullable String checkPlaces(java.util.List<Argument> args) {
        if (args.size() > 1) {
            return "too many arguments";
        }
        return args.size() == 1 && !args.getFirst().is(Argument.Shape.INTEGER) ? Checks.wrongType(0, "int") : null;
    }

    private static @Nullable String secondTime(java.util.List<Argument> args) {
        return Checks.time(1).problem(args) == null ? null : Checks.wrongType(0, "datetime");
    }

    private static Check fromNumber() {
        // As eKuiper: a literal is refused, whatever it is.
        return Checks.all(Checks.exactly(1), Checks.refuse(0, "int", Argument.Shape.INTEGER, Argument.Shape.FLOAT, Argument.Shape.STRING, Argument.Shape.BOOLEAN));
    }

    /** At most what nanoseconds can count, which is 292 years. */
    private static Duration between(ZonedDateTime from, ZonedDateTime to) {
        var exact = Duration.between(from, to);
        var most = Duration.ofNanos(Long.MAX_VALUE);
        return exact.abs().compareTo(most) <= 0 ? exact : exact.isNegative() ? most.negated() : most;
    }

    private static Duration moved(String text) {
        return text.startsWith("-") ? TimeFormat.duration(text.substring(1)).negated() : TimeFormat.duration(text);
    }

    private static ZoneId zone(String name) {
        try {
            return name.isEmpty() || name.equals("UTC") ? ZoneId.of("UTC") : ZoneId.of(name);
        } catch (java.time.DateTimeException e) {
            throw new FunctionException("unknown time zone " + name);
        }
    }

    /** For eKuiper 0 is no time. */
    private static @Nullable Object fromSeconds(@Nullable Object value, Call call, boolean zeroIsNone) {
        var seconds = Values.wholeNumber(value);
        return seconds == 0 && zeroIsNone ? null : SECONDS.format(instant(seconds).atZone(call.zone()));
    }

    private static Instant instant(long seconds) {
        var last = LocalDate.of(9999, 12, 31).toEpochDay() * 86_400;
        if (seconds < -last || seconds > last) {
            throw new FunctionException("from_unix_time: " + seconds + " (expected: seconds up to the year 9999)");
        }
        return Instant.ofEpochSecond(seconds);
    }

    private static @Nullable Object fromDays(@Nullable Object value, boolean zeroIsNone) {
        var days = Values.wholeNumber(value);
        if (days == 0 && zeroIsNone) {
            return null;
        }
        var last = LocalDate.of(9999, 12, 31).toEpochDay();
        if (days < -last || days > last) {
            throw new FunctionException("from_days: " + days + " (expected: days up to the year 9999)");
        }
        return LocalDate.ofEpochDay(days - 1).toString();
    }
}
