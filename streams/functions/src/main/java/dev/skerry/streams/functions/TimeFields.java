package dev.skerry.streams.functions;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The fields of a date-time as Go's layouts name them: written one by one, and read one by one. */
final class TimeFields {

    private static final List<String> MONTHS =
            List.of("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December");
    private static final List<String> DAYS = List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");

    private int year;
    private int month = 1;
    private int day = 1;
    private int hour;
    private int minute;
    private int second;
    private int nano;
    private @Nullable Boolean afternoon;
    private @Nullable ZoneOffset offset;

    static void write(String field, ZonedDateTime time, StringBuilder out) {
        switch (field) {
            case "2006" -> out.append("%04d".formatted(time.getYear()));
            case "06" -> two(out, Math.floorMod(time.getYear(), 100));
            case "January" -> out.append(time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH));
            case "Jan" -> out.append(time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH), 0, 3);
            case "01" -> two(out, time.getMonthValue());
            case "1" -> out.append(time.getMonthValue());
            case "Monday" -> out.append(time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH));
            case "Mon" -> out.append(time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH), 0, 3);
            case "02" -> two(out, time.getDayOfMonth());
            case "_2" -> out.append(time.getDayOfMonth() < 10 ? " " : "").append(time.getDayOfMonth());
            case "2" -> out.append(time.getDayOfMonth());
            case "002" -> out.append("%03d".formatted(time.getDayOfYear()));
            case "15" -> two(out, time.getHour());
            case "03" -> two(out, twelve(time.getHour()));
            case "3" -> out.append(twelve(time.getHour()));
            case "04" -> two(out, time.getMinute());
            case "4" -> out.append(time.getMinute());
            case "05" -> two(out, time.getSecond());
            case "5" -> out.append(time.getSecond());
            case "PM" -> out.append(time.getHour() >= 12 ? "PM" : "AM");
            case "pm" -> out.append(time.getHour() >= 12 ? "pm" : "am");
            case "MST" -> out.append(TimeFormat.zoneName(time));
            case "-07", "-0700", "-07:00", "Z07", "Z0700", "Z07:00" -> offset(field, time.getOffset(), out);
            default -> fraction(field, time.getNano(), out);
        }
    }

    private static void two(StringBuilder out, int value) {
        out.append(value < 10 ? "0" : "").append(value);
    }

    private static int twelve(int hour) {
        return hour % 12 == 0 ? 12 : hour % 12;
    }

    private static void offset(String field, ZoneOffset offset, StringBuilder out) {
        if (field.startsWith("Z") && offset.equals(ZoneOffset.UTC)) {
            out.append('Z');
            return;
        }
        var minutes = Math.abs(offset.getTotalSeconds()) / 60;
        out.append(offset.getTotalSeconds() < 0 ? '-' : '+');
        two(out, minutes / 60);
        if (field.length() > 3) {
            out.append(field.contains(":") ? ":" : "");
            two(out, minutes % 60);
        }
    }

    private static void fraction(String field, int nano, StringBuilder out) {
        var places = field.length() - 1;
        var digits = "%09d".formatted(nano) + "0".repeat(Math.max(0, places - 9));
        var text = digits.substring(0, places);
        if (field.charAt(1) == '9') {
            text = text.replaceAll("0+$", "");
        }
        if (!text.isEmpty() || field.charAt(1) == '0') {
            out.append(field.charAt(0)).append(text);
        }
    }

    /** Takes one field from the text; where the text goes on, or -1 if it does not fit. */
    int read(String field, String value, int at, boolean fractionFollows) {
        return switch (field) {
            case "2006" -> number(value, at, 4, 4, v -> year = v);
            case "06" -> number(value, at, 2, 2, v -> year = v >= 69 ? 1900 + v : 2000 + v);
            case "January" -> name(value, at, MONTHS, false, v -> month = v);
            case "Jan" -> name(value, at, MONTHS, true, v -> month = v);
            case "01" -> number(value, at, 2, 2, v -> month = v);
            case "1" -> number(value, at, 1, 2, v -> month = v);
            case "Monday" -> name(value, at, DAYS, false, v -> {});
            case "Mon" -> name(value, at, DAYS, true, v -> {});
            case "02" -> number(value, at, 2, 2, v -> day = v);
            case "_2" -> number(value, at < value.length() && value.charAt(at) == ' ' ? at + 1 : at, 1, 2, v -> day = v);
            case "2" -> number(value, at, 1, 2, v -> day = v);
            case "15" -> number(value, at, 1, 2, v -> hour = v);
            case "03" -> number(value, at, 2, 2, v -> hour = v);
            case "3" -> number(value, at, 1, 2, v -> hour = v);
            case "04" -> number(value, at, 2, 2, v -> minute = v);
            case "4" -> number(value, at, 1, 2, v -> minute = v);
            case "05" -> seconds(value, number(value, at, 2, 2, v -> second = v), fractionFollows);
            case "5" -> seconds(value, number(value, at, 1, 2, v -> second = v), fractionFollows);
            case "PM", "pm" -> amPm(value, at);
            case "MST" -> zoneName(value, at);
            case "-07", "-0700", "-07:00", "Z07", "Z0700", "Z07:00" -> offset(field, value, at);
            case "002" -> -1;
            default -> fraction(field, value, at);
        };
    }

    ZonedDateTime time(ZoneId zone) {
        var pm = afternoon;
        var hours = pm == null ? hour : pm ? (hour < 12 ? hour + 12 : hour) : hour == 12 ? 0 : hour;
        return TimePattern.placed(LocalDateTime.of(LocalDate.of(year, month, day), LocalTime.of(hours, minute, second, nano)), offset, zone);
    }

    private interface Setter {
        void set(int value);
    }

    private static int number(String value, int at, int least, int most, Setter setter) {
        var end = at;
        while (end < value.length() && end - at < most && value.charAt(end) >= '0' && value.charAt(end) <= '9') {
            end++;
        }
        if (at < 0 || end - at < least) {
            return -1;
        }
        setter.set(Integer.parseInt(value.substring(at, end)));
        return end;
    }

    private static int name(String value, int at, List<String> names, boolean isShort, Setter setter) {
        for (var i = 0; i < names.size(); i++) {
            var name = isShort ? names.get(i).substring(0, 3) : names.get(i);
            if (value.regionMatches(true, at, name, 0, name.length())) {
                setter.set(i + 1);
                return at + name.length();
            }
        }
        return -1;
    }

    /** A fraction may follow seconds even where the pattern has none. */
    private int seconds(String value, int at, boolean fractionFollows) {
        if (at < 0 || fractionFollows || at + 1 >= value.length() || (value.charAt(at) != '.' && value.charAt(at) != ',')
                || !Character.isDigit(value.charAt(at + 1))) {
            return at;
        }
        return digits(value, at + 1, 9);
    }

    private int fraction(String field, String value, int at) {
        var optional = field.charAt(1) == '9';
        if (at >= value.length() || (value.charAt(at) != '.' && value.charAt(at) != ',')) {
            return optional ? at : -1;
        }
        if (optional) {
            return digits(value, at + 1, 9);
        }
        var end = digits(value, at + 1, field.length() - 1);
        return end - at == field.length() ? end : -1;
    }

    private int digits(String value, int at, int most) {
        var end = at;
        var nanos = 0L;
        while (end < value.length() && end - at < most && Character.isDigit(value.charAt(end))) {
            nanos = end - at < 9 ? nanos * 10 + Character.digit(value.charAt(end), 10) : nanos;
            end++;
        }
        for (var i = end - at; i < 9; i++) {
            nanos *= 10;
        }
        nano = (int) nanos;
        return end == at ? -1 : end;
    }

    private int amPm(String value, int at) {
        if (value.regionMatches(true, at, "PM", 0, 2) || value.regionMatches(true, at, "AM", 0, 2)) {
            afternoon = Character.toUpperCase(value.charAt(at)) == 'P';
            return at + 2;
        }
        return -1;
    }

    /** A name counts as UTC unless it is an offset or the zone's own, as in Go. */
    private int zoneName(String value, int at) {
        if (value.startsWith("UTC", at)) {
            offset = ZoneOffset.UTC;
            return at + 3;
        }
        var end = at;
        while (end < value.length() && end - at < 5 && value.charAt(end) >= 'A' && value.charAt(end) <= 'Z') {
            end++;
        }
        return end - at >= 3 ? end : offset("-07", value, at);
    }

    private int offset(String field, String value, int at) {
        if (field.startsWith("Z") && at < value.length() && value.charAt(at) == 'Z') {
            offset = ZoneOffset.UTC;
            return at + 1;
        }
        var colon = field.contains(":");
        var length = field.length();
        if (at + length > value.length() || (value.charAt(at) != '+' && value.charAt(at) != '-') || colon && value.charAt(at + 3) != ':') {
            return -1;
        }
        var found = value.substring(at + 1, at + length).replace(":", "");
        if (!found.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        var minutes = Integer.parseInt(found.substring(0, 2)) * 60 + (found.length() > 2 ? Integer.parseInt(found.substring(2)) : 0);
        if (minutes > 18 * 60) {
            return -1;
        }
        offset = ZoneOffset.ofTotalSeconds((value.charAt(at) == '-' ? -60 : 60) * minutes);
        return at + length;
    }
}
