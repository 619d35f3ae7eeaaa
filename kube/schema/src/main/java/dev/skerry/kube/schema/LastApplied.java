package dev.skerry.kube.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** The annotation in which kubectl's client-side apply keeps what it applied, where server-side apply of the same client takes over. */
final class LastApplied {
    /** The manager that kubectl names when it applies on the server. */
    static final String CLIENT = "kubectl";
    private static final String NAME = "kubectl.kubernetes.io/last-applied-configuration";
    private static final int LONGEST = 256 * 1024;
    private static final ObjectMapper TEXT = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private LastApplied() {}

    /** The conflicts that remain if the client may change what its annotation says it applied, and what still is so. */
    static Map<Owners.Owner, FieldSet> disputed(Map<Owners.Owner, FieldSet> conflicts, ObjectNode live, Schema schema, String apiVersion) {
        JsonNode last = read(live.path("metadata").path("annotations").path(NAME).asText(""));
        if (!last.path("apiVersion").asText().equals(apiVersion)) {
            return conflicts;
        }
        Comparison since = Comparison.of(last, live, schema);
        FieldSet own = Structure.fields(last, schema).difference(since.modified).difference(since.added).difference(since.removed);
        Map<Owners.Owner, FieldSet> left = new LinkedHashMap<>();
        conflicts.forEach((owner, fields) -> {
            FieldSet disputed = fields.difference(own);
            if (!disputed.isEmpty()) {
                left.put(owner, disputed);
            }
        });
        return left;
    }

    /** Follows an apply of kubectl's in an object that carries the annotation. */
    static void follow(ObjectNode result, ObjectNode applied) {
        if (!(result.path("metadata").path("annotations") instanceof ObjectNode annotations) || annotations.path(NAME).asText("").isEmpty()) {
            return;
        }
        ObjectNode kept = applied.deepCopy();
        if (kept.path("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields");
            if (metadata.path("annotations") instanceof ObjectNode own) {
                own.remove(NAME);
            }
        }
        String text = write(kept);
        if (text.length() <= LONGEST) {
            annotations.put(NAME, text);
        } else {
            annotations.remove(NAME);
        }
    }

    private static JsonNode read(String text) {
        try {
            return text.isEmpty() ? Json.MAKE.missingNode() : TEXT.readTree(text);
        } catch (JsonProcessingException e) {
            return Json.MAKE.missingNode();
        }
    }

    private static String write(ObjectNode object) {
        try {
            return TEXT.writeValueAsString(TEXT.convertValue(object, Map.class)) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an object that was read cannot be written", e);
        }
    }
}
