package dev.skerry.kube.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that somebody has taken over must reach no more than itself and what its own Pods use. */
class NodeRightsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CORE = "/api/v1/namespaces/default/";

    @TempDir
    Path folder;

    private RunningServer running;

    @BeforeEach
    void start() throws Exception {
        running = new RunningServer(folder);
        made("/api/v1/namespaces", "{\"metadata\": {\"name\": \"default\"}}");
        made("/api/v1/nodes", "{\"metadata\": {\"name\": \"n1\"}}");
        made("/api/v1/nodes", "{\"metadata\": {\"name\": \"n2\"}}");
        made(CORE + "serviceaccounts", "{\"metadata\": {\"name\": \"robot\"}}");
        made(CORE + "secrets", "{\"metadata\": {\"name\": \"used\"}}");
        made(CORE + "secrets", "{\"metadata\": {\"name\": \"other\"}}");
        made(CORE + "pods", pod("here", "n1", ", \"volumes\": [{\"name\": \"v\", \"secret\": {\"secretName\": \"used\"}}]"));
        made(CORE + "pods", pod("there", "n2", ""));
    }

    @AfterEach
    void stop() {
        running.close();
    }

    private static String pod(String name, String node, String more) {
        return "{\"metadata\": {\"name\": \"" + name + "\"}, \"spec\": {\"serviceAccountName\": \"robot\", \"nodeName\": \"" + node
                + "\", \"containers\": [{\"name\": \"c\", \"image\": \"i:1\"}]" + more + "}}";
    }

    @Test
    void readsOnlySecretsThatItsPodsUse() throws Exception {
        assertThat(asNode("GET", CORE + "secrets/used", "").statusCode()).isEqualTo(200);
        assertThat(asNode("GET", CORE + "secrets/other", "").body()).contains("no relationship found between node 'n1' and this object");
        assertThat(asNode("GET", CORE + "secrets", "").statusCode()).isEqualTo(403);
        assertThat(asNode("GET", CORE + "pods?fieldSelector=spec.nodeName%3Dn1", "").statusCode()).isEqualTo(200);
        assertThat(asNode("GET", CORE + "pods", "").body()).contains("can only list/watch pods with spec.nodeName field selector");
    }

    @Test
    void writesOnlyItselfAndItsPods() throws Exception {
        var patch = "{\"status\": {\"phase\": \"Running\"}}";
        assertThat(asNode("PATCH", "/api/v1/nodes/n1", "{\"metadata\": {\"labels\": {\"rack\": \"7\"}}}").statusCode()).isEqualTo(200);
        assertThat(asNode("PATCH", "/api/v1/nodes/n2", "{\"metadata\": {\"labels\": {\"rack\": \"7\"}}}").body()).contains("is not allowed to modify node \\\"n2\\\"");
        assertThat(asNode("PATCH", "/api/v1/nodes/n1", "{\"metadata\": {\"labels\": {\"node-restriction.kubernetes.io/zone\": \"a\"}}}").body()).contains("is not allowed to modify labels");
        assertThat(asNode("PATCH", "/api/v1/nodes/n1", "{\"spec\": {\"taints\": [{\"key\": \"k\", \"effect\": \"NoSchedule\"}]}}").body()).contains("is not allowed to modify taints");
        assertThat(asNode("PATCH", CORE + "pods/here/status", patch).statusCode()).isEqualTo(200);
        assertThat(asNode("PATCH", CORE + "pods/there/status", patch).body()).contains("can only update pod status for pods with spec.nodeName set to itself");
        assertThat(asNode("DELETE", CORE + "pods/there", "").body()).contains("can only delete pods with spec.nodeName set to itself");
        assertThat(asNode("POST", CORE + "pods", pod("new", "n1", "")).body()).contains("can only create mirror pods");
    }

    @Test
    void asksForTokensOnlyForItsPods() throws Exception {
        var here = JSON.readTree(running.send("GET", CORE + "pods/here", "").body()).at("/metadata/uid").asText();
        var there = JSON.readTree(running.send("GET", CORE + "pods/there", "").body()).at("/metadata/uid").asText();
        assertThat(asNode("POST", CORE + "serviceaccounts/robot/token", bound("here", here)).statusCode()).isEqualTo(201);
        assertThat(asNode("POST", CORE + "serviceaccounts/robot/token", bound("there", there)).body()).contains("scheduled on a different node");
        assertThat(asNode("POST", CORE + "serviceaccounts/robot/token", "{}").body()).contains("not bound to a pod");
    }

    private static String bound(String pod, String uid) {
        return "{\"spec\": {\"boundObjectRef\": {\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"name\": \"" + pod + "\", \"uid\": \"" + uid + "\"}}}";
    }

    private void made(String path, String body) throws Exception {
        var answer = running.send("POST", path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    private HttpResponse<String> asNode(String method, String path, String body) throws Exception {
        return running.send(method, path, body, "Impersonate-User", "system:node:n1", "Impersonate-Group", "system:nodes",
                "Content-Type", method.equals("PATCH") ? "application/merge-patch+json" : "application/json");
    }
}
