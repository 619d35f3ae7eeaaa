package dev.skerry.kube.pki;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/**
 * The names that a PKCS#10 request asks for, as Kubernetes reads them: user and groups, and where a server is found. Only for a request
 * that {@link SigningRequest#parse} has accepted.
 */
public record RequestedNames(String commonName, List<String> organizations, List<String> dnsNames, List<String> addresses, List<String> uris, List<String> mails) {

    public RequestedNames {
        organizations = List.copyOf(organizations);
        dnsNames = List.copyOf(dnsNames);
        addresses = List.copyOf(addresses);
        uris = List.copyOf(uris);
        mails = List.copyOf(mails);
    }

    /** @throws GeneralSecurityException if it is no such request */
    public static RequestedNames of(byte[] der) throws GeneralSecurityException {
        try {
            var request = new PKCS10CertificationRequest(der);
            var dns = new ArrayList<String>();
            var addresses = new ArrayList<String>();
            var uris = new ArrayList<String>();
            var mails = new ArrayList<String>();
            var extensions = request.getRequestedExtensions();
            var alternatives = extensions == null ? null : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
            if (alternatives != null) {
                for (var name : alternatives.getNames()) {
                    switch (name.getTagNo()) {
                        case GeneralName.dNSName -> dns.add(name.getName().toString());
                        case GeneralName.uniformResourceIdentifier -> uris.add(name.getName().toString());
                        case GeneralName.rfc822Name -> mails.add(name.getName().toString());
                        case GeneralName.iPAddress -> addresses.add(address(ASN1OctetString.getInstance(name.getName()).getOctets()));
                        default -> throw new GeneralSecurityException("signing request: alternative name of type " + name.getTagNo() + " (expected: DNS, IP, URI or mail)");
                    }
                }
            }
            var subject = request.getSubject();
            return new RequestedNames(String.join(",", texts(subject, subject.getRDNs(BCStyle.CN))), texts(subject, subject.getRDNs(BCStyle.O)), dns, addresses, uris, mails);
        } catch (IOException | IllegalArgumentException e) {
            throw new GeneralSecurityException("signing request: " + e.getMessage() + " (expected: PKCS#10 in DER)", e);
        }
    }

    private static String address(byte[] octets) throws UnknownHostException {
        return InetAddress.getByAddress(octets).getHostAddress();
    }

    private static List<String> texts(X500Name subject, RDN[] parts) {
        var texts = new ArrayList<String>();
        for (var part : parts) {
            texts.add(IETFUtils.valueToString(part.getFirst().getValue()));
        }
        return texts;
    }
}
