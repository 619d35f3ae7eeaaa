package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lets an update of a custom object keep what was wrong before: rules may have become stricter, and only changes have to follow them. */
public final class Ratcheting {
    private static final Pattern STEP = Pattern.compile("\\.?([^.\\[\\]]+)|\\[([^\\]]+)\\]");

    private Ratcheting() {}

    /** The causes that are due to a change. Items are told apart only in lists that are maps; other lists count as a whole. */
    public static List<Cause> left(List<Cause> causes, ObjectNode object, ObjectNode old, Schema schema) {
        List<Cause> left = new ArrayList<>();
        for (Cause cause : causes) {
            boolean ofParent = cause.reason().equals("FieldValueRequired") || cause.reason().equals("FieldValueDuplicate");
            if (!unchanged(cause.field(), object, old, schema, ofParent)) {
                left.add(cause);
            }
        }
        return left;
    }

    private static boolean unchanged(String path, JsonNode object, JsonNode old, Schema root, boolean ofParent) {
        Matcher step = STEP.matcher(path);
        JsonNode now = object;
        JsonNode before = old;
        Schema schema = root;
        int end = 0;
        while (end < path.length() && step.find(end) && step.start() == end) {
            end = step.end();
            if (ofParent && end == path.length()) {
                break;
            }
            String name = step.group(1);
            if (name == null && now.isArray()) {
                JsonNode item = now.path(Integer.parseInt(step.group(2)));
                before = sibling(item, before, schema);
                now = item;
                schema = schema == null ? null : schema.items().orElse(null);
            } else {
                String key = name == null ? step.group(2) : name;
                now = now.path(key);
                before = before == null ? null : before.path(key);
                schema = schema == null ? null : schema.member(key).orElse(null);
            }
            if (before == null || before.isMissingNode()) {
                return false;
            }
            // A part of what has not changed has not changed: also of a list whose items nothing tells apart.
            if (end < path.length() && now.isArray() && Json.same(now, before)) {
                return true;
            }
        }
        return end > 0 && before != null && Json.same(now, before);
    }

    private static @Nullable JsonNode sibling(JsonNode item, @Nullable JsonNode list, @Nullable Schema schema) {
        if (list == null || schema == null || !schema.listType().equals("map")) {
            return null;
        }
        for (JsonNode one : list) {
            if (schema.listMapKeys().stream().allMatch(k -> Json.same(one.path(k), item.path(k)))) {
                return one;
            }
        }
        return null;
    }
}
