package dev.skerry.streams.functions;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Numbers as people of a locale write them. The table of signs is of CLDR 32, which eKuiper's text library carries; a language that is not in it writes
 * as English does.
 */
final class NumberFormat {

    private static final int MOST_PLACES = 100;
    private static final Pattern LOCALE = Pattern.compile("([a-zA-Z]{2,3})[-_](?:[a-zA-Z]{4}[-_])?([a-zA-Z]{2}|\\d{3})(?:[-_].*)?");

    private NumberFormat() {}

    /** How numbers are written: the digit zero, the signs, and how many digits make the groups beyond the first. */
    private record Signs(int zero, String decimal, String group, String minus, int groupSize) {}

    static Object format(@Nullable Object[] args) {
        var number = Values.isNumber(args[0]) ? Values.number(args[0]) : 0;
        var places = places(args[1]);
        if (args.length < 3) {
            return write(number, places, new Signs('0', ".", "", "-", 3));
        }
        return write(number, places, signs(Printed.of(args[2])));
    }

    /** What is no whole number counts as 0. */
    private static int places(@Nullable Object value) {
        var places = value instanceof Long || value instanceof Double v && v == Math.rint(v) && Math.abs(v) < 0x1p63 ? Values.wholeNumber(value) : 0;
        if (places < 0) {
            throw new FunctionException("the decimal places must greater or equal than 0");
        }
        if (places > MOST_PLACES) {
            throw new FunctionException("format: " + places + " decimal places (expected: 0-" + MOST_PLACES + ")");
        }
        return (int) places;
    }

    private static String write(double number, int places, Signs signs) {
        if (!Double.isFinite(number)) {
            return Double.isNaN(number) ? "NaN" : (number < 0 ? signs.minus() : "") + "∞";
        }
        var rounded = new BigDecimal(Double.toString(Math.abs(number))).setScale(places, RoundingMode.HALF_EVEN).toPlainString();
        var point = rounded.indexOf('.');
        var whole = point < 0 ? rounded : rounded.substring(0, point);
        var out = new StringBuilder(number < 0 ? signs.minus() : "");
        for (var i = 0; i < whole.length(); i++) {
            var behind = whole.length() - i;
            if (i > 0 && (behind == 3 || behind > 3 && (behind - 3) % signs.groupSize() == 0)) {
                out.append(signs.group());
            }
            out.appendCodePoint(signs.zero() + whole.charAt(i) - '0');
        }
        if (point >= 0) {
            out.append(signs.decimal());
            rounded.substring(point + 1).chars().forEach(digit -> out.appendCodePoint(signs.zero() + digit - '0'));
        }
        return out.toString();
    }

    private static Signs signs(String locale) {
        var parts = LOCALE.matcher(locale);
        if (!parts.matches() || !Table.COUNTRIES.contains(parts.group(2).toUpperCase(Locale.ROOT))) {
            throw new FunctionException("not support for the specific locale:" + locale);
        }
        var language = parts.group(1).toLowerCase(Locale.ROOT);
        var exact = Table.SIGNS.get(language + "_" + parts.group(2).toUpperCase(Locale.ROOT));
        return exact != null ? exact : Table.SIGNS.getOrDefault(language, Table.ENGLISH);
    }

    /** Read when a locale is first asked for. */
    private static final class Table {
        static final Signs ENGLISH = new Signs('0', ".", ",", "-", 3);
        static final java.util.Set<String> COUNTRIES = java.util.Set.of(Locale.getISOCountries());
        static final Map<String, Signs> SIGNS = read();

        /** A line has zero, decimal, group and minus signs as code points, the size of further groups, and the locales. */
        static Map<String, Signs> read() {
            var table = new HashMap<String, Signs>();
            try (var stream = NumberFormat.class.getResourceAsStream("number-signs.txt")) {
                if (stream == null) {
                    throw new IllegalStateException("number-signs.txt (expected: within this library)");
                }
                for (var line : new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)).lines().filter(l -> !l.startsWith("#")).toList()) {
                    var fields = line.split(" ");
                    var signs = new Signs(text(fields[0]).codePointAt(0), text(fields[1]), text(fields[2]), text(fields[3]), Integer.parseInt(fields[4]));
                    for (var i = 5; i < fields.length; i++) {
                        table.put(fields[i], signs);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return table;
        }

        private static String text(String codePoints) {
            var out = new StringBuilder();
            for (var codePoint : codePoints.split("\\+")) {
                out.appendCodePoint(Integer.parseInt(codePoint, 16));
            }
            return out.toString();
        }
    }
}
