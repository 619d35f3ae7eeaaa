package dev.skerry.kube.apiserver;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Values as Go's format verbs write them, since upstream's messages hold them. */
final class GoText {

    private GoText() {}

    /** {@code %q} of a text. */
    static String quoted(String text) {
        var out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    if (c < 0x20 || c == 0x7f) {
                        out.append("\\x%02x".formatted(c));
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        return out.append('"').toString();
    }

    /** {@code %q} of a list of texts. */
    static String quoted(Collection<String> texts) {
        return texts.stream().map(GoText::quoted).collect(Collectors.joining(" ", "[", "]"));
    }

    /** {@code %#v} of a list of texts. */
    static String literal(List<String> texts) {
        return texts.isEmpty() ? "[]string(nil)" : texts.stream().map(GoText::quoted).collect(Collectors.joining(", ", "[]string{", "}"));
    }

    /** {@code %#v} of a map of lists. */
    static String literal(Map<String, List<String>> map) {
        return map.isEmpty() ? "map[string][]string(nil)" : new TreeMap<>(map).entrySet().stream()
                .map(e -> quoted(e.getKey()) + ":" + literal(e.getValue())).collect(Collectors.joining(", ", "map[string][]string{", "}"));
    }

    /** Several errors in one text, as upstream's aggregate has them: each once, in brackets if there are several. */
    static String aggregate(Collection<String> errors) {
        var once = errors.stream().distinct().toList();
        return once.size() == 1 ? once.getFirst() : once.isEmpty() ? "" : "[" + String.join(", ", once) + "]";
    }
}
