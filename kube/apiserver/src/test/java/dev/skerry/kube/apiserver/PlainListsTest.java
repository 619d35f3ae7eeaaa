package dev.skerry.kube.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists whose objects go from the store to the client unread. */
class PlainListsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final int OBJECTS = 1_203;

    @TempDir
    Path folder;

    @Test
    void showTheSameAsThoseThatAreRead() throws Exception {
        try (var running = new RunningServer(folder)) {
            running.send("POST", "/api/v1/namespaces", "{\"metadata\": {\"name\": \"default\"}}");
            var fill = "x".repeat(200);
            for (int i = 0; i < OBJECTS; i++) {
                var kind = i % 3 == 0 ? "" : i % 3 == 1 ? "\"kind\": \"ConfigMap\", \"apiVersion\": \"v1\", " : "\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", ";
                var made = running.send("POST", MAPS, "{" + kind + "\"metadata\": {\"name\": \"m-" + i + "\", \"labels\": {\"all\": \"yes\"}}, \"data\": {\"fill\": \"" + fill + "\"}}");
                assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            }

            var whole = JSON.readTree(running.send("GET", MAPS, "").body());
            var read = JSON.readTree(running.send("GET", MAPS + "?labelSelector=all", "").body());
            var zipped = zipped(running);
            var pages = new HashSet<String>();
            var next = "";
            do {
                var page = JSON.readTree(running.send("GET", MAPS + "?limit=500&continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8), "").body());
                page.path("items").forEach(o -> pages.add(o.at("/metadata/name").asText()));
                next = page.at("/metadata/continue").asText("");
                assertThat(page.at("/metadata/remainingItemCount").asInt()).isEqualTo(next.isEmpty() ? 0 : OBJECTS - pages.size());
            } while (!next.isEmpty());

            assertThat(whole.path("items")).hasSize(OBJECTS).allSatisfy(o -> assertThat(o.has("kind") || o.has("apiVersion")).isFalse());
            assertThat(whole).isEqualTo(read);
            assertThat(zipped).isEqualTo(whole);
            assertThat(pages).hasSize(OBJECTS);
            assertThat(running.send("GET", "/api/v1/namespaces/none/configmaps", "").body()).endsWith("\"items\":[]}");
        }
    }

    private static JsonNode zipped(RunningServer running) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(running.url + MAPS)).header("Accept-Encoding", "gzip").timeout(RunningServer.TIMEOUT).build();
        var answer = running.admin.send(request, BodyHandlers.ofInputStream());
        assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
        try (InputStream in = new GZIPInputStream(answer.body())) {
            return JSON.readTree(in);
        }
    }
}
