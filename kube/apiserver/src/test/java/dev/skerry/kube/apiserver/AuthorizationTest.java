package dev.skerry.kube.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may what: roles, bindings, tokens of service accounts. */
class AuthorizationTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String ROLES = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/";
    private static final String ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts";

    @TempDir
    Path folder;

    private RunningServer running;

    @BeforeEach
    void start() throws Exception {
        running = new RunningServer(folder);
        json(running.send("POST", "/api/v1/namespaces", "{\"metadata\": {\"name\": \"default\"}}"), 201);
    }

    @AfterEach
    void stop() {
        running.close();
    }

    @Test
    void aRoleLetsOnlyThoseInWhomABindingNames() throws Exception {
        grant("reader", "[{\"apiGroups\": [\"\"], \"resources\": [\"configmaps\"], \"verbs\": [\"get\", \"list\"]}]", "jane");

        assertThat(as("jane", "GET", MAPS, "").statusCode()).isEqualTo(200);
        assertThat(as("joe", "GET", MAPS, "").body())
                .contains("configmaps is forbidden: User \\\"joe\\\" cannot list resource \\\"configmaps\\\" in API group \\\"\\\" in the namespace \\\"default\\\"");
        assertThat(as("jane", "POST", MAPS, "{\"metadata\": {\"name\": \"x\"}}").statusCode()).isEqualTo(403);
        assertThat(as("jane", "GET", "/api/v1/configmaps", "").statusCode()).as("outside of the namespace").isEqualTo(403);
        assertThat(as("jane", "GET", "/apis", "").statusCode()).as("everybody may see what there is").isEqualTo(200);
    }

    @Test
    void nobodyGrantsMoreThanHeHas() throws Exception {
        grant("editor", "[{\"apiGroups\": [\"rbac.authorization.k8s.io\"], \"resources\": [\"roles\", \"rolebindings\"], \"verbs\": [\"create\", \"patch\", \"get\"]},"
                + "{\"apiGroups\": [\"\"], \"resources\": [\"configmaps\"], \"verbs\": [\"get\"]}]", "jane");

        assertThat(as("jane", "POST", ROLES + "roles", role("same", "[{\"apiGroups\": [\"\"], \"resources\": [\"configmaps\"], \"verbs\": [\"get\"]}]")).statusCode()).isEqualTo(201);
        assertThat(as("jane", "POST", ROLES + "roles", role("more", "[{\"apiGroups\": [\"\"], \"resources\": [\"secrets\"], \"verbs\": [\"get\"]}]")).body())
                .contains("attempting to grant RBAC permissions not currently held");
        assertThat(as("jane", "POST", ROLES + "rolebindings", binding("ClusterRole", "cluster-admin", "jane")).statusCode()).isEqualTo(403);
        assertThat(as("jane", "PATCH", ROLES + "roles/same", "{\"rules\": [{\"apiGroups\": [\"*\"], \"resources\": [\"*\"], \"verbs\": [\"*\"]}]}",
                "Content-Type", "application/merge-patch+json").statusCode()).isEqualTo(403);
    }

    @Test
    void onlyThoseWhoMayPlayOthers() throws Exception {
        var header = new String[] {"Authorization", "Bearer weak-token", "Impersonate-User", "admin", "Impersonate-Group", "system:masters"};
        assertThat(running.send(running.nobody, "GET", MAPS, "", header).body()).contains("cannot impersonate-on:user-info:list resource \\\"configmaps\\\"");
    }

    @Test
    void aTokenStandsForItsAccountUntilTheAccountHasGone() throws Exception {
        json(running.send("POST", ACCOUNTS, "{\"metadata\": {\"name\": \"robot\"}}"), 201);
        var token = json(running.send("POST", ACCOUNTS + "/robot/token", "{\"spec\": {\"expirationSeconds\": 600}}"), 201).at("/status/token").asText();
        var review = json(running.send(running.nobody, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}", "Authorization", "Bearer " + token), 201);

        assertThat(review.at("/status/userInfo/username").asText()).isEqualTo("system:serviceaccount:default:robot");
        assertThat(running.send(running.nobody, "GET", MAPS, "", "Authorization", "Bearer " + token).statusCode()).isEqualTo(403);
        var parts = token.split("\\.");
        var forged = parts[0] + "." + parts[1] + "." + parts[2].substring(0, parts[2].length() - 4) + "AAAA";
        assertThat(running.send(running.nobody, "GET", MAPS, "", "Authorization", "Bearer " + forged).statusCode()).isEqualTo(401);

        json(running.send("DELETE", ACCOUNTS + "/robot", ""), 200);
        assertThat(running.send(running.nobody, "GET", MAPS, "", "Authorization", "Bearer " + token).statusCode()).isEqualTo(401);
    }

    @Test
    void aTokenEndsWithThePodThatItIsBoundTo() throws Exception {
        json(running.send("POST", ACCOUNTS, "{\"metadata\": {\"name\": \"robot\"}}"), 201);
        json(running.send("POST", "/api/v1/namespaces/default/pods",
                "{\"metadata\": {\"name\": \"p\"}, \"spec\": {\"serviceAccountName\": \"robot\", \"containers\": [{\"name\": \"c\", \"image\": \"i:1\"}]}}"), 201);
        var token = json(running.send("POST", ACCOUNTS + "/robot/token", "{\"spec\": {\"boundObjectRef\": {\"kind\": \"Pod\", \"apiVersion\": \"v1\", \"name\": \"p\"}}}"), 201)
                .at("/status/token").asText();
        assertThat(running.send(running.nobody, "GET", MAPS, "", "Authorization", "Bearer " + token).statusCode()).isEqualTo(403);

        json(running.send("DELETE", "/api/v1/namespaces/default/pods/p", ""), 200);
        assertThat(running.send(running.nobody, "GET", MAPS, "", "Authorization", "Bearer " + token).statusCode()).isEqualTo(401);
    }

    @Test
    void rolesThatAreASumFollowTheirParts() throws Exception {
        json(running.send("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles",
                "{\"metadata\": {\"name\": \"gauges\", \"labels\": {\"rbac.authorization.k8s.io/aggregate-to-view\": \"true\"}},"
                        + "\"rules\": [{\"apiGroups\": [\"test.dev\"], \"resources\": [\"gauges\"], \"verbs\": [\"get\"]}]}"), 201);
        for (var role : new String[] {"view", "edit", "admin"}) {
            assertThat(running.send("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/" + role, "").body()).as(role).contains("gauges");
        }
    }

    private void grant(String name, String rules, String user) throws Exception {
        json(running.send("POST", ROLES + "roles", role(name, rules)), 201);
        json(running.send("POST", ROLES + "rolebindings", binding("Role", name, user)), 201);
    }

    private static String role(String name, String rules) {
        return "{\"metadata\": {\"name\": \"" + name + "\"}, \"rules\": " + rules + "}";
    }

    private static String binding(String kind, String role, String user) {
        return "{\"metadata\": {\"name\": \"" + role + "-" + user + "\"}, \"roleRef\": {\"apiGroup\": \"rbac.authorization.k8s.io\", \"kind\": \"" + kind + "\", \"name\": \"" + role
                + "\"}, \"subjects\": [{\"kind\": \"User\", \"name\": \"" + user + "\"}]}";
    }

    /** As a member of system:masters who plays somebody. */
    private HttpResponse<String> as(String user, String method, String path, String body, String... headers) throws IOException, InterruptedException {
        var all = java.util.Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "Impersonate-User";
        all[headers.length + 1] = user;
        return running.send(method, path, body, all);
    }

    private static JsonNode json(HttpResponse<String> answer, int code) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(code);
        return JSON.readTree(answer.body());
    }
}
