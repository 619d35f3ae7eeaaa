package dev.skerry.kube.recorded;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.skerry.kube.apiserver.ApiServer;
import dev.skerry.kube.apiserver.ServerConfig;
import dev.skerry.kube.controllers.Controllers;
import dev.skerry.kube.controllers.ControllersConfig;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.TlsContexts;
import dev.skerry.kube.store.SqliteStore;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Our API server with the controllers beside it and no node, and the two clients that the recordings know: the administrator and nobody. */
final class Api implements AutoCloseable {

    static final ObjectMapper JSON = new ObjectMapper();
    /** Writes as the recording did, since some answers quote what was sent. */
    private static final ObjectWriter AS_RECORDED = new ObjectMapper().enable(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature()).writer(new MinimalPrettyPrinter() {
        private static final long serialVersionUID = 1L;

        @Override
        public void writeObjectFieldValueSeparator(JsonGenerator out) throws IOException {
            out.writeRaw(": ");
        }

        @Override
        public void writeObjectEntrySeparator(JsonGenerator out) throws IOException {
            out.writeRaw(", ");
        }

        @Override
        public void writeArrayValueSeparator(JsonGenerator out) throws IOException {
            out.writeRaw(", ");
        }
    });
    /** What the node is called, where there is one. */
    static final String NODE = "box";
    private static final Duration VALIDITY = Duration.ofDays(1);
    private static final Duration LONGEST = Duration.ofSeconds(70);

    private final Optional<Node> node;
    private final SqliteStore store;
    private final ApiServer server;
    private final KubernetesClient client;
    private final Controllers controllers;
    private final HttpClient admin;
    private final HttpClient nobody;

    Api(Path folder) throws IOException {
        this(folder, Optional.empty());
    }

    Api(Path folder, Optional<Node> node) throws IOException {
        this.node = node;
        var clock = InstantSource.system();
        var authority = CertificateAuthority.loadOrCreate(folder.resolve("pki"), "test", clock);
        var trusted = List.of(authority.certificate());
        var keys = Keys.generate();
        var own = authority.issue(keys.getPublic(), CertificateRequest.server("test", List.of("localhost"), List.of("127.0.0.1"), VALIDITY));
        var adminKeys = Keys.generate();
        var certificate = authority.issue(adminKeys.getPublic(), CertificateRequest.client("kubernetes-admin", List.of("system:masters"), VALIDITY));
        store = SqliteStore.open(folder.resolve("state.db"));
        server = ApiServer.start(new ServerConfig("127.0.0.1", 0, TlsContexts.of(keys.getPrivate(), List.of(own, authority.certificate()), trusted),
                authority.certificate(), store, Map.of(), node.map(n -> n), clock));
        client = new KubernetesClientBuilder().withConfig(new ConfigBuilder()
                .withAutoConfigure(false)
                .withMasterUrl("https://127.0.0.1:" + server.port())
                .withCaCertData(base64(Pem.encode(authority.certificate())))
                .withClientCertData(base64(Pem.encode(certificate)))
                .withClientKeyData(base64(Pem.encodeSec1(adminKeys)))
                .withClientKeyAlgo("EC")
                .withOnlyHttpWatches(true)
                .withUserAgent("kube-controller-manager/v1.36.3")
                .withNamespace("default")
                .build()).build();
        controllers = Controllers.start(client, new ControllersConfig(Pem.encode(authority.certificate()), clock).withSigner(authority));
        if (node.isPresent()) {
            node.get().start(client);
        }
        admin = HttpClient.newBuilder().sslContext(TlsContexts.of(adminKeys.getPrivate(), List.of(certificate), trusted)).version(HttpClient.Version.HTTP_1_1).build();
        nobody = HttpClient.newBuilder().sslContext(TlsContexts.trusting(trusted)).version(HttpClient.Version.HTTP_1_1).build();
    }

    /** Does to the node what a scenario says: {@code stop-agent}, {@code put-static} and the like. */
    void node(String what, String file, String content) throws IOException {
        node.orElseThrow(() -> new IOException("no node here")).perform(what, file, content, client);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @param body as JSON if it is or looks like an object, else as text */
    record Answer(int code, Map<String, List<String>> headers, JsonNode body) {

        List<String> header(String name) {
            return headers.entrySet().stream().filter(e -> e.getKey().equalsIgnoreCase(name)).findFirst().map(Map.Entry::getValue).orElse(List.of());
        }
    }

    /** @param auth missing for the administrator; else a token, or nobody */
    Answer send(String method, String path, JsonNode query, JsonNode headers, byte @Nullable [] body, JsonNode auth) throws IOException, InterruptedException {
        var response = client(auth).send(request(method, path, query, headers, body, auth), BodyHandlers.ofByteArray());
        var bytes = response.body();
        if (response.headers().firstValue("content-encoding").orElse("").equals("gzip")) {
            bytes = new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
        }
        return new Answer(response.statusCode(), response.headers().map(), parsed(response.headers().firstValue("content-type").orElse(""), bytes));
    }

    HttpResponse<java.io.InputStream> stream(String path, JsonNode query, JsonNode headers, JsonNode auth) throws IOException, InterruptedException {
        return client(auth).send(request("GET", path, query, headers, null, auth), BodyHandlers.ofInputStream());
    }

    private HttpClient client(JsonNode auth) {
        return auth.isMissingNode() || auth.isNull() ? admin : nobody;
    }

    static byte[] body(JsonNode node) throws JsonProcessingException {
        return AS_RECORDED.writeValueAsBytes(node);
    }

    static JsonNode parsed(String type, byte[] bytes) {
        if (type.contains("json") || bytes.length > 0 && bytes[0] == '{') {
            try {
                return JSON.readTree(bytes);
            } catch (JsonProcessingException e) {
                return TextNode.valueOf(new String(bytes, StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return TextNode.valueOf(new String(bytes, StandardCharsets.UTF_8));
    }

    private HttpRequest request(String method, String path, JsonNode query, JsonNode headers, byte @Nullable [] body, JsonNode auth) {
        var parameters = new ArrayList<String>();
        query.properties().forEach(e -> values(e.getValue()).forEach(v -> parameters.add(encoded(e.getKey()) + "=" + encoded(v))));
        var target = "https://127.0.0.1:" + server.port() + path + (parameters.isEmpty() ? "" : (path.contains("?") ? "&" : "?") + String.join("&", parameters));
        var request = HttpRequest.newBuilder(URI.create(target)).timeout(LONGEST)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        var given = new ArrayList<String>();
        headers.fieldNames().forEachRemaining(n -> given.add(n.toLowerCase(java.util.Locale.ROOT)));
        if (!given.contains("user-agent")) {
            request.header("User-Agent", "exchange/1.0");
        }
        if (!given.contains("accept")) {
            request.header("Accept", "application/json");
        }
        if (body != null && !given.contains("content-type")) {
            request.header("Content-Type", "application/json");
        }
        if (auth.has("token")) {
            request.header("Authorization", "Bearer " + auth.path("token").asText());
        }
        headers.properties().stream().filter(e -> !e.getValue().isNull()).forEach(e -> values(e.getValue()).forEach(v -> request.header(e.getKey(), v)));
        return request.build();
    }

    private static List<String> values(JsonNode value) {
        var texts = new ArrayList<String>();
        if (value.isArray()) {
            value.forEach(v -> texts.add(v.asText()));
        } else {
            texts.add(value.asText());
        }
        return texts;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        node.ifPresent(Node::close);
        controllers.close();
        client.close();
        server.close();
        store.close();
        admin.shutdownNow();
        nobody.shutdownNow();
    }
}
