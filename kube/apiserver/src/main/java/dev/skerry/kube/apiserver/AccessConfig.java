package dev.skerry.kube.apiserver;

import java.time.Duration;

/**
 * Who is let in.
 *
 * @param anonymous whether those who show nothing are let in as system:anonymous, to see what roles let that user see
 * @param signingKeyAge how long a key signs tokens of service accounts before a new one follows it
 */
public record AccessConfig(boolean anonymous, Duration signingKeyAge) {

    /** As upstream by default. */
    public static final AccessConfig USUAL = new AccessConfig(true, Duration.ofDays(90));

    public AccessConfig {
        if (signingKeyAge.isNegative() || signingKeyAge.isZero()) {
            throw new IllegalArgumentException("signingKeyAge: " + signingKeyAge + " (expected: more than 0)");
        }
    }
}
