package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The hash by which a Pod template is known: FNV-1a of the template as the Kubernetes controllers print it, type by type. The same template
 * has the same name here and there, so a cluster may change hands without a rollout. The types are in {@code pod-template-types.txt}.
 */
final class TemplateHash {

    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";
    private static final String TIME = "v1.Time";
    private static final String QUANTITY = "resource.Quantity";
    private static final String INT_OR_STRING = "intstr.IntOrString";
    private static final String ABSENT = "<nil>";
    private static final Pattern NUMBER = Pattern.compile("(-?)([0-9]+)(?:\\.([0-9]*))?([A-Za-z]{0,2})");
    private static final String DECIMAL_UNITS = "numkMGTPE";
    private static final String BINARY_UNITS = "KMGTPE";

    private record Member(String name, String json, String type) {}

    /** Read once, and only when something is to be hashed. */
    private static final class Types {
        static final Map<String, List<Member>> ALL = read();

        private static Map<String, List<Member>> read() {
            var all = new HashMap<String, List<Member>>();
            var in = Objects.requireNonNull(TemplateHash.class.getResourceAsStream("pod-template-types.txt"), "pod-template-types.txt");
            try (var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    var colon = line.indexOf(": ");
                    var members = new ArrayList<Member>();
                    for (var text : line.substring(colon + 2).split(" ")) {
                        var parts = text.split(",", 3);
                        members.add(new Member(parts[0], parts[1], parts[2]));
                    }
                    all.put(line.substring(0, colon), List.copyOf(members));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Map.copyOf(all);
        }
    }

    private TemplateHash() {}

    /** A short name for a template; another one after each collision. */
    static String of(JsonNode template, int collisions) {
        return name(print(template) + (collisions > 0 ? Integer.toString(collisions) : ""));
    }

    /** A text's FNV-1a hash, 32 bits, spelt in letters that make no words. */
    static String name(String text) {
        var hash = 0x811c9dc5;
        for (var b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x01000193;
        }
        var name = new StringBuilder();
        Integer.toUnsignedString(hash).chars().forEach(c -> name.append(LETTERS.charAt(c % LETTERS.length())));
        return name.toString();
    }

    static String print(JsonNode template) {
        var out = new StringBuilder();
        value(out, "v1.PodTemplateSpec", template, true);
        return out.toString();
    }

    private static void value(StringBuilder out, String type, JsonNode value, boolean typed) {
        if (typed) {
            out.append('(').append(type).append(')');
        }
        var none = value.isMissingNode() || value.isNull();
        if (type.startsWith("*")) {
            if (none) {
                out.append(ABSENT);
            } else {
                value(out, type.substring(1), value, false);
            }
        } else if (type.startsWith("[]")) {
            list(out, type.substring(2), value);
        } else if (type.startsWith("map[") || type.equals("v1.ResourceList")) {
            map(out, type.equals("v1.ResourceList") ? QUANTITY : type.substring(type.indexOf(']') + 1), value);
        } else if (type.equals(TIME)) {
            out.append("{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}");
        } else if (type.equals(QUANTITY)) {
            quantity(out, value.asText(""));
        } else if (type.equals(INT_OR_STRING)) {
            out.append("{Type:(intstr.Type)").append(value.isTextual() ? 1 : 0).append(" IntVal:(int32)").append(value.isTextual() ? 0 : value.asInt())
                    .append(" StrVal:(string)").append(value.isTextual() ? value.asText() : "").append('}');
        } else if (Types.ALL.containsKey(type)) {
            struct(out, type, value);
        } else {
            out.append(none ? zero(type) : value.asText());
        }
    }

    private static String zero(String type) {
        if (type.equals("bool")) {
            return "false";
        }
        return type.startsWith("int") || type.startsWith("uint") ? "0" : "";
    }

    private static void struct(StringBuilder out, String type, JsonNode value) {
        out.append('{');
        var first = true;
        for (var member : Objects.requireNonNull(Types.ALL.get(type))) {
            if (!first) {
                out.append(' ');
            }
            first = false;
            out.append(member.name).append(':');
            // An embedded struct has its members in the outer one.
            value(out, member.type, member.json.equals(".") ? value : value.path(member.json), true);
        }
        out.append('}');
    }

    private static void list(StringBuilder out, String type, JsonNode value) {
        if (value.isEmpty()) {
            out.append(ABSENT);
            return;
        }
        out.append('[');
        for (int i = 0; i < value.size(); i++) {
            if (i > 0) {
                out.append(' ');
            }
            value(out, type, value.path(i), false);
        }
        out.append(']');
    }

    private static void map(StringBuilder out, String type, JsonNode value) {
        if (value.isEmpty()) {
            out.append(ABSENT);
            return;
        }
        out.append("map[");
        var keys = new TreeSet<String>();
        value.fieldNames().forEachRemaining(keys::add);
        var first = true;
        for (var key : keys) {
            if (!first) {
                out.append(' ');
            }
            first = false;
            out.append(key).append(':');
            value(out, type, value.path(key), false);
        }
        out.append(']');
    }

    /** A number with its unit, kept as value and power of ten where 64 bits hold it, and with its text where that is the shortest form. */
    private static void quantity(StringBuilder out, String text) {
        var value = BigInteger.ZERO;
        var scale = 0;
        var format = text.isEmpty() ? "" : "DecimalSI";
        var kept = text.equals("0");
        var match = NUMBER.matcher(text);
        if (match.matches() && !kept) {
            var digits = match.group(2).replaceFirst("^0+(?=.)", "");
            var fraction = match.group(3) == null ? "" : match.group(3).replaceFirst("0+$", "");
            var unit = match.group(4);
            var shifted = digits.equals("0") && !fraction.isEmpty() ? fraction : digits + fraction;
            value = new BigInteger(shifted);
            if (unit.endsWith("i")) {
                format = "BinarySI";
                kept = value.testBit(0) || value.testBit(1) || value.testBit(2);
                value = value.shiftLeft(10 * (BINARY_UNITS.indexOf(unit.charAt(0)) + 1));
            } else {
                scale = exponent(unit) - fraction.length();
                kept = scale % 3 == 0 && !shifted.endsWith("000") && shifted.charAt(0) != '0';
            }
            value = match.group(1).isEmpty() ? value : value.negate();
        }
        out.append("{i:(resource.int64Amount){value:(int64)").append(value).append(" scale:(resource.Scale)").append(scale)
                .append("} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)").append(kept ? text : "").append(" Format:(resource.Format)").append(format).append('}');
    }

    private static int exponent(String unit) {
        if (unit.isEmpty()) {
            return 0;
        }
        var at = DECIMAL_UNITS.indexOf(unit.charAt(0));
        return at < 3 ? 3 * (at - 3) : 3 * (at - 2);
    }
}
