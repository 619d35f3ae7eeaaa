package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The three kinds of patches. None changes its arguments. */
public final class Patches {
    private Patches() {}

    /** RFC 6902. */
    public static JsonNode json(JsonNode target, JsonNode patch) throws PatchException {
        throw new UnsupportedOperationException();
    }

    /** RFC 7386. */
    public static JsonNode merge(JsonNode target, JsonNode patch) {
        throw new UnsupportedOperationException();
    }

    /** Kubernetes' own: lists merge by key where the schema says so, with {@code $patch} and the other directives. */
    public static ObjectNode strategic(ObjectNode target, ObjectNode patch, Schema schema) throws PatchException {
        throw new UnsupportedOperationException();
    }
}
