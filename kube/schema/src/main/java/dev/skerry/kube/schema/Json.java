package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Comparing and naming JSON values. */
final class Json {
    static final JsonNodeFactory MAKE = JsonNodeFactory.instance;

    private Json() {}

    /** Equal as JSON: 1 and 1L are the same number, order of members does not count. */
    static boolean same(@Nullable JsonNode a, @Nullable JsonNode b) {
        if (a == null || b == null) {
            return a == b;
        }
        return a.equals((x, y) -> x.isNumber() && y.isNumber() ? x.decimalValue().compareTo(y.decimalValue()) : x.equals(y) ? 0 : 1, b);
    }

    /** An empty or missing value: null, {@code {}} or {@code []}. */
    static boolean empty(@Nullable JsonNode value) {
        return value == null || value.isNull() || value.isContainerNode() && value.isEmpty();
    }

    /** The member if it is an object, else null. */
    static @Nullable ObjectNode object(@Nullable JsonNode parent, String name) {
        return parent != null && parent.get(name) instanceof ObjectNode found ? found : null;
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    static String index(String path, int i) {
        return path + "[" + i + "]";
    }
}
