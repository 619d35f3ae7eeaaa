package dev.skerry.kube.node;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * A line of a container's log as the runtime writes it (CRI logging): time, stream, {@code F} for a full line or {@code P} for a
 * part of one, text.
 *
 * @param time as written, RFC 3339 with nanoseconds
 */
record LogLines(String time, boolean whole, String text) {

    static Optional<LogLines> parse(String line) {
        var first = line.indexOf(' ');
        var second = line.indexOf(' ', first + 1);
        var third = line.indexOf(' ', second + 1);
        if (first < 0 || second < 0) {
            return Optional.empty();
        }
        var tag = third < 0 ? line.substring(second + 1) : line.substring(second + 1, third);
        return Optional.of(new LogLines(line.substring(0, first), !tag.startsWith("P"), third < 0 ? "" : line.substring(third + 1)));
    }

    boolean since(Instant from) {
        try {
            return !java.time.OffsetDateTime.parse(time).toInstant().isBefore(from);
        } catch (DateTimeParseException e) {
            return true;
        }
    }

    /** The texts of whole lines; the first, perhaps cut, line is left out if it cannot be read. */
    static String texts(String lines) {
        var text = new StringBuilder();
        for (var line : lines.split("\n", -1)) {
            parse(line).ifPresent(l -> text.append(l.text()).append(l.whole() ? "\n" : ""));
        }
        return text.toString();
    }
}
