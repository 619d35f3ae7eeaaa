package dev.skerry.fabric.link;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/** A join token as it is handed over: {@code skerry1.<SHA-256 of the parent's CA>.<secret>}. */
public record JoinSecret(String caFingerprint, String secret) {

    private static final Pattern FORM = Pattern.compile("skerry1\\.([0-9a-f]{64})\\.([A-Za-z0-9_-]{43})");

    /** A fresh one, with 256 random bits. */
    public static JoinSecret create(String caFingerprint) {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return new JoinSecret(caFingerprint, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    }

    /** Reads {@link #text}; the exception does not repeat the secret. */
    public static JoinSecret parse(String text) {
        var match = FORM.matcher(text.strip());
        if (!match.matches()) {
            throw new IllegalArgumentException("token: malformed (expected: skerry1.<CA fingerprint>.<secret>)");
        }
        return new JoinSecret(match.group(1), match.group(2));
    }

    /** What the parent keeps: SHA-256 of the whole text, hexadecimal. */
    public String hash() {
        return StateLog.hash(text().getBytes(StandardCharsets.UTF_8));
    }

    /** The secret itself; for the one who joins, never for a log. */
    public String text() {
        return "skerry1." + caFingerprint + "." + secret;
    }

    @Override
    public String toString() {
        return "skerry1." + caFingerprint + ".…";
    }
}
