package dev.skerry.fabric.link;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

/**
 * One text for a JSON value, however it was written or stored: fields in order, no nulls in objects, numbers in one form.
 * So a signature outlives every store between the one who signed and the one who verifies.
 */
public final class Canonical {

    private static final int DEEPEST = 200;

    private Canonical() {}

    /** The text in UTF-8. */
    public static byte[] bytes(JsonNode value) {
        var out = new StringBuilder();
        write(value, out, 0);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(JsonNode value, StringBuilder out, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("manifest: nested deeper than " + DEEPEST);
        }
        switch (value.getNodeType()) {
            case OBJECT -> object((ObjectNode) value, out, depth);
            case ARRAY -> {
                out.append('[');
                for (int i = 0; i < value.size(); i++) {
                    out.append(i == 0 ? "" : ",");
                    write(value.get(i), out, depth + 1);
                }
                out.append(']');
            }
            case NUMBER -> out.append(number(value));
            default -> out.append(value);
        }
    }

    private static void object(ObjectNode value, StringBuilder out, int depth) {
        var fields = new TreeMap<String, JsonNode>();
        value.properties().forEach(f -> {
            if (!f.getValue().isNull()) {
                fields.put(f.getKey(), f.getValue());
            }
        });
        out.append('{');
        String comma = "";
        for (var field : fields.entrySet()) {
            out.append(comma).append(JsonNodeFactory.instance.textNode(field.getKey())).append(':');
            write(field.getValue(), out, depth + 1);
            comma = ",";
        }
        out.append('}');
    }

    private static String number(JsonNode value) {
        return value.isIntegralNumber() ? value.bigIntegerValue().toString() : value.decimalValue().stripTrailingZeros().toString();
    }
}
