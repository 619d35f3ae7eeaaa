package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Tokens of service accounts: JSON Web Tokens bound to the account and, where asked, to a Pod, a Secret or a Node. They end with their time or with
 * what they are bound to. Also the older sort, which has no end and lives in a Secret.
 */
final class AccountTokens implements BearerTokens.Sort {

    static final String ISSUER = "https://kubernetes.default.svc.cluster.local";
    private static final String OLD_ISSUER = "kubernetes/serviceaccount";
    private static final String OLD_CLAIM = "kubernetes.io/serviceaccount/";
    private static final String EXTRA = "authentication.kubernetes.io/";
    private static final String INVALIDATED = "service account token has been invalidated";
    /** As upstream: clocks may differ so much. */
    private static final Duration LEEWAY = Duration.ofMinutes(1);

    private final ObjectStore store;
    private final InstantSource clock;
    private final SigningKeys keys;

    AccountTokens(ObjectStore store, InstantSource clock, SigningKeys keys) {
        this.store = store;
        this.clock = clock;
        this.keys = keys;
    }

    /** What a token ends with besides the account. @param kind Pod, Secret or Node @param uid empty if the object is only told, not needed */
    record Bound(String kind, String name, String uid) {}

    /** @param warnAfter after which a token in use is stale, though still good */
    String issue(ObjectNode account, List<String> audiences, Instant until, List<Bound> bound, Optional<Instant> warnAfter) {
        var now = clock.instant();
        var metadata = account.path("metadata");
        var claims = JsonNodeFactory.instance.objectNode();
        audiences.forEach(claims.putArray("aud")::add);
        claims.put("exp", until.getEpochSecond()).put("iat", now.getEpochSecond()).put("iss", ISSUER).put("jti", UUID.randomUUID().toString());
        var own = claims.putObject("kubernetes.io").put("namespace", metadata.path("namespace").asText());
        for (var one : bound) {
            var ref = own.putObject(one.kind().toLowerCase(Locale.ROOT)).put("name", one.name());
            if (!one.uid().isEmpty()) {
                ref.put("uid", one.uid());
            }
        }
        own.putObject("serviceaccount").put("name", metadata.path("name").asText()).put("uid", metadata.path("uid").asText());
        warnAfter.ifPresent(w -> own.put("warnafter", w.getEpochSecond()));
        claims.put("nbf", now.getEpochSecond()).put("sub", subject(metadata));
        return sign(claims, until);
    }

    /** The older sort: without an end, for a Secret that names the account. */
    String issueForSecret(ObjectNode account, String secret) {
        var metadata = account.path("metadata");
        var claims = JsonNodeFactory.instance.objectNode().put("iss", OLD_ISSUER)
                .put(OLD_CLAIM + "namespace", metadata.path("namespace").asText())
                .put(OLD_CLAIM + "secret.name", secret)
                .put(OLD_CLAIM + "service-account.name", metadata.path("name").asText())
                .put(OLD_CLAIM + "service-account.uid", metadata.path("uid").asText())
                .put("sub", subject(metadata));
        return sign(claims, Instant.MAX);
    }

    private static String subject(JsonNode metadata) {
        return "system:serviceaccount:" + metadata.path("namespace").asText() + ":" + metadata.path("name").asText();
    }

    private String sign(ObjectNode claims, Instant until) {
        var key = keys.forTokenUntil(until);
        return WebTokens.sign(JsonNodeFactory.instance.objectNode().put("alg", key.algorithm()).put("kid", key.id()), claims, key.signing(), key.signature());
    }

    @Override
    public Verdict read(String text, List<String> audiences) {
        var token = WebTokens.parse(text).filter(t -> List.of(ISSUER, OLD_ISSUER).contains(t.text("iss")));
        if (token.isEmpty()) {
            return new Verdict.Foreign();
        }
        if (!signed(token.get())) {
            return new Verdict.Refused("go-jose/go-jose: error in cryptographic primitive");
        }
        var claims = token.get().claims();
        var meant = claims.path("aud").isTextual() ? List.of(claims.path("aud").asText()) : ResourceTypes.texts(claims.path("aud"));
        var held = meant.isEmpty() ? List.of(ISSUER) : meant;
        var common = held.stream().filter(audiences::contains).toList();
        if (common.isEmpty()) {
            return new Verdict.Refused("token audiences " + GoText.quoted(held) + " is invalid for the target audiences " + GoText.quoted(audiences));
        }
        var old = token.get().text("iss").equals(OLD_ISSUER);
        var fault = old ? oldFault(claims, text) : fault(claims);
        return fault.isEmpty() ? new Verdict.Known(old ? oldUser(claims) : user(claims), common) : new Verdict.Refused(fault);
    }

    private boolean signed(WebTokens.Token token) {
        var id = token.head().path("kid").asText("");
        var algorithm = token.head().path("alg").asText("");
        return keys.all().stream().anyMatch(k -> (id.isEmpty() || id.equals(k.id())) && algorithm.equals(k.algorithm()) && token.signedBy(k.verifying(), k.signature()));
    }

