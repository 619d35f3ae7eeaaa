package dev.skerry.kube.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was done is written down, and a line that is gone shows. */
class AuditTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("audit/audit.log");
    }

    @Test
    void writesWhoDidWhatAsThePolicySays() throws Exception {
        var policy = """
                apiVersion: audit.k8s.io/v1
                kind: Policy
                omitStages: [RequestReceived]
                rules:
                - level: None
                  resources: [{group: "", resources: [secrets]}]
                - level: RequestResponse
                  omitManagedFields: true
                  resources: [{group: "", resources: [configmaps]}]
                  verbs: [create]
                - level: Metadata
                  verbs: [create, get]
                """;
        try (var running = new RunningServer(folder, AccessConfig.USUAL.withAudit(new AuditConfig(file(), policy, 1 << 20, 3, Duration.ofDays(1))))) {
            running.send("POST", "/api/v1/namespaces", "{\"metadata\": {\"name\": \"default\"}}");
            running.send("POST", "/api/v1/namespaces/default/secrets", "{\"metadata\": {\"name\": \"s\"}, \"stringData\": {\"a\": \"hidden\"}}");
            running.send("POST", "/api/v1/namespaces/default/configmaps", "{\"metadata\": {\"name\": \"m\"}, \"data\": {\"a\": \"b\"}}", "Audit-Id", "mine-1");
            running.send("GET", "/api/v1/namespaces/default/configmaps/m", "", "Impersonate-User", "jane");
            running.send(running.nobody, "GET", "/api/v1/nodes/x", "", "Authorization", "Bearer wrong");
        }
        var events = lines();
        assertThat(events).extracting(e -> e.path("verb").asText() + " " + e.at("/objectRef/resource").asText() + " " + e.at("/responseStatus/code").asInt())
                .containsExactly("create namespaces 201", "create configmaps 201", "get configmaps 403", "get nodes 401");
        var map = events.get(1);
        assertThat(map.path("auditID").asText()).isEqualTo("mine-1");
        assertThat(map.at("/requestObject/data/a").asText()).isEqualTo("b");
        assertThat(map.at("/responseObject/metadata").has("uid")).isTrue();
        assertThat(map.at("/responseObject/metadata").has("managedFields")).isFalse();
        assertThat(events.get(0).has("requestObject")).isFalse();
        assertThat(events.get(2).at("/user/username").asText()).isEqualTo("admin");
        assertThat(events.get(2).at("/impersonatedUser/username").asText()).isEqualTo("jane");
        assertThat(events.get(2).at("/annotations/authorization.k8s.io~1decision").asText()).isEqualTo("forbid");
        assertThat(Files.readString(file())).doesNotContain("hidden", "wrong");
    }

    private List<JsonNode> lines() throws IOException {
        var lines = new ArrayList<JsonNode>();
        for (var line : Files.readAllLines(file())) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    @Test
    void showsWhereALineWasChangedOrRemovedAcrossFilesAndRestarts() throws Exception {
        var config = new AuditConfig(file(), "", 4_096, 100, Duration.ofDays(1));
        fill(config, 40);
        Files.writeString(file(), "{\"torn", StandardOpenOption.APPEND);
        fill(config, 40);
        var parts = new ArrayList<>(AuditChain.parts(file()));
        parts.add(file());
        assertThat(parts).hasSizeGreaterThan(3);
        var whole = AuditChain.verify(parts.reversed());
        assertThat(whole.faults()).isEmpty();
        assertThat(whole.lines()).isEqualTo(80);

        var second = Files.readAllLines(parts.get(1));
        var changed = new ArrayList<>(second);
        changed.set(2, changed.get(2).replace("create", "delete"));
        Files.write(parts.get(1), changed);
        assertThat(AuditChain.verify(parts).faults()).singleElement().asString().contains(parts.get(1) + ":4", "was changed");
        Files.write(parts.get(1), second.subList(0, second.size() - 1));
        assertThat(AuditChain.verify(parts).faults()).singleElement().asString().contains(parts.get(2) + ":1", "1 lines are missing before it");
    }

    private static void fill(AuditConfig config, int events) throws IOException {
        try (var log = AuditLog.open(config, InstantSource.system())) {
            for (int i = 0; i < events; i++) {
                log.write(JsonNodeFactory.instance.objectNode().put("verb", "create").put("filler", "x".repeat(200)), JsonNodeFactory.instance.objectNode());
            }
        }
    }

    @Test
    void keepsSoManyFiles() throws Exception {
        fill(new AuditConfig(file(), "", 4_096, 3, Duration.ofDays(1)), 200);
        assertThat(AuditChain.parts(file())).hasSize(2);
    }

    @Test
    void refusesAPolicyThatItDoesNotUnderstand() {
        assertThatThrownBy(() -> AuditPolicy.parse("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Much}]"))
                .hasMessageContaining("rules[0].level: Much (expected: None, Metadata, Request or RequestResponse)");
    }
}
