package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Texts with a form of their own, as upstream's decoder reads them, and its words for those that it cannot read. */
final class GoDecoding {
    private static final String DATE = "2006-01-02T15:04:05";
    private static final String QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    private static final String[] PARTS = {"2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05"};

    private GoDecoding() {}

    /** What is wrong with a value of such a type; empty if nothing is, or if the type has no form of its own. */
    static Optional<String> fault(JsonNode value, Schema schema) {
        String type = schema.typeName();
        if (type.endsWith(".Quantity")) {
            return quantity(value);
        }
        if (type.endsWith(".MicroTime") || type.endsWith(".meta.v1.Time")) {
            return value.isTextual() ? time(value.asText(), type.endsWith(".MicroTime")) : Optional.of("json: cannot unmarshal " + kind(value) + " into Go value of type string");
        }
        return schema.format().equals("byte") && value.isTextual() ? base64(value.asText()) : Optional.empty();
    }

    private static String kind(JsonNode value) {
        return value.isNumber() ? "number" : value.isBoolean() ? "bool" : value.isArray() ? "array" : "object";
    }

    private static Optional<String> quantity(JsonNode value) {
        String text = value.isTextual() ? value.asText().strip() : value.toString();
        if (!text.matches("[+-]?[0-9.]+[eEinumkKMGTP]*[-+]?[0-9]*") || !text.matches("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+).*")) {
            return Optional.of(QUANTITY);
        }
        return Quantity.parse(text).isPresent() ? Optional.empty() : Optional.of("unable to parse quantity's suffix");
    }

    /** The place of the first character that cannot stand there. */
    private static Optional<String> base64(String text) {
        int at = 0;
        while (at < text.length()) {
            int start = at;
            int read = 0;
            while (read < 4) {
                if (at == text.length()) {
                    return read == 0 ? Optional.empty() : illegal(at - read);
                }
                char c = text.charAt(at++);
                if (c == '\r' || c == '\n') {
                    continue;
                }
                if (c == '=') {
                    return padding(text, at, read);
                }
                if (!(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/')) {
                    return illegal(at - 1);
                }
                read++;
            }
            if (at == start) {
                break;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> padding(String text, int after, int read) {
        int at = after;
        if (read < 2) {
            return illegal(at - 1);
        }
        if (read == 2) {
            at = blank(text, at);
            if (at == text.length()) {
                return illegal(text.length());
            }
            if (text.charAt(at) != '=') {
                return illegal(at - 1);
            }
            at++;
        }
        at = blank(text, at);
        return at < text.length() ? illegal(at) : Optional.empty();
    }

    private static int blank(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == '\n' || text.charAt(at) == '\r')) {
            at++;
        }
        return at;
    }

    private static Optional<String> illegal(int at) {
        return Optional.of("illegal base64 data at input byte " + at);
    }

    private static Optional<String> time(String text, boolean micro) {
        String layout = DATE + (micro ? ".000000" : "") + "Z07:00";
        String rest = text;
        for (String part : PARTS) {
            boolean number = Character.isDigit(part.charAt(0));
            String digits = number ? "[0-9]".repeat(part.length()) : part;
            if (rest.length() < part.length() || !rest.substring(0, part.length()).matches(digits)) {
                return unread(text, layout, rest, part);
            }
            rest = rest.substring(part.length());
        }
        if (micro) {
            if (!rest.matches("[.,][0-9]{6}([^0-9].*)?")) {
                return unread(text, layout, rest, ".000000");
            }
            rest = rest.substring(7);
        } else {
            rest = rest.replaceFirst("^[.,][0-9]+", "");
        }
        if (!rest.matches("(Z|[+-][0-9]{2}:[0-9]{2}).*")) {
            return unread(text, layout, rest, "Z07:00");
        }
        String more = rest.startsWith("Z") ? rest.substring(1) : rest.substring(6);
        if (!more.isEmpty()) {
            return Optional.of("parsing time " + Names.quote(text) + ": extra text: " + Names.quote(more));
        }
        return range(text);
    }

    private static Optional<String> unread(String text, String layout, String rest, String part) {
        return Optional.of("parsing time " + Names.quote(text) + " as " + Names.quote(layout) + ": cannot parse " + Names.quote(rest) + " as " + Names.quote(part));
    }

    private static Optional<String> range(String text) {
        int month = Integer.parseInt(text.substring(5, 7));
        int hour = Integer.parseInt(text.substring(11, 13));
        int minute = Integer.parseInt(text.substring(14, 16));
        int second = Integer.parseInt(text.substring(17, 19));
        String part = month < 1 || month > 12 ? "month" : hour > 23 ? "hour" : minute > 59 ? "minute" : second > 59 ? "second" : "";
        if (part.isEmpty()) {
            try {
                OffsetDateTime.parse(text.replace(',', '.'));
                return Optional.empty();
            } catch (DateTimeException e) {
                part = "day";
            }
        }
        return Optional.of("parsing time " + Names.quote(text) + ": " + part + " out of range");
    }
}
