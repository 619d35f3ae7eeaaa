package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Tokens of service accounts: JSON Web Tokens (RFC 7519) with ES256 (RFC 7518, 3.4), bound to the account and, where asked,
 * to a Pod or a Secret. They end with their time or with what they are bound to. The key lives in the store, outside of what the API shows.
 */
final class AccountTokens {

    static final String ISSUER = "https://kubernetes.default.svc.cluster.local";
    private static final String KEY = "/-/account-tokens/key";
    private static final String ALGORITHM = "SHA256withECDSAinP1363Format";
    private static final String CREDENTIAL = "authentication.kubernetes.io/credential-id";
    private static final int MAX_LENGTH = 16 * 1024;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final ObjectStore store;
    private final InstantSource clock;
    private final PrivateKey signing;
    private final PublicKey verifying;

    AccountTokens(ObjectStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        var keys = store.get(KEY).or(() -> make(store)).or(() -> store.get(KEY)).map(e -> Bodies.stored(e.value()))
                .orElseThrow(() -> new IllegalStateException("the key of the account tokens could not be kept"));
        try {
            var factory = KeyFactory.getInstance("EC");
            signing = factory.generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(keys.path("private").asText())));
            verifying = factory.generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(keys.path("public").asText())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key of the account tokens cannot be read", e);
        }
    }

    private static Optional<ObjectStore.Entry> make(ObjectStore store) {
        var pair = Keys.generate();
        var node = JsonNodeFactory.instance.objectNode()
                .put("private", Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()))
                .put("public", Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()));
        return store.create(KEY, revision -> Bodies.write(node));
    }

    /** @param bound kind, name and uid of what the token ends with, besides the account; or nothing */
    String issue(ObjectNode account, List<String> audiences, Instant until, Optional<JsonNode> bound) {
        var now = clock.instant();
        var metadata = account.path("metadata");
        var claims = JsonNodeFactory.instance.objectNode();
        audiences.forEach(claims.putArray("aud")::add);
        claims.put("exp", until.getEpochSecond()).put("iat", now.getEpochSecond()).put("iss", ISSUER).put("jti", UUID.randomUUID().toString());
        var own = claims.putObject("kubernetes.io").put("namespace", metadata.path("namespace").asText());
        own.putObject("serviceaccount").put("name", metadata.path("name").asText()).put("uid", metadata.path("uid").asText());
        bound.ifPresent(b -> own.putObject(b.path("kind").asText().toLowerCase(java.util.Locale.ROOT))
                .put("name", b.path("name").asText()).put("uid", b.path("uid").asText()));
        claims.put("nbf", now.getEpochSecond()).put("sub", "system:serviceaccount:" + metadata.path("namespace").asText() + ":" + metadata.path("name").asText());
        var head = JsonNodeFactory.instance.objectNode().put("alg", "ES256").put("kid", Keys.fingerprint(verifying).substring(0, 32));
        var text = ENCODER.encodeToString(Bodies.write(head)) + "." + ENCODER.encodeToString(Bodies.write(claims));
        try {
            var signature = Signature.getInstance(ALGORITHM);
            signature.initSign(signing);
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return text + "." + ENCODER.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a token could not be signed", e);
        }
    }

    /** Whom a token stands for, if it is ours, in time, for one of the audiences, and what it is bound to is still there. */
    Optional<User> user(String token, List<String> audiences) {
        return claims(token).filter(c -> lives(c, audiences)).map(AccountTokens::user);
    }

    private Optional<JsonNode> claims(String token) {
        var parts = token.split("\\.", -1);
        if (token.length() > MAX_LENGTH || parts.length != 3) {
            return Optional.empty();
        }
        try {
            if (!Bodies.JSON.readTree(Base64.getUrlDecoder().decode(parts[0])).path("alg").asText().equals("ES256")) {
                return Optional.empty();
            }
            var signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(verifying);
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            return signature.verify(Base64.getUrlDecoder().decode(parts[2])) ? Optional.of(Bodies.JSON.readTree(Base64.getUrlDecoder().decode(parts[1]))) : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException | IOException e) {
            // Not one of ours: whoever sent it is nobody.
            return Optional.empty();
        }
    }

    private boolean lives(JsonNode claims, List<String> audiences) {
        var now = clock.instant().getEpochSecond();
        var meant = false;
        for (var audience : claims.path("aud")) {
            meant |= audiences.contains(audience.asText());
        }
        var own = claims.path("kubernetes.io");
        var namespace = own.path("namespace").asText();
        return meant && now < claims.path("exp").asLong() && now >= claims.path("nbf").asLong() - 5
                && there("/core/serviceaccounts/" + namespace + "/", own.path("serviceaccount"))
                && (!own.has("pod") || there("/core/pods/" + namespace + "/", own.path("pod")))
                && (!own.has("secret") || there("/core/secrets/" + namespace + "/", own.path("secret")));
    }

    private boolean there(String prefix, JsonNode what) {
        return store.get(prefix + what.path("name").asText()).map(e -> Bodies.stored(e.value()).path("metadata").path("uid").equals(what.path("uid"))).orElse(false);
    }

    private static User user(JsonNode claims) {
        var own = claims.path("kubernetes.io");
        var groups = List.of("system:serviceaccounts", "system:serviceaccounts:" + own.path("namespace").asText(), User.AUTHENTICATED);
        var extra = new java.util.HashMap<String, List<String>>();
        extra.put(CREDENTIAL, List.of("JTI=" + claims.path("jti").asText()));
        if (own.has("pod")) {
            extra.put("authentication.kubernetes.io/pod-name", List.of(own.path("pod").path("name").asText()));
            extra.put("authentication.kubernetes.io/pod-uid", List.of(own.path("pod").path("uid").asText()));
        }
        return new User(claims.path("sub").asText(), own.path("serviceaccount").path("uid").asText(), groups, Map.copyOf(extra));
    }
}
