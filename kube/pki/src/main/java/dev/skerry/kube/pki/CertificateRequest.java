package dev.skerry.kube.pki;

import java.time.Duration;
import java.util.List;

/**
 * What a certificate shall say. {@code withX} changes one part.
 *
 * @param commonName the user or host; Kubernetes takes it as the user's name
 * @param organizations Kubernetes takes them as the user's groups
 * @param uris such as {@code spiffe://skerry/site/toll-042}
 */
public record CertificateRequest(
        String commonName,
        List<String> organizations,
        List<String> dnsNames,
        List<String> addresses,
        List<String> uris,
        boolean server,
        boolean client,
        Duration validity) {

    public CertificateRequest {
        organizations = List.copyOf(organizations);
        dnsNames = List.copyOf(dnsNames);
        addresses = List.copyOf(addresses);
        uris = List.copyOf(uris);
    }

    /** For a server that is called by these names and addresses. */
    public static CertificateRequest server(String commonName, List<String> dnsNames, List<String> addresses, Duration validity) {
        return new CertificateRequest(commonName, List.of(), dnsNames, addresses, List.of(), true, false, validity);
    }

    /** For a client. */
    public static CertificateRequest client(String commonName, List<String> organizations, Duration validity) {
        return new CertificateRequest(commonName, organizations, List.of(), List.of(), List.of(), false, true, validity);
    }

    public CertificateRequest withUris(List<String> others) {
        return new CertificateRequest(commonName, organizations, dnsNames, addresses, others, server, client, validity);
    }
}
