package dev.skerry.kube.schema;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What is wrong with a schedule in cron's five fields or one of its names. */
final class CronSchedule {
    private static final Map<String, Integer> MONTHS = Map.ofEntries(Map.entry("jan", 1), Map.entry("feb", 2), Map.entry("mar", 3), Map.entry("apr", 4), Map.entry("may", 5),
            Map.entry("jun", 6), Map.entry("jul", 7), Map.entry("aug", 8), Map.entry("sep", 9), Map.entry("oct", 10), Map.entry("nov", 11), Map.entry("dec", 12));
    private static final Map<String, Integer> DAYS = Map.of("sun", 0, "mon", 1, "tue", 2, "wed", 3, "thu", 4, "fri", 5, "sat", 6);
    private static final List<Field> FIELDS = List.of(new Field(0, 59, Map.of()), new Field(0, 23, Map.of()), new Field(1, 31, Map.of()), new Field(1, 12, MONTHS),
            new Field(0, 6, DAYS));

    private record Field(int least, int most, Map<String, Integer> names) {}

    private static final class MalformedFieldException extends Exception {
        private static final long serialVersionUID = 1;

        MalformedFieldException(String message) {
            super(message);
        }
    }

    private CronSchedule() {}

    static Optional<String> fault(String schedule) {
        String spec = schedule;
        if (spec.startsWith("TZ=") || spec.startsWith("CRON_TZ=")) {
            int space = spec.indexOf(' ');
            if (space < 0) {
                return Optional.of("provided bad location : unknown time zone ");
            }
            spec = spec.substring(space).strip();
        }
        if (spec.startsWith("@")) {
            return descriptor(spec);
        }
        List<String> fields = List.of(spec.strip().split("\\s+"));
        if (fields.size() != FIELDS.size()) {
            return Optional.of("expected exactly 5 fields, found " + fields.size() + ": [" + String.join(" ", fields) + "]");
        }
        for (int i = 0; i < fields.size(); i++) {
            for (String part : fields.get(i).split(",")) {
                try {
                    if (!part.isEmpty()) {
                        range(part, FIELDS.get(i));
                    }
                } catch (MalformedFieldException e) {
                    return Optional.ofNullable(e.getMessage());
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> descriptor(String spec) {
        if (List.of("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly").contains(spec)) {
            return Optional.empty();
        }
        if (spec.startsWith("@every ")) {
            String duration = spec.substring("@every ".length());
            return duration.matches("[+-]?(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|ms|s|m|h))+|0") ? Optional.empty()
                    : Optional.of("failed to parse duration " + spec + ": time: invalid duration " + Names.quote(duration));
        }
        return Optional.of("unrecognized descriptor: " + spec);
    }

    private static void range(String text, Field field) throws MalformedFieldException {
        String[] parts = text.split("/", -1);
        String[] ends = parts[0].split("-", -1);
        boolean single = ends.length == 1;
        long start = field.least();
        long end = field.most();
        if (!ends[0].equals("*") && !ends[0].equals("?")) {
            start = number(ends[0], field);
            end = start;
            if (ends.length == 2) {
                end = number(ends[1], field);
            } else if (ends.length > 2) {
                throw new MalformedFieldException("too many hyphens: " + text);
            }
        }
        long step = 1;
        if (parts.length == 2) {
            step = whole(parts[1]);
            if (single) {
                end = field.most();
            }
        } else if (parts.length > 2) {
            throw new MalformedFieldException("too many slashes: " + text);
        }
        if (start < field.least()) {
            throw new MalformedFieldException("beginning of range (" + start + ") below minimum (" + field.least() + "): " + text);
        }
        if (end > field.most()) {
            throw new MalformedFieldException("end of range (" + end + ") above maximum (" + field.most() + "): " + text);
        }
        if (start > end) {
            throw new MalformedFieldException("beginning of range (" + start + ") beyond end of range (" + end + "): " + text);
        }
        if (step == 0) {
            throw new MalformedFieldException("step of range should be a positive number: " + text);
        }
    }

    private static long number(String text, Field field) throws MalformedFieldException {
        Integer named = field.names().get(text.toLowerCase(Locale.ROOT));
        return named == null ? whole(text) : named;
    }

    private static long whole(String text) throws MalformedFieldException {
        if (!text.matches("[+-]?[0-9]{1,18}")) {
            throw new MalformedFieldException("failed to parse int from " + text + ": strconv.Atoi: parsing " + Names.quote(text) + ": invalid syntax");
        }
        long number = Long.parseLong(text);
        if (number < 0) {
            throw new MalformedFieldException("negative number (" + number + ") not allowed: " + text);
        }
        return number;
    }
}
