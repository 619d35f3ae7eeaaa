package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads a JSON text into a tree, and notes members that stand twice; the last one counts. */
final class JsonReader {

    private static final JsonNodeFactory MAKE = JsonNodeFactory.instance;
    private static final int MAX_DUPLICATES = 100;

    private final JsonParser parser;
    private final List<String> duplicates = new ArrayList<>();

    private JsonReader(JsonParser parser) {
        this.parser = parser;
    }

    static Bodies.Read read(byte[] bytes) throws IOException {
        try (var parser = Bodies.JSON.createParser(bytes)) {
            var reader = new JsonReader(parser);
            if (parser.nextToken() == null) {
                throw new IOException("the text is empty");
            }
            var node = reader.value("");
            if (parser.nextToken() != null) {
                throw new IOException("text follows the value");
            }
            return new Bodies.Read(node, List.copyOf(reader.duplicates), bytes);
        }
    }

    private JsonNode value(String path) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> members(path);
            case START_ARRAY -> {
                var array = MAKE.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(path + "[" + array.size() + "]"));
                }
                yield array;
            }
            case VALUE_STRING -> MAKE.textNode(wellFormed(parser.getText()));
            case VALUE_TRUE -> MAKE.booleanNode(true);
            case VALUE_FALSE -> MAKE.booleanNode(false);
            case VALUE_NUMBER_INT -> switch (parser.getNumberType()) {
                case INT -> MAKE.numberNode(parser.getIntValue());
                case LONG -> MAKE.numberNode(parser.getLongValue());
                default -> MAKE.numberNode(parser.getBigIntegerValue());
            };
            case VALUE_NUMBER_FLOAT -> Double.isFinite(parser.getDoubleValue()) ? MAKE.numberNode(parser.getDoubleValue()) : MAKE.numberNode(parser.getDecimalValue());
            default -> MAKE.nullNode();
        };
    }

    /** Halves of pairs that stand alone are no text; as upstream, a mark takes their place. */
    private static String wellFormed(String text) {
        var halves = false;
        for (int i = 0; i < text.length() && !halves; i++) {
            halves = Character.isSurrogate(text.charAt(i));
        }
        if (!halves) {
            return text;
        }
        var good = new StringBuilder(text.length());
        text.codePoints().forEach(c -> good.appendCodePoint(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c));
        return good.toString();
    }

    private JsonNode members(String path) throws IOException {
        var object = MAKE.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var name = parser.currentName();
            parser.nextToken();
            var below = path.isEmpty() ? name : path + "." + name;
            var value = value(below);
            if (object.has(name) && duplicates.size() < MAX_DUPLICATES) {
                duplicates.add(below);
            }
            object.set(name, value);
        }
        return object;
    }
}
