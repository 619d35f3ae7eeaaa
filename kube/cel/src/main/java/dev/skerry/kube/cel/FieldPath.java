package dev.skerry.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code fieldPath} of a rule: {@code .a.b} or {@code .a['b.c']}. */
final class FieldPath {
    private static final Pattern STEP = Pattern.compile("\\.([^.\\[\\]]+)|\\['((?:[^'\\\\]|\\\\.)*)'\\]");

    private FieldPath() {}

    /** The path as errors name it; empty if the schema does not know it. */
    static Optional<String> normalized(String path, JsonNode schema) {
        Matcher step = STEP.matcher(path);
        StringBuilder found = new StringBuilder();
        JsonNode at = schema;
        int end = 0;
        while (end < path.length() && step.find(end) && step.start() == end) {
            String name = step.group(1) != null ? step.group(1) : step.group(2).replaceAll("\\\\(.)", "$1");
            if (at.path("properties").has(name)) {
                found.append(found.isEmpty() ? "" : ".").append(name);
                at = at.path("properties").path(name);
            } else if (!at.has("properties") && at.path("additionalProperties").isObject()) {
                found.append('[').append(name).append(']');
                at = at.path("additionalProperties");
            } else {
                return Optional.empty();
            }
            end = step.end();
        }
        return path.isEmpty() || end < path.length() ? Optional.empty() : Optional.of(found.toString());
    }
}
