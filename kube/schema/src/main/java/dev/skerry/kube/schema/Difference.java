package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.TreeSet;

/** Tells two objects apart in lines, {@code -} for what was and {@code +} for what shall be. */
final class Difference {
    private static final int MOST = 8_192;

    private Difference() {}

    static String of(JsonNode before, JsonNode after) {
        StringBuilder lines = new StringBuilder();
        walk(before, after, "", lines);
        return lines.length() > MOST ? lines.substring(0, MOST) : lines.toString();
    }

    private static void walk(JsonNode before, JsonNode after, String path, StringBuilder lines) {
        if (Json.same(before, after) || lines.length() > MOST) {
            return;
        }
        if (before.isObject() && after.isObject()) {
            TreeSet<String> names = new TreeSet<>();
            before.fieldNames().forEachRemaining(names::add);
            after.fieldNames().forEachRemaining(names::add);
            names.forEach(n -> walk(before.path(n), after.path(n), Json.join(path, n), lines));
            return;
        }
        if (!before.isMissingNode()) {
            lines.append("- ").append(path).append(": ").append(before).append('\n');
        }
        if (!after.isMissingNode()) {
            lines.append("+ ").append(path).append(": ").append(after).append('\n');
        }
    }
}
