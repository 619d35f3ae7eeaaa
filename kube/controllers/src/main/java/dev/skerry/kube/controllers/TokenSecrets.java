package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Fills the Secrets that ask for a lasting token of a service account, and removes those whose account is gone. */
final class TokenSecrets implements Controller {

    static final String TYPE = "kubernetes.io/service-account-token";
    private static final String ACCOUNT = "kubernetes.io/service-account.name";
    private static final String UID = "kubernetes.io/service-account.uid";
    /** As long as the API grants: more than a hundred years. The token ends with its Secret. */
    private static final long SECONDS = 1L << 32;
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<Secret> secrets;
    private final ControlLoop loop;

    TokenSecrets(Writer writer, ControllersConfig config, Cache<Secret> secrets) {
        this.writer = writer;
        this.config = config;
        this.secrets = secrets;
        this.loop = new ControlLoop("tokensecrets", 1, this::reconcile);
        secrets.onChange(s -> loop.add(Cache.key(s)));
    }

    static Cache<Secret> secrets(Writer writer) {
        return new Cache<>(writer.client().secrets().inAnyNamespace().withField("type", TYPE));
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        var found = secrets.find(key).filter(s -> !Cache.leaving(s));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var secret = found.get();
        var name = Revisions.annotation(secret, ACCOUNT);
        var account = writer.client().serviceAccounts().inNamespace(Cache.namespace(secret)).withName(name).get();
        var uid = Revisions.annotation(secret, UID);
        if (account == null || !uid.isEmpty() && !uid.equals(account.getMetadata().getUid())) {
            writer.delete(secret);
            return Optional.empty();
        }
        var data = secret.getData() == null ? Map.<String, String>of() : secret.getData();
        var wished = new HashMap<String, String>();
        wished.put("ca.crt", encoded(config.authorityPem()));
        wished.put("namespace", encoded(Cache.namespace(secret)));
        if (data.getOrDefault("token", "").isEmpty()) {
            wished.put("token", encoded(token(secret, name)));
        }
        if (!data.entrySet().containsAll(wished.entrySet()) || uid.isEmpty()) {
            writer.merge(secret, Map.of("data", wished, "metadata", Map.of("annotations", Map.of(UID, account.getMetadata().getUid()))));
        }
        // Accounts are not watched for this: they seldom go, and a token of one that is gone is refused anyway.
        return Optional.of(LOOK_AGAIN);
    }

    private String token(Secret secret, String account) {
        var request = Map.of("apiVersion", "authentication.k8s.io/v1", "kind", "TokenRequest", "spec", Map.of("expirationSeconds", SECONDS,
                "boundObjectRef", Map.of("apiVersion", "v1", "kind", "Secret", "name", secret.getMetadata().getName(), "uid", secret.getMetadata().getUid())));
        var answer = writer.client().raw("/api/v1/namespaces/" + Cache.namespace(secret) + "/serviceaccounts/" + account + "/token", "POST", request);
        var token = writer.client().getKubernetesSerialization().unmarshal(answer, JsonNode.class).path("status").path("token").asText();
        if (token.isEmpty()) {
            throw new KubernetesClientException("the API gave no token", HttpURLConnection.HTTP_UNAVAILABLE, null);
        }
        return token;
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        loop.close();
    }
}
