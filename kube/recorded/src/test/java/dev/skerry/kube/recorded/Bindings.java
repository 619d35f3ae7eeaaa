package dev.skerry.kube.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Which placeholder stands for which text: one to one within a kind. */
final class Bindings {

    private static final String UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    private static final Map<String, String> KINDS = Map.ofEntries(
            Map.entry("rv", "[0-9]+"), Map.entry("uid", UUID), Map.entry("time", "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"),
            Map.entry("microtime", "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z"), Map.entry("rand", "[bcdfghjklmnpqrstvwxz2456789]{5}"),
            Map.entry("hash", "[a-z0-9]{1,12}"), Map.entry("ip", "[0-9]{1,3}(?:\\.[0-9]{1,3}){3}"), Map.entry("port", "3[0-2][0-9]{3}"),
            Map.entry("int", "-?[0-9]+"), Map.entry("continue", "[A-Za-z0-9_=.-]+"), Map.entry("token", "[A-Za-z0-9_.=-]+"),
            Map.entry("age", "(?:[0-9]+[smhdy]){1,2}|<unknown>|<invalid>"), Map.entry("any", "[\\s\\S]*"),
            Map.entry("cid", "[0-9a-f]{64}"), Map.entry("nanotime", "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?(?:Z|[+-]\\d\\d:\\d\\d)"),
            Map.entry("dur", "(?:\\d+(?:\\.\\d+)?(?:ns|µs|us|ms|s|m|h))+"), Map.entry("hex", "[0-9a-f]+"), Map.entry("num", "-?[0-9]+(?:\\.[0-9]+)?"));
    private static final Pattern PLACEHOLDER = Pattern.compile("<<(rv|uid|time|microtime|rand|hash|ip|port|int|continue|token|age|any|cid|nanotime|dur|hex|num)(?:#(\\d+))?>>");

    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, String> placeholders = new HashMap<>();

    Bindings copy() {
        var copy = new Bindings();
        copy.take(this);
        return copy;
    }

    void take(Bindings other) {
        texts.clear();
        placeholders.clear();
        texts.putAll(other.texts);
        placeholders.putAll(other.placeholders);
    }

    private boolean bind(String kind, @org.jspecify.annotations.Nullable String number, String text) {
        if (number == null) {
            return true;
        }
        var key = kind + "#" + number;
        if (texts.containsKey(key)) {
            return text.equals(texts.get(key));
        }
        if (placeholders.putIfAbsent(kind + "=" + text, key) != null) {
            return false;
        }
        texts.put(key, text);
        return true;
    }

    boolean matches(String expected, JsonNode real) {
        if (!expected.contains("<<")) {
            return real.isTextual() && real.asText().equals(expected);
        }
        var whole = PLACEHOLDER.matcher(expected);
        if (whole.matches()) {
            var kind = whole.group(1);
            var number = real.isIntegralNumber() && (kind.equals("port") || kind.equals("int"));
            return kind.equals("any") || (real.isTextual() || number) && real.asText().matches(KINDS.getOrDefault(kind, ""))
                    && bind(kind, whole.group(2), real.asText());
        }
        return real.isTextual() && matches(expected, real.asText());
    }

    boolean matches(String expected, String real) {
        var pattern = new StringBuilder();
        var groups = new ArrayList<String[]>();
        var last = 0;
        for (var m = PLACEHOLDER.matcher(expected); m.find(); last = m.end()) {
            pattern.append(Pattern.quote(expected.substring(last, m.start())));
            var bound = m.group(2) == null ? null : texts.get(m.group(1) + "#" + m.group(2));
            if (bound != null) {
                pattern.append(Pattern.quote(bound));
            } else {
                pattern.append('(').append(KINDS.get(m.group(1))).append(')');
                groups.add(new String[] {m.group(1), m.group(2)});
            }
        }
        var matcher = Pattern.compile(pattern.append(Pattern.quote(expected.substring(last))).toString()).matcher(real);
        if (!matcher.matches()) {
            return false;
        }
        for (int i = 0; i < groups.size(); i++) {
            if (!bind(groups.get(i)[0], groups.get(i)[1], matcher.group(i + 1))) {
                return false;
            }
        }
        return true;
    }
}
