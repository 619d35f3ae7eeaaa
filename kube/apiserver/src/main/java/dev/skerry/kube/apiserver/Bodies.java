package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.ProtobufReader;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Objects to and from bytes, within limits. */
final class Bodies {

    static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    static final int MAX_BYTES = 3 * 1024 * 1024;
    static final int MAX_DEPTH = 1_000;

    static final ObjectMapper JSON = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build()).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Bodies() {}

    static byte[] write(JsonNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The same JSON without any letter beyond ASCII: those stand as escapes. A watch's lines are such, because a widespread client (fabric8 up to 7.6, by HTTP) leaves
     * blanks of its own between two lines when there are others.
     */
    static byte[] ascii(byte[] json) {
        var plain = true;
        for (int i = 0; i < json.length && plain; i++) {
            plain = json[i] >= 0;
        }
        if (plain) {
            return json;
        }
        var text = new String(json, StandardCharsets.UTF_8);
        var escaped = new StringBuilder(text.length() * 2);
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c < 0x80) {
                escaped.append(c);
            } else {
                escaped.append("\\u").append(HexFormat.of().toHexDigits(c));
            }
        }
        return escaped.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** An object that the store holds: our own bytes. */
    static ObjectNode stored(byte[] bytes) {
        try {
            return (ObjectNode) JSON.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(ServerRequest request) throws Failure {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try (var in = request.content().inputStream()) {
            var time = request.context().get(RequestClock.class);
            var bytes = time.isPresent() ? time.get().reading(() -> in.readNBytes(MAX_BYTES + 1)) : in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw Failure.tooLarge("Request entity too large: limit is " + MAX_BYTES);
            }
            request.context().get(AuditRecord.class).ifPresent(r -> r.sent(bytes));
            return bytes;
        } catch (IOException | DataReader.InsufficientDataAvailableException e) {
            // Most often the client has gone.
            throw Failure.badRequest("the body could not be read: " + e.getMessage());
        }
    }

    static String mediaType(ServerRequest request) {
        var header = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("application/json");
        var semicolon = header.indexOf(';');
        return (semicolon < 0 ? header : header.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    /** What a client sent. @param duplicates members that stood twice, by path @param bytes the text of it */
    record Read(JsonNode node, List<String> duplicates, byte[] bytes) {}

    /** An object in JSON, YAML or protobuf, by its media type. */
    static Read object(ServerRequest request, ResourceType type) throws Failure {
        var bytes = bytes(request);
        var read = switch (mediaType(request)) {
            case "application/json", "*/*" -> json(bytes, type);
            case "application/yaml" -> Yamls.read(bytes, "");
            case PROTOBUF -> {
                if (type.custom()) {
                    throw Failure.media("application/json, application/yaml");
                }
                yield new Read(protobuf(bytes), List.of(), bytes);
            }
            default -> throw Failure.media(type.custom() ? "application/json, application/yaml" : "application/json, application/yaml, " + PROTOBUF);
        };
        if (read.node().isNull() && !type.custom()) {
            return new Read(JsonNodeFactory.instance.objectNode(), read.duplicates(), bytes);
        }
        var fault = "";
        if (!read.node().isObject()) {
            fault = "json: cannot unmarshal " + GoJson.typeOf(read.node())
                    + " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }";
        }
        for (var name : List.of("apiVersion", "kind")) {
            var said = read.node().path(name);
            if (fault.isEmpty() && !said.isMissingNode() && !said.isNull() && !said.isTextual()) {
                fault = "json: cannot unmarshal " + GoJson.typeOf(said) + " into Go struct field ." + name + " of type string";
            }
        }
        if (!fault.isEmpty()) {
            throw unrecognized(type, "couldn't get version/kind; json parse error: " + fault, bytes);
        }
        if (read.node().path("apiVersion").asText("").chars().filter(c -> c == '/').count() > 1) {
            throw unrecognized(type, "unexpected GroupVersion string: " + read.node().path("apiVersion").asText(), bytes);
        }
        return read;
    }

    private static Failure unrecognized(ResourceType type, String why, byte[] bytes) {
        return Failure.badRequest((type.custom() ? "" : "the object provided is unrecognized (must be of type " + type.kind() + "): ") + why + " (" + GoJson.shown(bytes) + ")");
    }

    private static Read json(byte[] bytes, ResourceType type) throws Failure {
        try {
            return JsonReader.read(bytes);
        } catch (IOException e) {
            throw unrecognized(type, "couldn't get version/kind; json parse error: " + GoJson.fault(bytes), bytes);
        }
    }

    /** A patch, in JSON. */
    static Read patch(byte[] bytes, String prefix) throws Failure {
        try {
            return JsonReader.read(bytes);
        } catch (IOException e) {
            throw Failure.badRequest(prefix + GoJson.fault(bytes));
        }
    }

    /** DeleteOptions, in any form; nothing if there is no body. */
    static JsonNode options(ServerRequest request) throws Failure {
        var bytes = bytes(request);
        if (bytes.length == 0) {
            return JsonNodeFactory.instance.objectNode();
        }
        return switch (mediaType(request)) {
            case "application/yaml" -> Yamls.read(bytes, "").node();
            case PROTOBUF -> protobuf(bytes);
            default -> {
                try {
                    yield JsonReader.read(bytes).node();
                } catch (IOException e) {
                    throw Failure.badRequest("couldn't get version/kind; json parse error: " + GoJson.fault(bytes));
                }
            }
        };
    }

    static ObjectNode protobuf(byte[] bytes) throws Failure {
        try {
            return Protobuf.READER.read(bytes);
        } catch (ProtobufReader.MalformedProtobufException e) {
            throw Failure.badRequest(String.valueOf(e.getMessage()));
        }
    }

    /** Made when the first client speaks it. */
    private static final class Protobuf {
        static final ProtobufReader READER = new ProtobufReader();
    }
}
