package dev.skerry.kube.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmissionTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String GROUP = "/apis/admissionregistration.k8s.io/v1/";
    private static final String RULES = "\"resourceRules\": [{\"apiGroups\": [\"\"], \"apiVersions\": [\"*\"], \"operations\": [\"CREATE\", \"UPDATE\"], \"resources\": [\"configmaps\"]}]";

    @TempDir
    Path folder;

    private RunningServer running;
    private ReviewingServer webhook;

    @BeforeEach
    void start() throws Exception {
        running = new RunningServer(folder.resolve("api"));
        webhook = new ReviewingServer(folder.resolve("webhook"));
        assertThat(running.send("POST", "/api/v1/namespaces", "{\"metadata\": {\"name\": \"default\"}}").statusCode()).isEqualTo(201);
    }

    @AfterEach
    void stop() {
        webhook.close();
        running.close();
    }

    private void put(String path, String body) throws Exception {
        var answer = running.send("POST", path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    private JsonNode tried(String body) throws Exception {
        return JSON.readTree(running.send("POST", MAPS + "?dryRun=All", body).body());
    }

    private void hook(String kind, String name, String more) throws Exception {
        put(GROUP + kind, """
                {"metadata": {"name": "%s"}, "webhooks": [{"name": "%s.hook.test", "clientConfig": {"url": "%s", "caBundle": "%s"}, "sideEffects": "None",
                 "admissionReviewVersions": ["v1"], "timeoutSeconds": 5, %s
                 "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"]}]}]}""".formatted(
                name, name, webhook.url(), webhook.bundle(), more));
    }

    /** Two who ask at once may not both have the last place. */
    @Test
    void neverMakesMoreThanAQuotaAllows() throws Exception {
        put("/api/v1/namespaces/default/resourcequotas", "{\"metadata\": {\"name\": \"q\"}, \"spec\": {\"hard\": {\"configmaps\": \"5\"}}}");
        var status = "{\"status\": {\"hard\": {\"configmaps\": \"5\"}, \"used\": {\"configmaps\": \"0\"}}}";
        assertThat(running.send("PATCH", "/api/v1/namespaces/default/resourcequotas/q/status", status, "Content-Type", "application/merge-patch+json").statusCode()).isEqualTo(200);
        var codes = new ArrayList<Future<Integer>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            await().until(() -> running.send("POST", MAPS + "?dryRun=All", "{\"metadata\": {\"name\": \"probe\"}}").statusCode() == 201);
            for (int i = 0; i < 40; i++) {
                var name = "m" + i;
                codes.add(threads.submit(() -> running.send("POST", MAPS, "{\"metadata\": {\"name\": \"" + name + "\"}}").statusCode()));
            }
        }
        var made = 0;
        for (var code : codes) {
            made += code.get() == 201 ? 1 : 0;
        }
        assertThat(made).isEqualTo(5);
        assertThat(running.send("POST", MAPS, "{\"metadata\": {\"name\": \"late\"}}").body())
                .contains("configmaps \\\"late\\\" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=5, limited: configmaps=5");
    }

    @Test
    void letsAWebhookChangeAndRefuseObjects() throws Exception {
        hook("mutatingwebhookconfigurations", "m", "");
        hook("validatingwebhookconfigurations", "v", "\"matchConditions\": [{\"name\": \"c\", \"expression\": \"object.metadata.name != 'skipped'\"}],");
        webhook.answer(review -> review.path("object").path("metadata").path("name").asText().equals("bad")
                ? ReviewingServer.refused(418, "no teapots")
                : ReviewingServer.patched("[{\"op\": \"add\", \"path\": \"/data\", \"value\": {\"by\": \"webhook\"}}]"));
        await().untilAsserted(() -> assertThat(tried("{\"metadata\": {\"name\": \"good\"}}").path("data").path("by").asText()).isEqualTo("webhook"));
        var good = running.send("POST", MAPS, "{\"metadata\": {\"name\": \"good\"}}");
        assertThat(good.headers().allValues("Warning")).containsExactly("299 - \"looked at\"");
        assertThat(JSON.readTree(good.body()).path("metadata").path("managedFields").toString()).doesNotContain("f:data");
        var bad = running.send("POST", MAPS, "{\"metadata\": {\"name\": \"bad\"}}");
        assertThat(bad.statusCode()).isEqualTo(418);
        assertThat(bad.body()).contains("admission webhook \\\"m.hook.test\\\" denied the request: no teapots");
        var request = webhook.last();
        assertThat(request.path("operation").asText() + request.path("namespace").asText() + request.path("userInfo").path("username").asText()).isEqualTo("CREATEdefaultadmin");
        assertThat(request.path("oldObject").isNull()).isTrue();
    }

    @Test
    void failsClosedOrOpenAsTheWebhookSays() throws Exception {
        hook("validatingwebhookconfigurations", "v", "");
        webhook.answer(review -> "{\"kind\": \"AdmissionReview\", \"apiVersion\": \"admission.k8s.io/v1\"}");
        await().untilAsserted(() -> assertThat(tried("{\"metadata\": {\"name\": \"a\"}}").path("message").asText())
                .isEqualTo("Internal error occurred: failed calling webhook \"v.hook.test\": received invalid webhook response: webhook response was absent"));
        webhook.close();
        assertThat(tried("{\"metadata\": {\"name\": \"a\"}}").path("message").asText()).startsWith("Internal error occurred: failed calling webhook \"v.hook.test\": failed to call webhook: Post");
        var open = "[{\"op\": \"replace\", \"path\": \"/webhooks/0/failurePolicy\", \"value\": \"Ignore\"}]";
        assertThat(running.send("PATCH", GROUP + "validatingwebhookconfigurations/v", open, "Content-Type", "application/json-patch+json").statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(tried("{\"metadata\": {\"name\": \"a\"}}").path("kind").asText()).isEqualTo("ConfigMap"));
    }

    /** Not the authority that the webhook's certificate is of. */
    @Test
    void doesNotTrustAWebhookOfAnotherAuthority() throws Exception {
        try (var other = new ReviewingServer(folder.resolve("other"))) {
            put(GROUP + "validatingwebhookconfigurations", """
                    {"metadata": {"name": "v"}, "webhooks": [{"name": "v.hook.test", "clientConfig": {"url": "%s", "caBundle": "%s"}, "sideEffects": "None", "admissionReviewVersions": ["v1"],
                     "rules": [{"operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["configmaps"]}]}]}""".formatted(webhook.url(), other.bundle()));
            await().untilAsserted(() -> assertThat(tried("{\"metadata\": {\"name\": \"a\"}}").path("message").asText())
                    .endsWith("tls: failed to verify certificate: x509: certificate signed by unknown authority"));
        }
    }

    @Test
    void appliesPoliciesWithParametersAndVariables() throws Exception {
        put(MAPS, "{\"metadata\": {\"name\": \"limits\"}, \"data\": {\"longest\": \"3\"}}");
        put(GROUP + "validatingadmissionpolicies", """
                {"metadata": {"name": "p"}, "spec": {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}, "matchConstraints": {%s},
                 "variables": [{"name": "most", "expression": "int(params.data.longest)"}],
                 "validations": [{"expression": "object.metadata.name.size() <= variables.most", "messageExpression": "'at most ' + string(variables.most)"}]}}""".formatted(RULES));
        put(GROUP + "validatingadmissionpolicybindings",
                "{\"metadata\": {\"name\": \"b\"}, \"spec\": {\"policyName\": \"p\", \"validationActions\": [\"Deny\"], \"paramRef\": {\"name\": \"limits\", \"namespace\": \"default\", \"parameterNotFoundAction\": \"Deny\"}}}");
        await().untilAsserted(() -> assertThat(tried("{\"metadata\": {\"name\": \"long\"}}").path("message").asText())
                .isEqualTo("configmaps \"long\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: at most 3"));
        assertThat(tried("{\"metadata\": {\"name\": \"abc\"}}").path("kind").asText()).isEqualTo("ConfigMap");
    }

    /** What the second policy adds the first one sees, since it asks to be called again. */
    @Test
    void asksAPolicyAgainWhenAnotherHasChangedTheObject() throws Exception {
        for (var name : new String[] {"a", "b"}) {
            var expression = name.equals("a")
                    ? "Object{data: {\\\"seen\\\": has(object.data) && has(object.data.b) ? \\\"yes\\\" : \\\"no\\\"}}" : "Object{data: {\\\"b\\\": \\\"1\\\"}}";
            put(GROUP + "mutatingadmissionpolicies", """
                    {"metadata": {"name": "%s"}, "spec": {"matchConstraints": {%s}, "reinvocationPolicy": "IfNeeded", "failurePolicy": "Fail",
                     "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": "%s"}}]}}""".formatted(name, RULES, expression));
            put(GROUP + "mutatingadmissionpolicybindings", "{\"metadata\": {\"name\": \"" + name + "\"}, \"spec\": {\"policyName\": \"" + name + "\"}}");
        }
        await().untilAsserted(() -> assertThat(tried("{\"metadata\": {\"name\": \"m\"}}").path("data")).isEqualTo(JSON.readTree("{\"seen\": \"yes\", \"b\": \"1\"}")));
    }
}
