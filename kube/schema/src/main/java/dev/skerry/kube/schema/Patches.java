package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The three kinds of patches. None changes its arguments. */
public final class Patches {
    private Patches() {}

    /** RFC 6902. */
    public static JsonNode json(JsonNode target, JsonNode patch) throws PatchException {
        return JsonPatch.apply(target, patch);
    }

    /** RFC 7386. */
    public static JsonNode merge(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch.deepCopy();
        }
        ObjectNode result = target instanceof ObjectNode object ? object.deepCopy() : Json.MAKE.objectNode();
        changes.properties().forEach(change -> {
            if (change.getValue().isNull()) {
                result.remove(change.getKey());
            } else {
                result.set(change.getKey(), merge(result.path(change.getKey()), change.getValue()));
            }
        });
        return result;
    }

    /** Kubernetes' own: lists merge by key where the schema says so, with {@code $patch} and the other directives. */
    public static ObjectNode strategic(ObjectNode target, ObjectNode patch, Schema schema) throws PatchException {
        return StrategicPatch.apply(target, patch, schema);
    }
}
