package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.TlsContexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;

/** An admission webhook with a certificate of its own authority. */
final class ReviewingServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpsServer server;
    private final String bundle;
    private volatile Function<JsonNode, String> answer = review -> patched("[]");
    private volatile JsonNode last = MissingNode.getInstance();

    ReviewingServer(Path folder) throws IOException {
        var authority = CertificateAuthority.loadOrCreate(folder, "webhook", InstantSource.system());
        var keys = Keys.generate();
        var certificate = authority.issue(keys.getPublic(), CertificateRequest.server("webhook", List.of("localhost"), List.of("127.0.0.1"), Duration.ofDays(1)));
        bundle = Base64.getEncoder().encodeToString(Pem.encode(authority.certificate()).getBytes(StandardCharsets.US_ASCII));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(TlsContexts.of(keys.getPrivate(), List.of(certificate), List.of(authority.certificate()))));
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var request = JSON.readTree(exchange.getRequestBody()).path("request");
            last = request;
            var review = JSON.readTree(answer.apply(request));
            if (review.path("response") instanceof ObjectNode response) {
                response.set("uid", request.path("uid"));
            }
            var bytes = JSON.writeValueAsBytes(review);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    void answer(Function<JsonNode, String> by) {
        answer = by;
    }

    /** The newest request. */
    JsonNode last() {
        return last;
    }

    String url() {
        return "https://127.0.0.1:" + server.getAddress().getPort() + "/review";
    }

    String bundle() {
        return bundle;
    }

    static String patched(String patch) {
        return "{\"kind\": \"AdmissionReview\", \"apiVersion\": \"admission.k8s.io/v1\", \"response\": {\"allowed\": true, \"warnings\": [\"looked at\"], \"patchType\": \"JSONPatch\", \"patch\": \""
                + Base64.getEncoder().encodeToString(patch.getBytes(StandardCharsets.UTF_8)) + "\"}}";
    }

    static String refused(int code, String why) {
        return "{\"kind\": \"AdmissionReview\", \"apiVersion\": \"admission.k8s.io/v1\", \"response\": {\"allowed\": false, \"status\": {\"code\": " + code + ", \"message\": \"" + why + "\"}}}";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
