package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.JoinSecret;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.model.JoinToken;
import dev.skerry.model.JoinTokenSpec;
import dev.skerry.model.JoinTokenStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes join tokens. Only their hash is kept. */
public final class JoinTokens {

    private JoinTokens() {}

    /**
     * Stores a token's terms and answers the token: the only time that it can be read.
     *
     * @param site if set, the only name that the token may enrol
     */
    public static JoinSecret create(
            KubernetesClient client, CertificateAuthority ca, InstantSource clock, Duration validity, int uses,
            @Nullable String site, Map<String, String> labels) {
        if (uses < 1) {
            throw new IllegalArgumentException("uses: " + uses + " (expected: 1 or more)");
        }
        if (validity.isZero() || validity.isNegative()) {
            throw new IllegalArgumentException("validity: " + validity + " (expected: longer than 0)");
        }
        JoinSecret secret = JoinSecret.create(ca.fingerprint());
        var token = new JoinToken();
        token.setMetadata(new ObjectMetaBuilder().withName(nameOf(secret)).build());
        token.setSpec(new JoinTokenSpec(secret.hash(), clock.instant().plus(validity).toString(), uses, site, labels));
        client.resource(token).create();
        return secret;
    }

    /** Where a token's terms lie: the hash's beginning says nothing of the secret. */
    static String nameOf(JoinSecret secret) {
        return "token-" + secret.hash().substring(0, 16);
    }

    /** The token's status after one more use, or a refusal that says what and why. */
    static Judgement use(@Nullable JoinToken token, JoinSecret secret, String site, InstantSource clock) {
        if (token == null || !token.getSpec().hash().equals(secret.hash())) {
            return new Judgement.Refused("token: unknown (expected: one made by this parent)");
        }
        JoinTokenSpec spec = token.getSpec();
        if (!clock.instant().isBefore(java.time.Instant.parse(spec.expiresAt()))) {
            return new Judgement.Refused("token: expired at " + spec.expiresAt() + " (expected: a token that is still valid)");
        }
        if (spec.site() != null && !spec.site().equals(site)) {
            return new Judgement.Refused("site: " + site + " (expected: " + spec.site() + ", which the token is bound to)");
        }
        JoinTokenStatus old = token.getStatus();
        Integer left = old == null ? null : old.usesLeft();
        int usesLeft = left == null ? spec.uses() : left;
        if (usesLeft < 1) {
            return new Judgement.Refused("token: used up after " + spec.uses() + " (expected: a token with uses left)");
        }
        var sites = new java.util.ArrayList<>(old == null ? java.util.List.<String>of() : old.sites());
        sites.add(site);
        return new Judgement.Accepted(new JoinTokenStatus(usesLeft - 1, sites));
    }

    /** Whether a token lets a site in. */
    sealed interface Judgement {
        record Accepted(JoinTokenStatus status) implements Judgement {}

        record Refused(String reason) implements Judgement {}
    }
}
