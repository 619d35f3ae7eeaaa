package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.kube.schema.ProtobufWriter;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** How answers are written: JSON, YAML or protobuf, compressed where it pays and the client takes it. */
final class Answers {

    static final int WORTH_COMPRESSING = 128 * 1024;

    private Answers() {}

    /** In the form that the client wants; JSON if it wants none of ours, since an answer that is not what was asked is better than none. */
    static void send(ServerRequest request, ServerResponse response, JsonNode body) {
        var accept = request.headers().first(HeaderNames.ACCEPT).orElse("");
        var form = Form.find(accept);
        byte[] bytes = null;
        var media = Form.JSON;
        if (form != null && form.media().equals(Bodies.PROTOBUF)) {
            bytes = ProtobufWriter.write(body).orElse(null);
            media = Bodies.PROTOBUF;
        }
        if (bytes == null) {
            form = Form.find(accept, false);
            media = form != null && form.media().equals(Form.YAML) ? Form.YAML : Form.JSON;
            bytes = media.equals(Form.YAML) ? yaml(body) : Bodies.write(body);
        }
        if (!response.headers().contains(HeaderNames.CONTENT_TYPE)) {
            response.header(HeaderNames.CONTENT_TYPE, media);
        }
        response.header("Cache-Control", "no-cache, private");
        request.context().get(AuditRecord.class).ifPresent(r -> r.answered(body));
        compress(request, response, bytes);
    }

    /** An object whose JSON is there. */
    static void send(ServerRequest request, ServerResponse response, byte[] json) {
        request.context().get(AuditRecord.class).ifPresent(r -> r.answered(json));
        send(request, response, json, Form.JSON);
    }

    /** Bytes of a form that is not for the audit log. */
    static void send(ServerRequest request, ServerResponse response, byte[] bytes, String media) {
        response.header(HeaderNames.CONTENT_TYPE, media);
        response.header("Cache-Control", "no-cache, private");
        compress(request, response, bytes);
    }

    private static void compress(ServerRequest request, ServerResponse response, byte[] bytes) {
        var sent = bytes;
        if (bytes.length >= WORTH_COMPRESSING && compresses(request)) {
            response.header(HeaderNames.CONTENT_ENCODING, "gzip");
            response.header(HeaderNames.VARY, "Accept-Encoding");
            sent = compressed(bytes);
        }
        response.send(sent);
    }

    static boolean compresses(ServerRequest request) {
        return request.headers().first(HeaderNames.ACCEPT_ENCODING).orElse("").contains("gzip");
    }

    static void text(ServerResponse response, String body) {
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        response.send(body.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] yaml(JsonNode body) {
        var options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        return new Yaml(options).dump(Bodies.JSON.convertValue(body, Map.class)).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] compressed(byte[] bytes) {
        var out = new ByteArrayOutputStream(bytes.length / 4);
        try (var zip = new Quick(out)) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Compresses little, and fast: most links to an API are short. */
    static final class Quick extends GZIPOutputStream {
        private static final int BUFFER = 16 * 1024;

        Quick(OutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
