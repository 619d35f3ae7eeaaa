package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a built-in object holds before anybody writes to it. Upstream keeps such objects in structures whose plain members are always
 * there, so that nobody comes to own {@code spec} itself or a required list merely by filling it.
 */
final class Zero {
    private Zero() {}

    /** A copy in which such members stand, without the owners. */
    static ObjectNode fill(ObjectNode object, Schema schema) {
        ObjectNode filled = object.deepCopy();
        if (filled.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields");
        }
        if (schema.builtIn()) {
            structure(filled, schema);
        } else {
            filled.withObjectProperty("metadata");
        }
        return filled;
    }

    private static void structure(ObjectNode object, Schema schema) {
        Shapes.complete(object, schema.typeName());
        for (String name : schema.propertyNames()) {
            Schema member = schema.property(name);
            if (member == null) {
                continue;
            }
            JsonNode present = object.get(name);
            JsonNode standard = member.defaultValue().orElse(null);
            if (present instanceof ObjectNode child) {
                if (standard != null && standard.isObject()) {
                    structure(child, member);
                }
            } else if (present == null && standard != null && standard.isObject() && standard.isEmpty() && member.type().equals("object")) {
                structure(object.putObject(name), member);
            } else if (present == null && schema.required().contains(name) && member.listType().isEmpty()) {
                object.set(name, standard == null ? NullNode.instance : standard);
            }
        }
    }
}
