package dev.skerry.kube.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiServerTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String DEFINITION = """
            {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "gauges.test.dev"},
             "spec": {"group": "test.dev", "scope": "Namespaced", "names": {"plural": "gauges", "kind": "Gauge", "shortNames": ["ga"]},
              "versions": [{"name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
               "additionalPrinterColumns": [{"name": "LIMIT", "type": "integer", "jsonPath": ".spec.limit"}],
               "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                 "spec": {"type": "object", "required": ["limit"], "properties": {"limit": {"type": "integer", "minimum": 1}, "unit": {"type": "string", "default": "Cel"}}},
                 "status": {"type": "object", "properties": {"value": {"type": "number"}}}}}}}]}}""";

    @TempDir
    Path folder;

    private RunningServer running;

    @BeforeEach
    void start() throws Exception {
        running = new RunningServer(folder);
        assertThat(running.send("POST", "/api/v1/namespaces", "{\"metadata\": {\"name\": \"default\"}}").statusCode()).isEqualTo(201);
    }

    @AfterEach
    void stop() {
        running.close();
    }

    @Test
    void letsNobodyInWithoutACertificateOrAToken() throws Exception {
        assertThat(running.send(running.nobody, "GET", MAPS, "").body()).contains("User \\\"system:anonymous\\\" cannot list");
        assertThat(running.send(running.nobody, "GET", MAPS, "", "Authorization", "Bearer wrong").statusCode()).isEqualTo(401);
        assertThat(running.send(running.nobody, "GET", MAPS, "", "Authorization", "Bearer weak-token").statusCode()).isEqualTo(403);
        assertThat(running.send(running.nobody, "GET", MAPS, "", "Authorization", "Bearer good-token").statusCode()).isEqualTo(200);
        assertThat(running.send("GET", MAPS, "", "Authorization", "Bearer wrong").statusCode()).as("a wrong token beside a good certificate").isEqualTo(401);
        assertThat(running.send(running.nobody, "GET", "/readyz", "").body()).isEqualTo("ok");
    }

    @Test
    void keepsAnObjectAndCountsItsChanges() throws Exception {
        var made = json(running.send("POST", MAPS, "{\"metadata\": {\"name\": \"m\"}, \"data\": {\"a\": \"1\"}}"), 201);
        assertThat(made.at("/metadata/uid").asText()).hasSize(36);
        assertThat(running.send("POST", MAPS, "{\"metadata\": {\"name\": \"m\"}}").statusCode()).isEqualTo(409);

        var stale = made.deepCopy();
        var changed = json(running.send("PUT", MAPS + "/m", made.toString().replace("\"1\"", "\"2\"")), 200);
        var refused = running.send("PUT", MAPS + "/m", stale.toString().replace("\"1\"", "\"3\""));

        assertThat(changed.at("/data/a").asText()).isEqualTo("2");
        assertThat(changed.at("/metadata/resourceVersion").asLong()).isGreaterThan(made.at("/metadata/resourceVersion").asLong());
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("the object has been modified");
        assertThat(json(running.send("DELETE", MAPS + "/m", ""), 200).at("/status").asText()).isEqualTo("Success");
        assertThat(running.send("GET", MAPS + "/m", "").statusCode()).isEqualTo(404);
    }

    @Test
    void aWriteWithoutEffectKeepsTheVersion() throws Exception {
        var made = json(running.send("POST", MAPS, "{\"metadata\": {\"name\": \"m\"}, \"data\": {\"a\": \"1\"}}"), 201);
        var same = json(running.send("PATCH", MAPS + "/m", "{\"data\": {\"a\": \"1\"}}", "Content-Type", "application/merge-patch+json"), 200);

        assertThat(same.at("/metadata/resourceVersion")).isEqualTo(made.at("/metadata/resourceVersion"));
    }

    @Test
    void appliesOnBehalfOfManagersAndTellsConflicts() throws Exception {
        var body = "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"m\"}, \"data\": {\"a\": \"%s\"}}";
        var type = "application/apply-patch+yaml";
        assertThat(running.send("PATCH", MAPS + "/m?fieldManager=one", body.formatted("1"), "Content-Type", type).statusCode()).isEqualTo(201);
        var conflict = running.send("PATCH", MAPS + "/m?fieldManager=two", body.formatted("2"), "Content-Type", type);
        var forced = running.send("PATCH", MAPS + "/m?fieldManager=two&force=true", body.formatted("2"), "Content-Type", type);

        assertThat(conflict.statusCode()).isEqualTo(409);
        assertThat(conflict.body()).contains("conflict with \\\"one\\\"").contains(".data.a");
        assertThat(json(forced, 200).at("/data/a").asText()).isEqualTo("2");
        assertThat(running.send("PATCH", MAPS + "/m", body.formatted("2"), "Content-Type", type).statusCode()).as("without a manager").isIn(400, 422);
    }

    @Test
    void warnsOfUnknownFieldsOrRefusesThem() throws Exception {
        var body = "{\"metadata\": {\"name\": \"%s\"}, \"dta\": {}}";

        assertThat(running.send("POST", MAPS, body.formatted("a")).headers().firstValue("Warning").orElse("")).contains("unknown field").contains("dta");
        assertThat(running.send("POST", MAPS + "?fieldValidation=Strict", body.formatted("b")).body()).contains("strict decoding error: unknown field");
    }

    @Test
    void listsInPagesThatShowOneState() throws Exception {
        for (int i = 0; i < 5; i++) {
            json(running.send("POST", MAPS, "{\"metadata\": {\"name\": \"m" + i + "\", \"labels\": {\"odd\": \"" + i % 2 + "\"}}}"), 201);
        }
        var first = json(running.send("GET", MAPS + "?limit=2", ""), 200);
        json(running.send("DELETE", MAPS + "/m4", ""), 200);
        var rest = json(running.send("GET", MAPS + "?limit=10&continue=" + first.at("/metadata/continue").asText(), ""), 200);

        assertThat(first.at("/metadata/remainingItemCount").asInt()).isEqualTo(3);
        assertThat(names(rest)).containsExactly("m2", "m3", "m4");
        assertThat(names(json(running.send("GET", MAPS + "?labelSelector=odd%3D1", ""), 200))).containsExactly("m1", "m3");
        assertThat(names(json(running.send("GET", MAPS + "?labelSelector=odd%20notin%20(1)", ""), 200))).containsExactly("m0", "m2");
        assertThat(running.send("GET", MAPS + "?fieldSelector=data.a%3D1", "").statusCode()).isEqualTo(400);
    }

    @Test
    void aWatchTellsEachChangeOfItsSelection() throws Exception {
        var list = json(running.send("GET", MAPS, ""), 200);
        var request = HttpRequest.newBuilder(URI.create(running.url + MAPS + "?watch=true&labelSelector=on&timeoutSeconds=20&resourceVersion="
                        + list.at("/metadata/resourceVersion").asText())).timeout(RunningServer.TIMEOUT).build();
        var answer = running.admin.send(request, BodyHandlers.ofInputStream());
        json(running.send("POST", MAPS, "{\"metadata\": {\"name\": \"m\"}}"), 201);
        json(running.send("PATCH", MAPS + "/m", "{\"metadata\": {\"labels\": {\"on\": \"1\"}}}", "Content-Type", "application/merge-patch+json"), 200);
        json(running.send("PATCH", MAPS + "/m", "{\"data\": {\"a\": \"b\"}}", "Content-Type", "application/merge-patch+json"), 200);
        json(running.send("PATCH", MAPS + "/m", "{\"metadata\": {\"labels\": null}}", "Content-Type", "application/merge-patch+json"), 200);
        var seen = new ArrayList<String>();
        try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            while (seen.size() < 3) {
                seen.add(JSON.readTree(lines.readLine()).path("type").asText());
            }
        }

        assertThat(seen).containsExactly("ADDED", "MODIFIED", "DELETED");
    }

    @Test
    void servesAKindFromTheMomentThatItIsDefined() throws Exception {
        assertThat(running.send("GET", "/apis/test.dev/v1/gauges", "").statusCode()).isEqualTo(404);
        json(running.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION), 201);
        var gauges = "/apis/test.dev/v1/namespaces/default/gauges";
        var gauge = "{\"apiVersion\": \"test.dev/v1\", \"kind\": \"Gauge\", \"metadata\": {\"name\": \"g\"}, \"spec\": {\"limit\": %s}, \"status\": {\"value\": 9}}";

        var refused = running.send("POST", gauges, gauge.formatted("0"));
        var made = json(running.send("POST", gauges, gauge.formatted("5")), 201);
        var told = json(running.send("PATCH", gauges + "/g/status", "{\"status\": {\"value\": 3}, \"spec\": {\"limit\": 7}}", "Content-Type", "application/merge-patch+json"), 200);
        var table = json(running.send("GET", gauges, "", "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"), 200);

        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("spec.limit").contains("should be greater than or equal to 1");
        assertThat(made.at("/spec/unit").asText()).isEqualTo("Cel");
        assertThat(made.has("status")).isFalse();
        assertThat(told.at("/spec/limit").asInt()).as("the status path does not touch the spec").isEqualTo(5);
        assertThat(told.at("/status/value").asInt()).isEqualTo(3);
        assertThat(table.at("/rows/0/cells").toString()).isEqualTo("[\"g\",5]");
        assertThat(running.send("GET", "/apis/test.dev/v1", "").body()).contains("\"shortNames\":[\"ga\"]");
        json(running.send("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gauges.test.dev", ""), 200);
        assertThat(running.send("GET", gauges, "").statusCode()).isEqualTo(404);
    }

    @Test
    void anObjectWithAFinalizerGoesWhenTheFinalizerDoes() throws Exception {
        json(running.send("POST", MAPS, "{\"metadata\": {\"name\": \"m\", \"finalizers\": [\"test.dev/wait\"]}}"), 201);
        var marked = json(running.send("DELETE", MAPS + "/m", ""), 200);
        assertThat(marked.at("/metadata/deletionTimestamp").asText()).isNotEmpty();
        json(running.send("PATCH", MAPS + "/m", "{\"metadata\": {\"finalizers\": null}}", "Content-Type", "application/merge-patch+json"), 200);

        assertThat(running.send("GET", MAPS + "/m", "").statusCode()).isEqualTo(404);
    }

    @Test
    void tellsWhatIsWrongWithABody() throws Exception {
        assertThat(running.send("POST", MAPS, "{\"metadata\": ").statusCode()).isEqualTo(400);
        assertThat(running.send("POST", MAPS, "x".repeat(4 * 1024 * 1024)).statusCode()).isEqualTo(413);
        assertThat(running.send("POST", MAPS, "{}", "Content-Type", "text/html").statusCode()).isEqualTo(415);
        assertThat(running.send("POST", MAPS, "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"x\"}}").statusCode()).isEqualTo(400);
        assertThat(running.send("POST", MAPS, "{\"metadata\": {\"name\": \"Not_A_Name\"}}").body()).contains("metadata.name").contains("RFC 1123");
        assertThat(running.send("POST", "/api/v1/namespaces/absent/configmaps", "{\"metadata\": {\"name\": \"x\"}}").statusCode()).isEqualTo(404);
        assertThat(running.send("GET", "/apis/nothing/v1/things", "").body()).as("as upstream, no group, no Status").isEqualTo("404 page not found\n");
        assertThat(running.send("GET", "/apis/apps/v1/things", "").body()).contains("the server could not find the requested resource");
    }

    private static List<String> names(JsonNode list) {
        var names = new ArrayList<String>();
        list.path("items").forEach(i -> names.add(i.at("/metadata/name").asText()));
        return names;
    }

    private static JsonNode json(HttpResponse<String> answer, int code) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(code);
        return JSON.readTree(answer.body());
    }
}
