package dev.skerry.kube.cel;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Names of properties as expressions write them: {@code a-b} is {@code a__dash__b}, reserved words stand in underscores. */
final class Escaping {
    private static final Set<String> RESERVED = Set.of(
            "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
            "namespace", "return", "var", "void", "while");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/.-][A-Za-z0-9_/.-]*");
    private static final Pattern SPECIAL = Pattern.compile("__|\\.|-|/");
    private static final Pattern ESCAPED = Pattern.compile("__([^_]+)__");

    private Escaping() {}

    /** Empty if no expression can write the name. */
    static Optional<String> escape(String name) {
        if (!PLAIN.matcher(name).matches()) {
            return Optional.empty();
        }
        if (RESERVED.contains(name)) {
            return Optional.of("__" + name + "__");
        }
        return Optional.of(SPECIAL.matcher(name).replaceAll(m -> switch (m.group()) {
            case "__" -> "__underscores__";
            case "." -> "__dot__";
            case "-" -> "__dash__";
            default -> "__slash__";
        }));
    }

    static String unescape(String written) {
        return written.contains("__") ? ESCAPED.matcher(written).replaceAll(m -> switch (m.group(1)) {
            case "underscores" -> "__";
            case "dot" -> ".";
            case "dash" -> "-";
            case "slash" -> "/";
            default -> RESERVED.contains(m.group(1)) ? m.group(1) : m.group();
        }) : written;
    }
}
