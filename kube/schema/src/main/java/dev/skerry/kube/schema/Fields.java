package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Drops what a schema does not know. */
public final class Fields {
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    private Fields() {}

    /** Removes unknown members and returns their paths, such as {@code spec.containers[0].foo}, sorted as upstream sorts them. */
    public static List<String> prune(ObjectNode object, Schema schema) {
        List<String> gone = new ArrayList<>();
        walk(object, schema, "", gone);
        gone.sort(null);
        return gone;
    }

    private static void walk(JsonNode value, Schema schema, String path, List<String> gone) {
        if (value instanceof ObjectNode object) {
            members(object, schema, path, gone);
        } else if (value instanceof ArrayNode array) {
            Schema item = schema.items().orElse(null);
            for (int i = 0; item != null && i < array.size(); i++) {
                walk(array.get(i), item, Json.index(path, i), gone);
            }
        }
    }

    private static void members(ObjectNode object, Schema schema, String path, List<String> gone) {
        boolean anything = schema.preserveUnknown() || schema.type().isEmpty() && schema.propertyNames().isEmpty();
        Iterator<Map.Entry<String, JsonNode>> members = object.properties().iterator();
        while (members.hasNext()) {
            Map.Entry<String, JsonNode> member = members.next();
            String name = member.getKey();
            Schema child = child(schema, name);
            if (child != null) {
                walk(member.getValue(), child, Json.join(path, name), gone);
            } else if (!anything) {
                members.remove();
                gone.add(Json.join(path, name));
            }
        }
    }

    private static @Nullable Schema child(Schema schema, String name) {
        Schema declared = schema.member(name).orElse(null);
        if (declared == null && schema.embeddedResource()) {
            return switch (name) {
                case "metadata" -> SchemaCatalog.TYPES.get(META);
                case "apiVersion", "kind" -> new Schema(Json.MAKE.objectNode().put("type", "string"), null);
                default -> null;
            };
        }
        return declared;
    }
}
