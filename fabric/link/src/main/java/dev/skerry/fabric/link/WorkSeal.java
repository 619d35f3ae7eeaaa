package dev.skerry.fabric.link;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.pki.CertificateAuthority;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;

/** The parent's signature on a Work. It names the site too: a Work of one site is worth nothing at another. */
public final class WorkSeal {

    private static final String FIELD = "signature";

    private WorkSeal() {}

    /** The signature of a Work's spec for a site, in base64; one that is there already is not part of it. */
    public static String sign(CertificateAuthority authority, String site, ObjectNode spec) {
        return Base64.getEncoder().encodeToString(authority.sign(content(site, spec)));
    }

    /** Whether the spec carries the signature of that authority for that site. */
    public static boolean holds(PublicKey authority, String site, ObjectNode spec) {
        try {
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initVerify(authority);
            signature.update(content(site, spec));
            return signature.verify(Base64.getDecoder().decode(spec.path(FIELD).asText()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false; // No signature at all, or not the form of one.
        }
    }

    private static byte[] content(String site, ObjectNode spec) {
        var signed = spec.deepCopy();
        signed.remove(FIELD);
        byte[] head = ("skerry-work-1\n" + site + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] body = Canonical.bytes(signed);
        byte[] all = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }
}
