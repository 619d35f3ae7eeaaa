package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** How upstream's structures write themselves: which empty members they leave out and which they always write. */
final class Shapes {
    private static final class Holder {
        private static final JsonNode TYPES = Facts.shapes().path("types");
    }

    private Shapes() {}

    /** Drops nulls and empty members that are left out. */
    static void trim(ObjectNode object, String typeName) {
        object.properties().removeIf(e -> e.getValue().isNull());
        for (JsonNode name : Holder.TYPES.path(typeName).path("omit")) {
            JsonNode value = object.get(name.asText());
            if (value != null && zero(value)) {
                object.remove(name.asText());
            }
        }
    }

    /** Adds members that are always written. */
    static void complete(ObjectNode object, String typeName) {
        Holder.TYPES.path(typeName).path("zero").properties().forEach(e -> {
            JsonNode value = object.get(e.getKey());
            // Lists without items are not told from missing ones.
            if (value == null || e.getValue().isNull() && value.isArray() && value.isEmpty() && typeName.startsWith("io.k8s.api.")) {
                object.set(e.getKey(), e.getValue());
            }
        });
    }

    /** Empty lists and maps that are written although they are nothing. */
    static void emptyAsNull(ObjectNode object, String typeName) {
        Holder.TYPES.path(typeName).path("zero").properties().forEach(e -> {
            JsonNode value = object.get(e.getKey());
            if (e.getValue().isNull() && value != null && value.isContainerNode() && value.isEmpty()) {
                object.putNull(e.getKey());
            }
        });
    }

    private static boolean zero(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT, ARRAY -> value.isEmpty();
            case STRING -> value.asText().isEmpty();
            case BOOLEAN -> !value.asBoolean();
            case NUMBER -> value.doubleValue() == 0;
            default -> true;
        };
    }
}
