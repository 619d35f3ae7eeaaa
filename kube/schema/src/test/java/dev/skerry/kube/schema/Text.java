package dev.skerry.kube.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON with single quotes, for short tests. */
final class Text {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Text() {}

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static ObjectNode object(String text) {
        return (ObjectNode) json(text);
    }

    static Schema schema(String apiVersion, String kind) {
        return SchemaCatalog.builtIn().find(Gvk.of(apiVersion, kind)).orElseThrow();
    }
}
