package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.kube.schema.ProtobufOutput;

/**
 * The second form of OpenAPI v2, in which Go's clients ask for it: kubectl checks lists of objects by it. The messages are those of {@code openapi.v2} of gnostic, by
 * field number; of a document this writes what its JSON here holds.
 */
final class OpenApiProtobuf {

    static final String MEDIA = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    /** The name that clients ask by, which is no media type by the rules. */
    private static final String ASKED = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    private OpenApiProtobuf() {}

    /** @param accept the header of a request for the document */
    static boolean wanted(String accept) {
        return accept.contains(ASKED) || accept.contains(MEDIA);
    }

    static byte[] write(JsonNode document) {
        var out = new ProtobufOutput();
        out.text(1, document.path("swagger").asText());
        var info = new ProtobufOutput();
        info.text(1, document.path("info").path("title").asText());
        info.text(2, document.path("info").path("version").asText());
        out.part(2, info.toByteArray());
        out.part(8, paths(document.path("paths")));
        out.part(9, named(document.path("definitions")));
        return out.toByteArray();
    }

    /** Of paths only what a client looks for: which kind an operation is of, and which parameters it takes in the query. */
    private static byte[] paths(JsonNode paths) {
        var out = new ProtobufOutput();
        for (var path : paths.properties()) {
            var item = new ProtobufOutput();
            for (var operation : path.getValue().properties()) {
                switch (operation.getKey()) {
                    case "get" -> item.part(2, operation(operation.getValue()));
                    case "patch" -> item.part(8, operation(operation.getValue()));
                    default -> throw new IllegalStateException("paths: " + operation.getKey() + " (expected: get or patch)");
                }
            }
            var pair = new ProtobufOutput();
            pair.text(1, path.getKey());
            pair.part(2, item.toByteArray());
            out.part(2, pair.toByteArray());
        }
        return out.toByteArray();
    }

    private static byte[] operation(JsonNode operation) {
        var out = new ProtobufOutput();
        for (var parameter : operation.path("parameters")) {
            var query = new ProtobufOutput();
            query.text(2, parameter.path("in").asText());
            query.text(4, parameter.path("name").asText());
            query.text(6, "string");
            out.part(8, within(1, within(2, within(3, query.toByteArray()))));
        }
        // There must be some.
        out.part(9, new byte[0]);
        extensions(out, 13, operation);
        return out.toByteArray();
    }

    private static byte[] within(int field, byte[] part) {
        var out = new ProtobufOutput();
        out.part(field, part);
        return out.toByteArray();
    }

    private static byte[] named(JsonNode schemas) {
        var out = new ProtobufOutput();
        for (var schema : schemas.properties()) {
            var pair = new ProtobufOutput();
            pair.text(1, schema.getKey());
            pair.part(2, schema(schema.getValue()));
            out.part(1, pair.toByteArray());
        }
        return out.toByteArray();
    }

    private static byte[] schema(JsonNode schema) {
        var out = new ProtobufOutput();
        for (var member : schema.properties()) {
            var value = member.getValue();
            switch (member.getKey()) {
                case "$ref" -> out.text(1, value.asText());
                case "format" -> out.text(2, value.asText());
                case "description" -> out.text(4, value.asText());
                case "required" -> value.forEach(name -> out.text(19, name.asText()));
                case "additionalProperties" -> out.part(21, value.isBoolean() ? truth(value.asBoolean()) : within(1, schema(value)));
                case "type" -> {
                    var types = new ProtobufOutput();
                    types.text(1, value.asText());
                    out.part(22, types.toByteArray());
                }
                case "items" -> out.part(23, within(1, schema(value)));
                case "properties" -> out.part(25, named(value));
                default -> {
                    // What a schema says beyond its shape is checked by the server.
                }
            }
        }
        extensions(out, 31, schema);
        return out.toByteArray();
    }

    private static byte[] truth(boolean value) {
        var out = new ProtobufOutput();
        out.number(2, value ? 1 : 0);
        return out.toByteArray();
    }

    private static void extensions(ProtobufOutput out, int field, JsonNode of) {
        for (var member : of.properties()) {
            if (member.getKey().startsWith("x-")) {
                var any = new ProtobufOutput();
                // JSON is YAML.
                any.text(2, member.getValue().toString());
                var pair = new ProtobufOutput();
                pair.text(1, member.getKey());
                pair.part(2, any.toByteArray());
                out.part(field, pair.toByteArray());
            }
        }
    }
}