    private String fault(JsonNode claims) {
        var now = clock.instant();
        if (now.minus(LEEWAY).getEpochSecond() > claims.path("exp").asLong(0)) {
            return "service account token has expired";
        }
        if (now.plus(LEEWAY).getEpochSecond() < claims.path("nbf").asLong(0)) {
            return "service account token is not valid yet";
        }
        var own = claims.path("kubernetes.io");
        var namespace = own.path("namespace").asText();
        var account = accountFault(namespace, own.path("serviceaccount").path("name").asText(), own.path("serviceaccount").path("uid").asText());
        if (!account.isEmpty()) {
            return account;
        }
        if (own.has("secret")) {
            return bound(own.path("secret"), "/core/secrets/" + namespace + "/", "secret", "secret");
        }
        if (own.has("pod")) {
            return bound(own.path("pod"), "/core/pods/" + namespace + "/", "pod", "pod");
        }
        return own.has("node") ? bound(own.path("node"), "/core/nodes/", "node", "node") : "";
    }

    private String accountFault(String namespace, String name, String uid) {
        var account = find("/core/serviceaccounts/" + namespace + "/" + name);
        if (account.isEmpty()) {
            return "serviceaccounts " + GoText.quoted(name) + " not found";
        }
        if (deleted(account.get())) {
            return "service account " + namespace + "/" + name + " has been deleted";
        }
        var there = account.get().path("metadata").path("uid").asText();
        return there.equals(uid) ? "" : "service account UID (" + there + ") does not match claim (" + uid + ")";
    }

    private String bound(JsonNode claim, String prefix, String what, String ref) {
        var object = find(prefix + claim.path("name").asText());
        if (object.isEmpty() || deleted(object.get())) {
            return INVALIDATED;
        }
        var uid = object.get().path("metadata").path("uid").asText();
        return uid.equals(claim.path("uid").asText()) ? ""
                : what + " UID (" + uid + ") does not match service account " + ref + " ref claim (" + claim.path("uid").asText() + ")";
    }

    /** Something with a grace period still counts until that is over. */
    private boolean deleted(ObjectNode object) {
        var at = object.path("metadata").path("deletionTimestamp").asText("");
        return !at.isEmpty() && Instant.parse(at).isBefore(clock.instant().minus(LEEWAY));
    }

    private String oldFault(JsonNode claims, String token) {
        var namespace = claims.path(OLD_CLAIM + "namespace").asText();
        var secret = find("/core/secrets/" + namespace + "/" + claims.path(OLD_CLAIM + "secret.name").asText());
        if (secret.isEmpty() || deleted(secret.get())) {
            return INVALIDATED;
        }
        var kept = secret.get().path("data").path("token").asText("");
        var same = MessageDigest.isEqual(kept.getBytes(StandardCharsets.US_ASCII), Base64.getEncoder().encode(token.getBytes(StandardCharsets.US_ASCII)));
        return same ? accountFault(namespace, claims.path(OLD_CLAIM + "service-account.name").asText(), claims.path(OLD_CLAIM + "service-account.uid").asText())
                : "service account token does not match server's copy";
    }

    private Optional<ObjectNode> find(String key) {
        return store.get(key).map(e -> Bodies.stored(e.value()));
    }

    private static User user(JsonNode claims) {
        var own = claims.path("kubernetes.io");
        var extra = new HashMap<String, List<String>>();
        if (claims.has("jti")) {
            extra.put(EXTRA + "credential-id", List.of("JTI=" + claims.path("jti").asText()));
        }
        for (var kind : List.of("pod", "node")) {
            for (var member : List.of("name", "uid")) {
                if (own.path(kind).has(member)) {
                    extra.put(EXTRA + kind + "-" + member, List.of(own.path(kind).path(member).asText()));
                }
            }
        }
        return new User(claims.path("sub").asText(), own.path("serviceaccount").path("uid").asText(), groups(own.path("namespace").asText()), extra);
    }

    private static User oldUser(JsonNode claims) {
        return new User(claims.path("sub").asText(), claims.path(OLD_CLAIM + "service-account.uid").asText(), groups(claims.path(OLD_CLAIM + "namespace").asText()), Map.of());
    }

    private static List<String> groups(String namespace) {
        return List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace);
    }

    /** For relying parties that check these tokens themselves: OpenID Connect Discovery 1.0. */
    static ObjectNode discovery(String url) {
        var answer = JsonNodeFactory.instance.objectNode().put("issuer", ISSUER).put("jwks_uri", url + "/openid/v1/jwks");
        answer.putArray("response_types_supported").add("id_token");
        answer.putArray("subject_types_supported").add("public");
        answer.putArray("id_token_signing_alg_values_supported").add("RS256");
        return answer;
    }

    ObjectNode published() {
        return keys.published();
    }
}
