package dev.skerry.kube.apiserver;

import java.time.Duration;
import java.util.Optional;

/**
 * Who is let in, how much is done for each, and what is written down of it.
 *
 * @param anonymous whether those who show nothing are let in as system:anonymous, to see what roles let that user see
 * @param signingKeyAge how long a key signs tokens of service accounts before a new one follows it
 * @param oidc an issuer whose tokens are taken
 * @param audit where it is written down who did what
 */
public record AccessConfig(boolean anonymous, Duration signingKeyAge, Optional<OidcConfig> oidc, Limits limits, Optional<AuditConfig> audit) {

    /** As upstream by default, without an audit log. */
    public static final AccessConfig USUAL = new AccessConfig(true, Duration.ofDays(90), Optional.empty(), Limits.USUAL, Optional.empty());

    public AccessConfig {
        if (signingKeyAge.isNegative() || signingKeyAge.isZero()) {
            throw new IllegalArgumentException("signingKeyAge: " + signingKeyAge + " (expected: more than 0)");
        }
    }

    /** The same with other limits. */
    public AccessConfig withLimits(Limits other) {
        return new AccessConfig(anonymous, signingKeyAge, oidc, other, audit);
    }

    /** The same with an audit log. */
    public AccessConfig withAudit(AuditConfig log) {
        return new AccessConfig(anonymous, signingKeyAge, oidc, limits, Optional.of(log));
    }

    /** The same with an issuer of tokens. */
    public AccessConfig withOidc(OidcConfig issuer) {
        return new AccessConfig(anonymous, signingKeyAge, Optional.of(issuer), limits, audit);
    }
}
