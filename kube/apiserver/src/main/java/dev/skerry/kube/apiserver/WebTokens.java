package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Optional;

/** JSON Web Tokens in their compact form (RFC 7515, RFC 7519), signed and read. */
final class WebTokens {

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final int MAX_LENGTH = 16 * 1024;

    private WebTokens() {}

    /** A token taken apart; nothing of it is to be believed before its signature is checked. */
    record Token(JsonNode head, JsonNode claims, byte[] signed, byte[] signature) {

        String text(String claim) {
            return claims.path(claim).isTextual() ? claims.path(claim).asText() : "";
        }

        /** @param algorithm as the JDK calls it; the caller has chosen it by the key, not by the token */
        boolean signedBy(PublicKey key, String algorithm) {
            try {
                var check = Signature.getInstance(algorithm);
                check.initVerify(key);
                check.update(signed);
                return check.verify(signature);
            } catch (GeneralSecurityException e) {
                // A signature of another form than the key's.
                return false;
            }
        }
    }

    static Optional<Token> parse(String token) {
        var parts = token.split("\\.", 4);
        if (token.length() > MAX_LENGTH || parts.length != 3) {
            return Optional.empty();
        }
        try {
            var decoder = Base64.getUrlDecoder();
            var head = Bodies.JSON.readTree(decoder.decode(parts[0]));
            var claims = Bodies.JSON.readTree(decoder.decode(parts[1]));
            return head != null && head.isObject() && claims != null && claims.isObject()
                    ? Optional.of(new Token(head, claims, (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII), decoder.decode(parts[2])))
                    : Optional.empty();
        } catch (IllegalArgumentException | IOException e) {
            // No such token: whoever sent it is nobody.
            return Optional.empty();
        }
    }

    static String sign(JsonNode head, JsonNode claims, PrivateKey key, String algorithm) {
        var text = ENCODER.encodeToString(Bodies.write(head)) + "." + ENCODER.encodeToString(Bodies.write(claims));
        try {
            var signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return text + "." + ENCODER.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a token could not be signed", e);
        }
    }
}
