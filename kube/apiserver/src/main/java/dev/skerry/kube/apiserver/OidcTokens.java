package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** ID tokens of one OpenID Connect issuer (OpenID Connect Core 1.0, 2 and 3.1.3.7), as users and groups. */
final class OidcTokens implements BearerTokens.Sort, AutoCloseable {

    private static final Duration LEEWAY = Duration.ofSeconds(10);
    /** What a token may be signed with, and how the JDK calls it. */
    private static final Map<String, String> ALGORITHMS = Map.of(
            "RS256", "SHA256withRSA", "RS384", "SHA384withRSA", "RS512", "SHA512withRSA",
            "ES256", "SHA256withECDSAinP1363Format", "ES384", "SHA384withECDSAinP1363Format", "ES512", "SHA512withECDSAinP1363Format");
    private static final int MAX_GROUPS = 1_000;

    private final OidcConfig config;
    private final OidcKeys keys;
    private final InstantSource clock;

    OidcTokens(OidcConfig config, InstantSource clock) {
        this.config = config;
        this.keys = new OidcKeys(config, clock);
        this.clock = clock;
    }

    @Override
    public Verdict read(String text, List<String> audiences) {
        var parsed = WebTokens.parse(text).filter(t -> t.text("iss").equals(config.issuer().toString()));
        if (parsed.isEmpty()) {
            return new Verdict.Foreign();
        }
        var fault = fault(parsed.get());
        if (!fault.isEmpty()) {
            return new Verdict.Refused("oidc: " + fault);
        }
        var claims = parsed.get().claims();
        var name = config.prefix() + claims.path(config.usernameClaim()).asText();
        var groups = groups(claims);
        if (name.startsWith("system:") || groups.stream().anyMatch(g -> g.startsWith("system:"))) {
            // The issuer must not make itself a part of the cluster.
            return new Verdict.Refused("oidc: user or group begins with \"system:\" (expected: another name, or a prefix)");
        }
        return audiences.contains(AccountTokens.ISSUER) ? new Verdict.Known(new User(name, groups), List.of(AccountTokens.ISSUER))
                : new Verdict.Refused("oidc: the token is not for the audiences " + GoText.quoted(audiences));
    }

    private String fault(WebTokens.Token token) {
        var algorithm = token.head().path("alg").asText("");
        var jdk = ALGORITHMS.get(algorithm);
        if (jdk == null) {
            return "verify token: unsupported signing algorithm " + GoText.quoted(algorithm);
        }
        var key = keys.find(token.head().path("kid").asText(""));
        if (key.isEmpty() || !fits(key.get(), algorithm) || !token.signedBy(key.get(), jdk)) {
            return "verify token: failed to verify signature";
        }
        var claims = token.claims();
        var now = clock.instant();
        if (!claims.path("exp").isNumber() || now.minus(LEEWAY).getEpochSecond() >= claims.path("exp").asLong()) {
            return "verify token: token is expired";
        }
        if (claims.path("nbf").isNumber() && now.plus(LEEWAY).getEpochSecond() < claims.path("nbf").asLong()) {
            return "verify token: token is not valid yet";
        }
        var meant = claims.path("aud").isTextual() ? List.of(claims.path("aud").asText()) : ResourceTypes.texts(claims.path("aud"));
        if (!meant.contains(config.clientId())) {
            return "verify token: expected audience " + GoText.quoted(config.clientId()) + " got " + GoText.quoted(meant);
        }
        return claimFault(claims);
    }

    private static boolean fits(PublicKey key, String algorithm) {
        return algorithm.startsWith("RS") ? key instanceof RSAPublicKey : key instanceof ECPublicKey;
    }

    private String claimFault(JsonNode claims) {
        var name = claims.path(config.usernameClaim());
        if (!name.isTextual() || name.asText().isEmpty()) {
            return "parse username claims " + GoText.quoted(config.usernameClaim()) + ": claim not present";
        }
        if (config.usernameClaim().equals("email") && claims.has("email_verified") && !claims.path("email_verified").asBoolean(false)) {
            return "email not verified";
        }
        for (var claim : config.required().entrySet()) {
            if (!claims.path(claim.getKey()).isTextual()) {
                return "required claim " + claim.getKey() + " not present in ID token";
            }
            if (!claims.path(claim.getKey()).asText().equals(claim.getValue())) {
                return "required claim " + claim.getKey() + " value does not match";
            }
        }
        return "";
    }

    private List<String> groups(JsonNode claims) {
        var groups = new ArrayList<String>();
        var claim = config.groupsClaim().isEmpty() ? null : claims.path(config.groupsClaim());
        if (claim != null && claim.isTextual()) {
            groups.add(config.groupsPrefix() + claim.asText());
        } else if (claim != null) {
            claim.forEach(g -> {
                if (g.isTextual() && groups.size() < MAX_GROUPS) {
                    groups.add(config.groupsPrefix() + g.asText());
                }
            });
        }
        return groups;
    }

    @Override
    public void close() {
        keys.close();
    }
}
