package dev.skerry.kube.admission;

import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.SigningRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/** Who a certificate is asked for. */
final class CertificateSubjects {

    private CertificateSubjects() {}

    /** The organizations of a PEM request in base64; none if it is unreadable, which validation says. */
    static List<String> organizations(String request) {
        try {
            var text = new String(Base64.getMimeDecoder().decode(request), StandardCharsets.US_ASCII);
            var subject = SigningRequest.parse(Pem.decode("CERTIFICATE REQUEST", text)).subject();
            return new LdapName(subject.getName()).getRdns().stream().filter(r -> r.getType().equalsIgnoreCase("O")).map(r -> String.valueOf(r.getValue())).toList();
        } catch (IllegalArgumentException | GeneralSecurityException | Pem.MalformedPemException | InvalidNameException e) {
            return List.of();
        }
    }
}
