package dev.skerry.fabric.link;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts a server that shows a hub's certificate by the authority that is known, by certificate or by fingerprint. A
 * site's clock may be years off (no battery): one that stands before the authority was made judges no dates.
 */
final class HubTrust extends X509ExtendedTrustManager {

    private static final String SERVER = "1.3.6.1.5.5.7.3.1";
    private static final int DNS = 2;

    private final Predicate<X509Certificate> authority;
    private final List<X509Certificate> known;
    private final InstantSource clock;

    HubTrust(Predicate<X509Certificate> authority, List<X509Certificate> known, InstantSource clock) {
        this.authority = authority;
        this.known = known;
        this.clock = clock;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        X509Certificate ca = Stream.concat(known.stream(), Arrays.stream(chain))
                .filter(authority)
                .findFirst()
                .orElseThrow(() -> new CertificateException("parent: another authority (expected: the one that the token names)"));
        X509Certificate leaf = chain[0];
        try {
            leaf.verify(ca.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new CertificateException("parent: its certificate is not signed by its authority", e);
        }
        List<String> purposes = leaf.getExtendedKeyUsage();
        if (purposes == null || !purposes.contains(SERVER) || !names(leaf).contains(LinkTls.HUB_NAME)) {
            throw new CertificateException("parent: " + leaf.getSubjectX500Principal() + " (expected: a hub's certificate)");
        }
        Instant now = clock.instant();
        if (!now.isBefore(ca.getNotBefore().toInstant())) {
            leaf.checkValidity(java.util.Date.from(now));
        }
    }

    private static List<String> names(X509Certificate certificate) throws CertificateException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        return names == null
                ? List.of()
                : names.stream().filter(n -> n.get(0).equals(DNS)).map(n -> (String) n.get(1)).toList();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
        throw new CertificateException("a child has no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
        throw new CertificateException("a child has no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("a child has no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return known.toArray(X509Certificate[]::new);
    }
}
