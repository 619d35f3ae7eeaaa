package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;

/** Numbers of custom objects as Go keeps and writes them: what fits 64 bits is whole, all else is a double in its shortest digits. */
final class GoNumbers {
    /** From here on Go writes an exponent. */
    private static final double EXPONENT = 1e21;

    private GoNumbers() {}

    static void normalize(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(e -> {
                if (e.getValue().isNumber()) {
                    e.setValue(number(e.getValue()));
                } else {
                    normalize(e.getValue());
                }
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                if (array.get(i).isNumber()) {
                    array.set(i, number(array.get(i)));
                } else {
                    normalize(array.get(i));
                }
            }
        }
    }

    private static JsonNode number(JsonNode node) {
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return node;
        }
        var value = node.asDouble();
        if (value == Math.rint(value) && Math.abs(value) < EXPONENT) {
            var digits = new BigDecimal(Double.toString(value)).toBigInteger();
            return digits.bitLength() < Long.SIZE ? LongNode.valueOf(digits.longValue()) : BigIntegerNode.valueOf(digits);
        }
        return DoubleNode.valueOf(value);
    }
}
