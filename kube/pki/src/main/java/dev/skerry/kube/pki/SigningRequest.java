package dev.skerry.kube.pki;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * A PKCS#10 request (RFC 2986) whose signature has been checked: whoever sent it holds the key.
 *
 * @param subject the distinguished name that was asked for; the authority need not grant it
 */
public record SigningRequest(X500Principal subject, PublicKey key) {

    private static final int MAX_BYTES = 16 * 1024;


    /** A request for a key of our own, in DER. */
    public static byte[] create(KeyPair keys, String commonName) {
        try {
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaPKCS10CertificationRequestBuilder(Names.common(commonName), keys.getPublic()).build(signer).getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot sign with our own key", e);
        }
    }

    /** @throws GeneralSecurityException if it is damaged, too big, or not signed by the key that it names */
    public static SigningRequest parse(byte[] der) throws GeneralSecurityException {
        if (der.length > MAX_BYTES) {
            throw new GeneralSecurityException("signing request: " + der.length + " bytes (expected: at most " + MAX_BYTES + ")");
        }
        try {
            var request = new JcaPKCS10CertificationRequest(der);
            var key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new GeneralSecurityException("signing request: its signature does not fit its key");
            }
            return new SigningRequest(new X500Principal(request.getSubject().getEncoded()), key);
        } catch (IOException | PKCSException | OperatorCreationException | IllegalArgumentException e) {
            throw new GeneralSecurityException("signing request: " + e.getMessage() + " (expected: PKCS#10 in DER)", e);
        }
    }
}
