package dev.skerry.kube.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads Kubernetes' protobuf form of the built-in kinds: four bytes {@code k8s\0}, then a {@code runtime.Unknown} around the
 * object. One generic walk over the field numbers of the facts; no class for any kind.
 */
public final class ProtobufReader {

    private static final int MAX_DEPTH = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final byte[] MAGIC = ProtobufTypes.MAGIC;

    /** Bytes that are not what they should be; the message says where. */
    public static final class MalformedProtobufException extends Exception {
        private static final long serialVersionUID = 1;

        MalformedProtobufException(String message) {
            super(message);
        }
    }

    /** The object with its apiVersion and kind. */
    public ObjectNode read(byte[] bytes) throws MalformedProtobufException {
        if (bytes.length < MAGIC.length || !Arrays.equals(Arrays.copyOf(bytes, MAGIC.length), MAGIC)) {
            throw new MalformedProtobufException("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }
        var envelope = new Wire(bytes, MAGIC.length, bytes.length);
        var apiVersion = "";
        var kind = "";
        var raw = new Wire(bytes, 0, 0);
        while (envelope.more()) {
            var tag = envelope.varint();
            switch ((int) (tag >>> 3)) {
                case 1 -> {
                    var type = envelope.part();
                    while (type.more()) {
                        var field = type.varint() >>> 3;
                        var text = type.text();
                        if (field == 1) {
                            apiVersion = text;
                        } else if (field == 2) {
                            kind = text;
                        }
                    }
                }
                case 2 -> raw = envelope.part();
                default -> envelope.skip(tag);
            }
        }
        var message = ProtobufTypes.message(Gvk.of(apiVersion, kind));
        if (message.isEmpty()) {
            throw new MalformedProtobufException("no kind \"" + kind + "\" is registered for version \"" + apiVersion + "\" in protobuf");
        }
        var object = JsonNodeFactory.instance.objectNode().put("kind", kind).put("apiVersion", apiVersion);
        fill(object, message.get(), raw, 0);
        return object;
    }

    private void fill(ObjectNode object, String message, Wire wire, int depth) throws MalformedProtobufException {
        if (depth > MAX_DEPTH) {
            throw new MalformedProtobufException(message + ": nested deeper than " + MAX_DEPTH);
        }
        var known = ProtobufTypes.fields(message);
        while (wire.more()) {
            var tag = wire.varint();
            var field = find(known, (int) (tag >>> 3));
            if (field == null) {
                wire.skip(tag);
                continue;
            }
            if (field.inline()) {
                fill(object, field.type(), wire.part(), depth + 1);
            } else if (field.map()) {
                var map = object.path(field.json()) instanceof ObjectNode there ? there : object.putObject(field.json());
                entry(map, field.type(), wire.part(), depth);
            } else if (field.repeated()) {
                var list = object.path(field.json()) instanceof ArrayNode there ? there : object.putArray(field.json());
                list.add(value(field.type(), tag, wire, depth));
            } else {
                var value = value(field.type(), tag, wire, depth);
                if (!value.isNull() && !(zero(value) && field.omitempty() && !field.pointer())) {
                    object.set(field.json(), value);
                }
            }
        }
    }

    private static ProtobufTypes.@Nullable Field find(List<ProtobufTypes.Field> fields, int number) {
        for (var field : fields) {
            if (field.number() == number) {
                return field;
            }
        }
        return null;
    }

    private static boolean zero(JsonNode value) {
        return (value.isTextual() && value.asText().isEmpty()) || (value.isNumber() && value.asLong() == 0 && value.asDouble() == 0)
                || (value.isBoolean() && !value.asBoolean());
    }

    private void entry(ObjectNode map, String type, Wire wire, int depth) throws MalformedProtobufException {
        var key = "";
        JsonNode value = type.contains(".") ? JsonNodeFactory.instance.objectNode() : new TextNode("");
        while (wire.more()) {
            var tag = wire.varint();
            switch ((int) (tag >>> 3)) {
                case 1 -> key = wire.text();
                case 2 -> value = value(type, tag, wire, depth);
                default -> wire.skip(tag);
            }
        }
        map.set(key, value);
    }

    private JsonNode value(String type, long tag, Wire wire, int depth) throws MalformedProtobufException {
        return switch (type) {
            case "string" -> new TextNode(wire.text());
            case "bytes" -> new TextNode(Base64.getEncoder().encodeToString(wire.bytes()));
            case "bool" -> BooleanNode.valueOf(wire.varint() != 0);
            case "int32" -> IntNode.valueOf((int) wire.varint());
            case "int64", "uint32", "uint64" -> LongNode.valueOf(wire.varint());
            case "double" -> JsonNodeFactory.instance.numberNode(Double.longBitsToDouble(wire.fixed(8)));
            case "float" -> JsonNodeFactory.instance.numberNode(Float.intBitsToFloat((int) wire.fixed(4)));
            default -> {
                if ((tag & 7) != 2) {
                    throw new MalformedProtobufException(type + ": wire type " + (tag & 7) + " (expected: 2)");
                }
                yield special(type, wire.part(), depth);
            }
        };
    }

    /** Messages whose JSON form is not an object of their fields. */
    private JsonNode special(String type, Wire part, int depth) throws MalformedProtobufException {
        var plain = JsonNodeFactory.instance.objectNode();
        switch (type.substring(type.lastIndexOf('.') + 1)) {
            case "Time", "MicroTime" -> {
                fill(plain, type, part, depth + 1);
                if (plain.isEmpty()) {
                    return NullNode.getInstance();
                }
                var time = Instant.ofEpochSecond(plain.path("seconds").asLong(), plain.path("nanos").asLong());
                return new TextNode(type.endsWith("MicroTime")
                        ? java.time.format.DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(java.time.ZoneOffset.UTC).format(time)
                        : time.truncatedTo(ChronoUnit.SECONDS).toString());
            }
            case "Quantity" -> {
                fill(plain, type, part, depth + 1);
                return new TextNode(plain.path("string").asText("0"));
            }
            case "IntOrString" -> {
                fill(plain, type, part, depth + 1);
                return plain.path("type").asLong() == 1 ? new TextNode(plain.path("strVal").asText("")) : IntNode.valueOf(plain.path("intVal").asInt());
            }
            case "FieldsV1", "RawExtension", "JSON" -> {
                return rawJson(type, part);
            }
            case "Verbs", "ExtraValue" -> {
                fill(plain, type, part, depth + 1);
                return plain.path("items").isArray() ? plain.path("items") : JsonNodeFactory.instance.arrayNode();
            }
            case "JSONSchemaPropsOrArray", "JSONSchemaPropsOrStringArray" -> {
                fill(plain, type, part, depth + 1);
                return plain.has("schema") ? plain.path("schema") : plain.path("jSONSchemas").isMissingNode() ? plain.path("property") : plain.path("jSONSchemas");
            }
            case "JSONSchemaPropsOrBool" -> {
                fill(plain, type, part, depth + 1);
                return plain.has("schema") ? plain.path("schema") : BooleanNode.valueOf(plain.path("allows").asBoolean());
            }
            default -> {
                fill(plain, type, part, depth + 1);
                return plain;
            }
        }
    }

    private static JsonNode rawJson(String type, Wire part) throws MalformedProtobufException {
        var bytes = new byte[0];
        while (part.more()) {
            var tag = part.varint();
            if (tag >>> 3 == 1) {
                bytes = part.bytes();
            } else {
                part.skip(tag);
            }
        }
        try {
            return bytes.length == 0 ? NullNode.getInstance() : JSON.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new MalformedProtobufException(type + ": not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new MalformedProtobufException(type + ": " + e.getMessage());
        }
    }

    /** A stretch of bytes in the wire format; never reads beyond its end. */
    private static final class Wire {

        private final byte[] bytes;
        private final int end;
        private int at;

        Wire(byte[] bytes, int at, int end) {
            this.bytes = bytes;
            this.at = at;
            this.end = end;
        }

        boolean more() {
            return at < end;
        }

        long varint() throws MalformedProtobufException {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (at >= end) {
                    throw new MalformedProtobufException("unexpected EOF at byte " + at);
                }
                var b = bytes[at++];
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            throw new MalformedProtobufException("integer overflow at byte " + at);
        }

        Wire part() throws MalformedProtobufException {
            var length = varint();
            if (length < 0 || length > end - at) {
                throw new MalformedProtobufException("unexpected EOF at byte " + at + ": " + length + " bytes announced, " + (end - at) + " left");
            }
            var part = new Wire(bytes, at, at + (int) length);
            at += (int) length;
            return part;
        }

        byte[] bytes() throws MalformedProtobufException {
            var part = part();
            return Arrays.copyOfRange(bytes, part.at, part.end);
        }

        String text() throws MalformedProtobufException {
            var part = part();
            return new String(bytes, part.at, part.end - part.at, StandardCharsets.UTF_8);
        }

        long fixed(int size) throws MalformedProtobufException {
            if (end - at < size) {
                throw new MalformedProtobufException("unexpected EOF at byte " + at);
            }
            long value = 0;
            for (int i = 0; i < size; i++) {
                value |= (bytes[at++] & 0xffL) << (8 * i);
            }
            return value;
        }

        void skip(long tag) throws MalformedProtobufException {
            switch ((int) (tag & 7)) {
                case 0 -> varint();
                case 1 -> fixed(8);
                case 2 -> part();
                case 5 -> fixed(4);
                default -> throw new MalformedProtobufException("wire type " + (tag & 7) + " at byte " + at);
            }
        }
    }
}
