package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.schema.ManagedFields;
import dev.skerry.kube.schema.Schema;
import dev.skerry.kube.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;

/**
 * Secrets of the type {@code kubernetes.io/service-account-token}: get a token of the account that they name, and go with that account. Looked at
 * behind the request that wrote the Secret or took the account away.
 */
final class AccountSecrets {

    private static final String TYPE = "kubernetes.io/service-account-token";
    private static final String NAME = "kubernetes.io/service-account.name";
    private static final String UID = "kubernetes.io/service-account.uid";
    private static final int MAX_TRIES = 5;

    private final ObjectStore store;
    private final AccountTokens tokens;
    private final X509Certificate authority;
    private final Schema schema;
    private final InstantSource clock;

    AccountSecrets(ObjectStore store, AccountTokens tokens, X509Certificate authority, Schema schema, InstantSource clock) {
        this.store = store;
        this.tokens = tokens;
        this.authority = authority;
        this.schema = schema;
        this.clock = clock;
    }

    /** A Secret was written: fills what is missing; without its account it goes. */
    void written(String namespace, String name) {
        for (int i = 0; i < MAX_TRIES; i++) {
            var entry = store.get("/core/secrets/" + namespace + "/" + name);
            if (entry.isEmpty() || settle(entry.get(), namespace, name)) {
                return;
            }
        }
    }

    private boolean settle(ObjectStore.Entry entry, String namespace, String name) {
        var secret = Bodies.stored(entry.value());
        if (!secret.path("type").asText().equals(TYPE)) {
            return true;
        }
        var annotations = secret.path("metadata").path("annotations");
        var account = find("/core/serviceaccounts/" + namespace + "/" + annotations.path(NAME).asText(""));
        var uid = account.map(a -> a.path("metadata").path("uid").asText()).orElse("");
        if (account.isEmpty() || annotations.has(UID) && !annotations.path(UID).asText().equals(uid)) {
            return store.delete(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(secret, revision))).isPresent();
        }
        var filled = secret.deepCopy();
        Resources.metadata(filled).withObject("/annotations").put(UID, uid);
        var data = filled.withObject("/data");
        put(data, "ca.crt", Pem.encode(authority));
        put(data, "namespace", namespace);
        if (data.path("token").asText("").isEmpty()) {
            put(data, "token", tokens.issueForSecret(account.get(), name));
        }
        if (filled.equals(secret)) {
            return true;
        }
        ManagedFields.update(secret, filled, schema, "kube-controller-manager", "v1", "Update", "", clock.instant());
        return store.update(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(filled, revision))).isPresent();
    }

    private static void put(ObjectNode data, String key, String text) {
        data.put(key, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** An account has gone: its Secrets go too. */
    void accountGone(String namespace) {
        try {
            for (var entry : store.list("/core/secrets/" + namespace + "/", "", 0, 0).entries()) {
                written(namespace, entry.key().substring(entry.key().lastIndexOf('/') + 1));
            }
        } catch (ObjectStore.CompactedException e) {
            throw new IllegalStateException("the newest state was compacted", e);
        }
    }

    private Optional<ObjectNode> find(String key) {
        return store.get(key).map(e -> Bodies.stored(e.value()));
    }
}
