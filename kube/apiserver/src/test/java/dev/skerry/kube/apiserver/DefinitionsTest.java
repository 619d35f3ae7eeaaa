package dev.skerry.kube.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String PUMPS = "/apis/test.dev/v1/namespaces/default/pumps";

    @TempDir
    Path folder;

    private RunningServer running;

    @BeforeEach
    void start() throws Exception {
        running = new RunningServer(folder);
        running.send("POST", "/api/v1/namespaces", "{\"metadata\": {\"name\": \"default\"}}");
    }

    @AfterEach
    void stop() {
        running.close();
    }

    @Test
    void runsRulesOnWritesAndTransitions() throws Exception {
        define("pumps", "Pump", """
                {"type": "object", "properties": {"spec": {"type": "object",
                  "x-kubernetes-validations": [
                    {"rule": "self.low <= self.high", "messageExpression": "'low ' + string(self.low) + ' is above high'", "fieldPath": ".low", "reason": "FieldValueForbidden"},
                    {"rule": "!has(self.map) || self.map['x'] == 1"}],
                  "properties": {"low": {"type": "integer"}, "high": {"type": "integer"}, "map": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "serial": {"type": "string", "maxLength": 9, "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "is fixed"}]}}}}}""");

        assertThat(refused("POST", PUMPS, pump("{\"low\": 3, \"high\": 1}"))).isEqualTo("Pump.test.dev \"p\" is invalid: spec.low: Forbidden: low 3 is above high");
        assertThat(refused("POST", PUMPS, pump("{\"low\": 1, \"high\": 1, \"map\": {}}")))
                .isEqualTo("Pump.test.dev \"p\" is invalid: spec: Invalid value: \"object\": no such key: x evaluating rule: !has(self.map) || self.map['x'] == 1");
        json(running.send("POST", PUMPS, pump("{\"low\": 1, \"high\": 2, \"serial\": \"a\"}")), 201);
        assertThat(refused("PATCH", PUMPS + "/p", "{\"spec\": {\"serial\": \"b\"}}")).isEqualTo("Pump.test.dev \"p\" is invalid: spec.serial: Invalid value: \"b\": is fixed");
        json(patch(PUMPS + "/p", "{\"spec\": {\"low\": 2}}"), 200);
    }

    /** A definition may become stricter: objects that are there can still be written, but not made worse. */
    @Test
    void letsUnchangedFaultsBe() throws Exception {
        define("pumps", "Pump", "{\"type\": \"object\", \"properties\": {\"spec\": {\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\"}, \"b\": {\"type\": \"integer\"}}}}}");
        json(running.send("POST", PUMPS, pump("{\"a\": 50, \"b\": 1}")), 201);
        var strict = "{\"type\": \"object\", \"properties\": {\"spec\": {\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\", \"maximum\": 10},"
                + "\"b\": {\"type\": \"integer\", \"x-kubernetes-validations\": [{\"rule\": \"self > 5\"}]}}}}}";
        json(patch(DEFINITIONS + "/pumps.test.dev", "{\"spec\": " + spec("pumps", "Pump", strict) + "}"), 200);

        json(patch(PUMPS + "/p", "{\"metadata\": {\"labels\": {\"x\": \"y\"}}}"), 200);
        assertThat(refused("PATCH", PUMPS + "/p", "{\"spec\": {\"a\": 51}}")).contains("spec.a: Invalid value: 51: spec.a in body should be less than or equal to 10");
        assertThat(refused("PATCH", PUMPS + "/p", "{\"spec\": {\"b\": 2}}")).contains("spec.b: Invalid value: 2: failed rule: self > 5");
    }

    @Test
    void givesAFreedNameToWhoWaitsForIt() throws Exception {
        define("pumps", "Pump", "{\"type\": \"object\"}");
        json(running.send("POST", DEFINITIONS, definition("others", "Pump", "{\"type\": \"object\"}")), 201);
        await().atMost(RunningServer.TIMEOUT).until(() -> condition("others.test.dev", "NamesAccepted").path("reason").asText().equals("ListKindConflict"));
        assertThat(running.send("GET", "/apis/test.dev/v1/others", "").statusCode()).isEqualTo(404);

        json(running.send("DELETE", DEFINITIONS + "/pumps.test.dev", ""), 200);
        await().atMost(RunningServer.TIMEOUT).until(() -> condition("others.test.dev", "Established").path("status").asText().equals("True"));
        assertThat(running.send("GET", "/apis/test.dev/v1/others", "").statusCode()).isEqualTo(200);
    }

    @Test
    void endsWatchesWithTheirDefinition() throws Exception {
        define("pumps", "Pump", "{\"type\": \"object\"}");
        json(running.send("POST", PUMPS, pump("{}")), 201);
        var watch = CompletableFuture.supplyAsync(() -> {
            try {
                return running.send("GET", PUMPS + "?watch=true", "").body();
            } catch (Exception e) {
                return "failed: " + e;
            }
        });
        json(running.send("DELETE", DEFINITIONS + "/pumps.test.dev", ""), 200);
        await().atMost(RunningServer.TIMEOUT).until(watch::isDone);
        assertThat(watch.join()).doesNotStartWith("failed");
        assertThat(running.send("GET", PUMPS, "").statusCode()).isEqualTo(404);
    }

    @Test
    void convertsByAWebhookAndTellsItsRefusals() throws Exception {
        var refusal = new AtomicReference<>("");
        var webhook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        webhook.createContext("/convert", exchange -> {
            var request = JSON.readTree(exchange.getRequestBody()).path("request");
            var answer = JSON.createObjectNode().put("apiVersion", "apiextensions.k8s.io/v1").put("kind", "ConversionReview");
            var response = answer.putObject("response").put("uid", request.path("uid").asText());
            response.putObject("result").put("status", refusal.get().isEmpty() ? "Success" : "Failed").put("message", refusal.get());
            var made = response.putArray("convertedObjects");
            for (var object : request.path("objects")) {
                var spec = (ObjectNode) object.path("spec");
                var celsius = request.path("desiredAPIVersion").asText().endsWith("/v1");
                spec.put(celsius ? "celsius" : "kelvin", celsius ? spec.path("kelvin").asInt() - 273 : spec.path("celsius").asInt() + 273).remove(celsius ? "kelvin" : "celsius");
                made.add(((ObjectNode) object).put("apiVersion", request.path("desiredAPIVersion").asText()));
            }
            var bytes = JSON.writeValueAsBytes(answer);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        webhook.start();
        try {
            var url = "http://127.0.0.1:" + webhook.getAddress().getPort() + "/convert";
            var conversion = new ConversionWebhooks(running.store).of((ObjectNode) JSON.readTree(
                    "{\"spec\": {\"conversion\": {\"strategy\": \"Webhook\", \"webhook\": {\"clientConfig\": {\"url\": \"" + url + "\"}}}}}"));
            var old = (ObjectNode) JSON.readTree("{\"apiVersion\": \"test.dev/v1beta1\", \"kind\": \"Probe\", \"metadata\": {\"name\": \"a\"}, \"spec\": {\"kelvin\": 300}}");

            var made = conversion.convert(old.deepCopy(), "test.dev/v1");
            assertThat(made.path("spec").toString()).isEqualTo("{\"celsius\":27}");
            assertThat(made.path("apiVersion").asText()).isEqualTo("test.dev/v1");

            refusal.set("too cold");
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> conversion.convert(old.deepCopy(), "test.dev/v1")))
                    .hasMessage("conversion webhook for test.dev/v1beta1, Kind=Probe failed: too cold");
        } finally {
            webhook.stop(0);
        }
    }

    private void define(String plural, String kind, String schema) throws Exception {
        json(running.send("POST", DEFINITIONS, definition(plural, kind, schema)), 201);
        await().atMost(RunningServer.TIMEOUT).until(() -> running.send("GET", "/apis/test.dev/v1/" + plural, "").statusCode() == 200);
    }

    private static String definition(String plural, String kind, String schema) {
        return "{\"apiVersion\": \"apiextensions.k8s.io/v1\", \"kind\": \"CustomResourceDefinition\", \"metadata\": {\"name\": \"" + plural + ".test.dev\"}, \"spec\": "
                + spec(plural, kind, schema) + "}";
    }

    private static String spec(String plural, String kind, String schema) {
        return "{\"group\": \"test.dev\", \"scope\": \"Namespaced\", \"names\": {\"plural\": \"" + plural + "\", \"singular\": \"" + plural + "1\", \"kind\": \"" + kind
                + "\"}, \"versions\": [{\"name\": \"v1\", \"served\": true, \"storage\": true, \"schema\": {\"openAPIV3Schema\": " + schema + "}}]}";
    }

    private static String pump(String spec) {
        return "{\"apiVersion\": \"test.dev/v1\", \"kind\": \"Pump\", \"metadata\": {\"name\": \"p\"}, \"spec\": " + spec + "}";
    }

    private JsonNode condition(String definition, String type) throws Exception {
        return DefinitionNames.find((ObjectNode) json(running.send("GET", DEFINITIONS + "/" + definition, ""), 200), type);
    }

    private HttpResponse<String> patch(String path, String body) throws Exception {
        return running.send("PATCH", path, body, "Content-Type", "application/merge-patch+json");
    }

    private String refused(String method, String path, String body) throws Exception {
        var response = method.equals("PATCH") ? patch(path, body) : running.send(method, path, body);
        return json(response, 422).path("message").asText();
    }

    private static JsonNode json(HttpResponse<String> response, int code) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(code);
        return JSON.readTree(response.body());
    }
}
