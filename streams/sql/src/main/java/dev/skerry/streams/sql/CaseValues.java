package dev.skerry.streams.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The values of case files: JSON in which a number without a point is an integer and some objects stand for other types. */
final class CaseValues {

    private static final double TOLERANCE = 1e-12;

    private CaseValues() {}

    static @Nullable Object of(@Nullable JsonNode node) {
        if (node == null || node.isNull() || node.isMissingNode()) {
            return null;
        }
        if (node.isTextual()) {
            return node.textValue();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isIntegralNumber()) {
            return node.canConvertToLong() ? (Object) node.longValue() : node.doubleValue();
        }
        if (node.isNumber()) {
            return node.doubleValue();
        }
        if (node.isArray()) {
            var list = new ArrayList<@Nullable Object>();
            node.forEach(e -> list.add(of(e)));
            return list;
        }
        var other = special(node);
        return other != null ? other : row(node);
    }

    private static @Nullable Object special(JsonNode node) {
        if (node.has("bytes") && node.size() == 1) {
            return Base64.getDecoder().decode(node.get("bytes").textValue());
        }
        if (node.has("durationMs") && node.size() == 1) {
            return Duration.ofMillis(node.get("durationMs").longValue());
        }
        if (node.has("float") && node.size() == 1 && node.get("float").isTextual()) {
            return switch (node.get("float").textValue()) {
                case "NaN" -> Double.NaN;
                case "-Inf" -> Double.NEGATIVE_INFINITY;
                default -> Double.POSITIVE_INFINITY;
            };
        }
        if (node.has("time") && node.get("time").isIntegralNumber() && node.size() == 1 + (node.has("zone") ? 1 : 0) + (node.has("ns") ? 1 : 0)) {
            var zone = node.has("zone") ? ZoneId.of(node.get("zone").textValue()) : ZoneId.of("UTC");
            return Instant.ofEpochMilli(node.get("time").longValue()).plusNanos(node.path("ns").longValue()).atZone(zone);
        }
        return null;
    }

    static Map<String, @Nullable Object> row(@Nullable JsonNode node) {
        var row = new LinkedHashMap<String, @Nullable Object>();
        if (node != null) {
            node.properties().forEach(e -> row.put(e.getKey(), of(e.getValue())));
        }
        return row;
    }

    static List<@Nullable Object> list(@Nullable JsonNode node) {
        var all = new ArrayList<@Nullable Object>();
        if (node != null) {
            node.forEach(e -> all.add(of(e)));
        }
        return all;
    }

    /** Whether the two are the same; integers and floats are told apart, floats may differ in the last digits. */
    static boolean same(@Nullable Object expected, @Nullable Object got) {
        if (expected instanceof Double a && got instanceof Double b) {
            return a.equals(b) || a == 0 && b == 0 || Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
        }
        if (expected instanceof ZonedDateTime a && got instanceof ZonedDateTime b) {
            return a.toInstant().equals(b.toInstant());
        }
        if (expected instanceof byte[] a && got instanceof byte[] b) {
            return Arrays.equals(a, b);
        }
        if (expected instanceof List<?> a && got instanceof List<?> b) {
            if (a.size() != b.size()) {
                return false;
            }
            for (int i = 0; i < a.size(); i++) {
                if (!same(a.get(i), b.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (expected instanceof Map<?, ?> a && got instanceof Map<?, ?> b) {
            return a.keySet().equals(b.keySet()) && a.keySet().stream().allMatch(k -> same(a.get(k), b.get(k)));
        }
        return Objects.equals(expected, got);
    }

    /** The same in any order. */
    static boolean sameUnordered(List<?> expected, List<?> got) {
        if (expected.size() != got.size()) {
            return false;
        }
        var left = new ArrayList<@Nullable Object>(got);
        for (var e : expected) {
            int at = -1;
            for (int i = 0; i < left.size() && at < 0; i++) {
                at = same(e, left.get(i)) ? i : -1;
            }
            if (at < 0) {
                return false;
            }
            left.remove(at);
        }
        return true;
    }

    /** A value as a reader of a failure sees it. */
    static String show(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String s -> "\"" + s + "\"";
            case byte[] b -> "bytes" + Arrays.toString(b);
            case List<?> l -> {
                var parts = new ArrayList<String>();
                l.forEach(e -> parts.add(show(e)));
                yield "[" + String.join(", ", parts) + "]";
            }
            case Map<?, ?> m -> {
                var parts = new ArrayList<String>();
                m.forEach((k, v) -> parts.add(k + ": " + show(v)));
                yield "{" + String.join(", ", parts) + "}";
            }
            default -> value.toString();
        };
    }
}
