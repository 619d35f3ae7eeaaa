package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.ProtobufReader;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Objects to and from bytes, within limits. */
final class Bodies {

    static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    static final int MAX_BYTES = 3 * 1024 * 1024;
    private static final int MAX_DEPTH = 200;

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
            var bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw Failure.tooLarge(MAX_BYTES);
            }
            return bytes;
        } catch (IOException e) {
            throw Failure.badRequest("the body could not be read: " + e.getMessage());
        }
    }

    static String mediaType(ServerRequest request) {
        var header = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("application/json");
        var semicolon = header.indexOf(';');
        return (semicolon < 0 ? header : header.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    /** An object in JSON or YAML, by its media type. */
    static ObjectNode object(ServerRequest request) throws Failure {
        var bytes = bytes(request);
        return switch (mediaType(request)) {
            case "application/json", "*/*" -> asObject(json(bytes));
            case "application/yaml" -> asObject(yaml(bytes));
            case PROTOBUF -> protobuf(bytes);
            default -> throw Failure.media(mediaType(request), "application/json, application/yaml, " + PROTOBUF);
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

    static JsonNode json(byte[] bytes) throws Failure {
        if (bytes.length == 0) {
            throw Failure.badRequest("unexpected end of JSON input");
        }
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            var message = e instanceof JsonProcessingException json ? json.getOriginalMessage() + at(json) : String.valueOf(e.getMessage());
            throw Failure.badRequest("couldn't get version/kind; json parse error: " + message);
        }
    }

    private static String at(JsonProcessingException e) {
        return e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr() + ")";
    }

    static JsonNode yaml(byte[] bytes) throws Failure {
        try {
            var options = new LoaderOptions();
            options.setCodePointLimit(MAX_BYTES);
            options.setNestingDepthLimit(MAX_DEPTH);
            options.setMaxAliasesForCollections(20);
            Object loaded = new Yaml(new SafeConstructor(options)).load(new String(bytes, StandardCharsets.UTF_8));
            return JSON.valueToTree(loaded);
        } catch (YAMLException | IllegalArgumentException e) {
            throw Failure.badRequest("error converting YAML to JSON: " + e.getMessage());
        }
    }

    private static ObjectNode asObject(JsonNode node) throws Failure {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw Failure.badRequest("couldn't get version/kind; json parse error: " + node.getNodeType() + " (expected: an object)");
    }
}
