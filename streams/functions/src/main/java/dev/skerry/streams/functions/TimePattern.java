package dev.skerry.streams.functions;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a date-time looks as text, written as a layout of Go: the text that the instant 2006-01-02 15:04:05 would have. eKuiper's patterns are
 * turned into one of these, so that both know the same fields.
 */
final class TimePattern {

    private static final Pattern FIELD = Pattern.compile(
            "January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|Z07:00|Z0700|Z07|-07:00|-0700|-07|002|0[1-6]|15|PM|pm|_2|[12345]|[.,](?:0+|9+)(?!\\d)");

    private final String text;
    private final List<Part> parts;

    /** A piece of the layout: a field, or text that stands for itself. */
    private record Part(String text, boolean isField) {}

    private TimePattern(String text, List<Part> parts) {
        this.text = text;
        this.parts = parts;
    }

    static TimePattern ofLayout(String layout) {
        var parts = new ArrayList<Part>();
        var fields = FIELD.matcher(layout);
        var end = 0;
        while (fields.find()) {
            if (fields.start() > end) {
                parts.add(new Part(layout.substring(end, fields.start()), false));
            }
            parts.add(new Part(fields.group(), true));
            end = fields.end();
        }
        if (end < layout.length()) {
            parts.add(new Part(layout.substring(end), false));
        }
        return new TimePattern(layout, parts);
    }

    String format(ZonedDateTime time) {
        var out = new StringBuilder();
        for (var part : parts) {
            if (part.isField()) {
                TimeFields.write(part.text(), time, out);
            } else {
                out.append(part.text());
            }
        }
        return out.toString();
    }

    /** The time that the text tells, or null if it looks otherwise. A part of the date that the pattern lacks is 1, a year is 0. */
    @Nullable ZonedDateTime parse(String value, ZoneId zone) {
        var fields = new TimeFields();
        var at = 0;
        for (var i = 0; i < parts.size() && at >= 0; i++) {
            var part = parts.get(i);
            at = part.isField() ? fields.read(part.text(), value, at, nextIsFraction(i)) : skip(value, at, part.text());
        }
        if (at != value.length()) {
            return null;
        }
        try {
            return fields.time(zone);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private boolean nextIsFraction(int index) {
        return index + 1 < parts.size() && parts.get(index + 1).isField() && parts.get(index + 1).text().matches("[.,][09]+");
    }

    /** Blanks stand for any number of blanks. */
    private static int skip(String value, int from, String literal) {
        var at = from;
        for (var i = 0; i < literal.length(); i++) {
            if (literal.charAt(i) == ' ') {
                if (at < value.length() && value.charAt(at) != ' ') {
                    return -1;
                }
                while (at < value.length() && value.charAt(at) == ' ') {
                    at++;
                }
                while (i + 1 < literal.length() && literal.charAt(i + 1) == ' ') {
                    i++;
                }
            } else if (at < value.length() && value.charAt(at) == literal.charAt(i)) {
                at++;
            } else {
                return -1;
            }
        }
        return at;
    }

    /** In the zone if it has that offset at that moment, so that its rules go on to apply. */
    static ZonedDateTime placed(LocalDateTime local, @Nullable ZoneOffset offset, ZoneId zone) {
        if (offset == null) {
            return local.atZone(zone);
        }
        return zone.getRules().getValidOffsets(local).contains(offset) ? ZonedDateTime.ofLocal(local, zone, offset) : local.atZone(offset);
    }

    @Override
    public String toString() {
        return text;
    }
}
