package dev.skerry.kube.cel;

import static dev.skerry.kube.cel.Library.classes;
import static dev.skerry.kube.cel.Library.types;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code find}, {@code findAll}, {@code format}, {@code jsonpatch.escapeKey}. */
final class TextFunctions {
    private TextFunctions() {}

    static void addTo(Library library) {
        library.member("find", "string_find_string", SimpleType.STRING, types(SimpleType.STRING, SimpleType.STRING), classes(String.class, String.class), args -> {
            Matcher matcher = matcher(args);
            return matcher.find() ? matcher.group() : "";
        });
        library.member("findAll", "string_find_all_string", ListType.create(SimpleType.STRING), types(SimpleType.STRING, SimpleType.STRING),
                classes(String.class, String.class), args -> all(matcher(args), -1));
        library.member("findAll", "string_find_all_string_int", ListType.create(SimpleType.STRING), types(SimpleType.STRING, SimpleType.STRING, SimpleType.INT),
                classes(String.class, String.class, Long.class), args -> all(matcher(args), (Long) args[2]));
        indexes(library, "indexOf", "string_index_of_string", false);
        indexes(library, "lastIndexOf", "string_last_index_of_string", true);
        library.member("format", "string_format", SimpleType.STRING, types(SimpleType.STRING, ListType.create(SimpleType.DYN)), classes(String.class, List.class),
                args -> format((String) args[0], (List<?>) args[1]));
        library.global("jsonpatch.escapeKey", "string_jsonpatch_escapeKey_string", SimpleType.STRING, types(SimpleType.STRING), classes(String.class),
                args -> ((String) args[0]).replace("~", "~0").replace("/", "~1"));
    }

    /** Here, so that they are in one group with those on lists. */
    private static void indexes(Library library, String name, String id, boolean last) {
        library.member(name, id, SimpleType.INT, types(SimpleType.STRING, SimpleType.STRING), classes(String.class, String.class),
                args -> index((String) args[0], (String) args[1], last ? -1 : 0, last));
        library.member(name, id + "_int", SimpleType.INT, types(SimpleType.STRING, SimpleType.STRING, SimpleType.INT), classes(String.class, String.class, Long.class), args -> {
            long from = (Long) args[2];
            if (from < 0 || from > ((String) args[0]).length()) {
                throw new CelFault("index out of range: " + from);
            }
            return index((String) args[0], (String) args[1], (int) from, last);
        });
    }

    /** In characters of Unicode, as positions count them. */
    private static long index(String text, String part, int from, boolean last) {
        int at = last
                ? text.lastIndexOf(part, from < 0 ? text.length() : text.offsetByCodePoints(0, Math.min(from, text.codePointCount(0, text.length()))))
                : text.indexOf(part, text.offsetByCodePoints(0, Math.min(from, text.codePointCount(0, text.length()))));
        return at < 0 ? -1 : text.codePointCount(0, at);
    }

    private static Matcher matcher(Object[] args) {
        try {
            return Pattern.compile((String) args[1]).matcher((String) args[0]);
        } catch (PatternSyntaxException e) {
            throw new CelFault("Illegal regex: " + e.getMessage());
        }
    }

    private static List<String> all(Matcher matcher, long limit) {
        List<String> found = new ArrayList<>();
        while ((limit < 0 || found.size() < limit) && matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }

    private static String format(String form, List<?> args) {
        StringBuilder text = new StringBuilder();
        int next = 0;
        for (int i = 0; i < form.length(); i++) {
            char c = form.charAt(i);
            if (c != '%') {
                text.append(c);
                continue;
            }
            if (++i >= form.length()) {
                throw new CelFault("unexpected end of string");
            }
            if (form.charAt(i) == '%') {
                text.append('%');
                continue;
            }
            int precision = 6;
            if (form.charAt(i) == '.') {
                int from = ++i;
                while (i < form.length() && Character.isDigit(form.charAt(i))) {
                    i++;
                }
                precision = i - from > 0 && i - from < 4 ? Integer.parseInt(form.substring(from, i)) : 6;
            }
            if (next >= args.size()) {
                throw new CelFault("index " + next + " out of range");
            }
            Object arg = args.get(next++);
            text.append(clause(i < form.length() ? form.charAt(i) : ' ', arg, precision));
        }
        return text.toString();
    }

    private static String clause(char verb, Object arg, int precision) {
        return switch (verb) {
            case 's' -> shown(arg);
            case 'd' -> arg instanceof Number && !(arg instanceof Double) ? arg.toString() : fault("decimal clause can only be used on integers");
            case 'f' -> arg instanceof Number n ? String.format(Locale.ROOT, "%." + precision + "f", n.doubleValue()) : fault("fixed-point clause can only be used on doubles");
            case 'e' -> arg instanceof Number n ? String.format(Locale.ROOT, "%." + precision + "e", n.doubleValue()) : fault("scientific clause can only be used on doubles");
            case 'b' -> arg instanceof Long n ? Long.toBinaryString(n) : arg instanceof Boolean b ? b ? "1" : "0" : fault("only integers and bools can be formatted as binary");
            case 'o' -> arg instanceof Long n ? Long.toOctalString(n) : fault("octal clause can only be used on integers");
            case 'x' -> arg instanceof Long n ? Long.toHexString(n) : fault("only integers, byte buffers, and strings can be formatted as hex");
            case 'X' -> arg instanceof Long n ? Long.toHexString(n).toUpperCase(Locale.ROOT) : fault("only integers, byte buffers, and strings can be formatted as hex");
            default -> fault("could not parse formatting clause: unrecognized formatting clause \"" + verb + "\"");
        };
    }

    private static String fault(String text) {
        throw new CelFault("error during formatting: " + text);
    }

    private static String shown(Object value) {
        return switch (value) {
            case List<?> list -> "[" + String.join(", ", list.stream().map(TextFunctions::shown).toList()) + "]";
            case Map<?, ?> map -> "{" + String.join(", ", map.entrySet().stream().map(e -> shown(e.getKey()) + ": " + shown(e.getValue())).sorted().toList()) + "}";
            case Double d when d == Math.rint(d) && Math.abs(d) < 1e15 -> Long.toString(d.longValue());
            default -> Values.json(value).asText();
        };
    }
}
