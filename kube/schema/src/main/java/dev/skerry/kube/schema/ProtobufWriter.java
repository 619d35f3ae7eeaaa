package dev.skerry.kube.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Optional;

/**
 * Writes the built-in kinds in Kubernetes' protobuf form, byte for byte as upstream does: fields by number, each that is neither a
 * pointer nor a list even where it is empty.
 */
public final class ProtobufWriter {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode NOTHING = JsonNodeFactory.instance.objectNode();

    private ProtobufWriter() {}

    /** The object in its envelope, or empty if its kind has no such form: custom resources, tables. */
    public static Optional<byte[]> write(JsonNode object) {
        var apiVersion = object.path("apiVersion").asText("");
        var kind = object.path("kind").asText("");
        return kind.isEmpty() ? Optional.empty() : ProtobufTypes.message(Gvk.of(apiVersion, kind)).map(message -> {
            var type = new ProtobufOutput();
            type.text(1, apiVersion);
            type.text(2, kind);
            var whole = new ProtobufOutput();
            whole.writeBytes(ProtobufTypes.MAGIC);
            whole.part(1, type.toByteArray());
            whole.part(2, message(message, object));
            whole.text(3, "");
            whole.text(4, "");
            return whole.toByteArray();
        });
    }

    /** An event of a watch as it stands in a stream: four bytes of length, then the event around the object in its envelope. */
    public static Optional<byte[]> event(String type, JsonNode object) {
        return write(object).map(bytes -> {
            var raw = new ProtobufOutput();
            raw.part(1, bytes);
            var event = new ProtobufOutput();
            event.text(1, type);
            event.part(2, raw.toByteArray());
            var frame = new ProtobufOutput();
            for (int shift = 24; shift >= 0; shift -= 8) {
                frame.write(event.size() >>> shift);
            }
            frame.writeBytes(event.toByteArray());
            return frame.toByteArray();
        });
    }

    private static byte[] message(String type, JsonNode value) {
        var out = new ProtobufOutput();
        switch (type.substring(type.lastIndexOf('.') + 1)) {
            case "Time", "MicroTime" -> time(out, value, type.endsWith("MicroTime"));
            case "Duration" -> out.number(1, duration(value));
            case "Quantity" -> out.text(1, value.isMissingNode() || value.isObject() ? "0" : value.asText());
            case "IntOrString" -> {
                out.number(1, value.isTextual() ? 1 : 0);
                out.number(2, value.isTextual() ? 0 : value.asInt());
                out.text(3, value.isTextual() ? value.asText() : "");
            }
            case "FieldsV1", "RawExtension", "JSON" -> {
                if (!value.isMissingNode() && value != NOTHING) {
                    out.part(1, json(value));
                }
            }
            case "Verbs", "ExtraValue" -> value.forEach(item -> out.text(1, item.asText()));
            case "JSONSchemaPropsOrArray", "JSONSchemaPropsOrStringArray" -> alternatives(out, type, value);
            case "JSONSchemaPropsOrBool" -> {
                out.number(1, value.isObject() || value.asBoolean() ? 1 : 0);
                if (value.isObject()) {
                    out.part(2, message(type.replace("OrBool", ""), value));
                }
            }
            default -> members(out, type, value);
        }
        return out.toByteArray();
    }

    private static void members(ProtobufOutput out, String type, JsonNode value) {
        for (var field : ProtobufTypes.fields(type)) {
            if (field.inline()) {
                out.part(field.number(), message(field.type(), value));
                continue;
            }
            var member = value.path(field.json());
            if (field.map()) {
                map(out, field, member);
            } else if (field.repeated()) {
                member.forEach(item -> single(out, field, item));
            } else if (!absent(member) || !field.pointer() && !field.type().equals("bytes")) {
                single(out, field, absent(member) ? NOTHING : member);
            }
        }
    }

    private static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static void single(ProtobufOutput out, ProtobufTypes.Field field, JsonNode value) {
        switch (field.type()) {
            case "string" -> out.text(field.number(), value.asText(""));
            case "bytes" -> out.part(field.number(), Base64.getDecoder().decode(value.asText("")));
            case "bool" -> out.number(field.number(), value.asBoolean() ? 1 : 0);
            case "int32", "int64", "uint32", "uint64" -> out.number(field.number(), value.asLong());
            case "double" -> out.eightBytes(field.number(), Double.doubleToLongBits(value.asDouble()));
            default -> out.part(field.number(), message(field.type(), value));
        }
    }

    private static void map(ProtobufOutput out, ProtobufTypes.Field field, JsonNode map) {
        // As upstream: by key, so that equal objects give equal bytes.
        map.properties().stream().sorted(java.util.Map.Entry.comparingByKey()).forEach(e -> {
            var entry = new ProtobufOutput();
            entry.text(1, e.getKey());
            single(entry, new ProtobufTypes.Field(2, "", field.type(), false, false, false, false, false), e.getValue());
            out.part(field.number(), entry.toByteArray());
        });
    }

    private static void alternatives(ProtobufOutput out, String type, JsonNode value) {
        var schema = "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";
        if (value.isObject()) {
            out.part(1, message(schema, value));
        } else if (type.endsWith("OrArray")) {
            value.forEach(item -> out.part(2, message(schema, item)));
        } else {
            value.forEach(item -> out.text(2, item.asText()));
        }
    }

    private static void time(ProtobufOutput out, JsonNode value, boolean micro) {
        if (!value.isTextual()) {
            return;
        }
        try {
            var time = java.time.OffsetDateTime.parse(value.asText()).toInstant();
            out.number(1, time.getEpochSecond());
            out.number(2, micro ? time.getNano() : 0);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("time: " + value.asText() + " (expected: RFC 3339)", e);
        }
    }

    /** Of Go's form, such as {@code 1m30s}, in nanoseconds. */
    private static long duration(JsonNode value) {
        try {
            return value.isTextual() ? Duration.parse("PT" + value.asText().toUpperCase(java.util.Locale.ROOT)).toNanos() : 0;
        } catch (DateTimeParseException e) {
            return 0;
        }
    }

    private static byte[] json(JsonNode value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree cannot be written", e);
        }
    }
}
