package dev.skerry.streams.functions;

import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Values in the files of cases: JSON, in which 3 is an integer and 3.0 a float, and besides {@code NaN}, {@code Inf}, {@code -Inf},
 * {@code t"2026-11-25T12:00Z"}, {@code d"PT1H"} and {@code x"0aff"}. Rows are kept apart by semicolons.
 */
final class CaseText {

    private final String text;
    private int at;

    private CaseText(String text) {
        this.text = text;
    }

    /** Rows of values, such as {@code 1, "a"; 2, "b"}. */
    static List<Object[]> rows(String text) {
        var reader = new CaseText(text);
        var rows = new ArrayList<Object[]>();
        var row = new ArrayList<Object>();
        while (true) {
            reader.blanks();
            if (reader.at < text.length() && text.charAt(reader.at) != ';') {
                row.add(reader.value());
                reader.blanks();
            }
            var next = reader.at < text.length() ? text.charAt(reader.at++) : 0;
            if (next != ',') {
                rows.add(row.toArray());
                row = new ArrayList<>();
                if (next == 0) {
                    return rows;
                }
            }
        }
    }

    private Object value() {
        var c = text.charAt(at);
        if (c == '"') {
            return string();
        }
        if (c == '[' || c == '{') {
            return c == '[' ? list() : object();
        }
        if ("tdx".indexOf(c) >= 0 && text.startsWith("\"", at + 1)) {
            at++;
            var inner = string();
            return c == 't' ? ZonedDateTime.parse(inner) : c == 'd' ? Duration.parse(inner) : HexFormat.of().parseHex(inner);
        }
        var start = at;
        while (at < text.length() && ",;]} ".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        var word = text.substring(start, at);
        return switch (word) {
            case "null" -> null;
            case "true" -> true;
            case "false" -> false;
            case "NaN" -> Double.NaN;
            case "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> word.matches("-?\\d+") ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
        };
    }

    private String string() {
        var start = at++;
        while (text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
        return (String) JsonText.parse(text.substring(start, at));
    }

    private Object list() {
        var list = new ArrayList<Object>();
        at++;
        blanks();
        while (text.charAt(at) != ']') {
            list.add(value());
            comma();
        }
        at++;
        return list;
    }

    private Object object() {
        var object = new LinkedHashMap<String, Object>();
        at++;
        blanks();
        while (text.charAt(at) != '}') {
            var key = string();
            blanks();
            at++;
            blanks();
            object.put(key, value());
            comma();
        }
        at++;
        return object;
    }

    private void comma() {
        blanks();
        if (text.charAt(at) == ',') {
            at++;
        }
        blanks();
    }

    private void blanks() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }

    /** A value as {@link #rows} reads it. */
    static String of(Object value) {
        return switch (value) {
            case null -> "null";
            case Double v when v.isNaN() -> "NaN";
            case Double v when v.isInfinite() -> v > 0 ? "Inf" : "-Inf";
            case String v -> JsonText.of(v).replace("\\u003c", "<").replace("\\u003e", ">").replace("\\u0026", "&");
            case ZonedDateTime v -> "t\"" + v + "\"";
            case Duration v -> "d\"" + v + "\"";
            case byte[] v -> "x\"" + HexFormat.of().formatHex(v) + "\"";
            case List<?> v -> "[" + String.join(", ", v.stream().map(CaseText::of).toList()) + "]";
            case Map<?, ?> v -> "{" + String.join(", ", new TreeMap<>(v).entrySet().stream().map(e -> of(e.getKey()) + ": " + of(e.getValue())).toList()) + "}";
            default -> value.toString();
        };
    }
}
