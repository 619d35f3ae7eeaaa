package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the API leaves out when it is none: numbers, labels, parts of a status. */
final class Numbers {

    private Numbers() {}

    static int of(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    static long of(@Nullable Long number) {
        return number == null ? 0 : number;
    }

    /** As the API writes it: none is no field. */
    static @Nullable Integer some(long number) {
        return number == 0 ? null : Math.toIntExact(number);
    }

    static Map<String, String> labels(@Nullable Map<String, String> labels) {
        return labels == null ? Map.of() : labels;
    }

    /** Whether a status shows all these fields already; {@code null} and 0 stand for none. */
    static boolean shows(Writer writer, @Nullable Object status, Map<String, ? extends @Nullable Object> wished) {
        var serialization = writer.client().getKubernetesSerialization();
        JsonNode there = status == null ? com.fasterxml.jackson.databind.node.MissingNode.getInstance() : serialization.convertValue(status, JsonNode.class);
        ObjectNode want = serialization.convertValue(wished, ObjectNode.class);
        for (var field : want.properties()) {
            var now = there.path(field.getKey());
            if (!none(now) || !none(field.getValue())) {
                if (!now.equals(field.getValue()) && !(now.isNumber() && field.getValue().isNumber() && now.asLong() == field.getValue().asLong())) {
                    return false;
                }
            } else if (now.isMissingNode() && !field.getValue().isNull()) {
                // An explicit zero or an empty list is more than nothing.
                return false;
            }
        }
        return true;
    }

    private static boolean none(JsonNode value) {
        return value.isMissingNode() || value.isNull() || value.isContainerNode() && value.isEmpty() || value.isNumber() && value.asLong() == 0;
    }
}
