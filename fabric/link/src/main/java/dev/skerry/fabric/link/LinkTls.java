package dev.skerry.fabric.link;

import dev.skerry.kube.pki.Keys;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;

/** TLS of both channels, ready for gRPC. A child knows its parent by the authority's key, never by the address dialled. */
public final class LinkTls {

    /** The DNS name in every hub's certificate: it makes a certificate a hub's. */
    public static final String HUB_NAME = "hub.skerry.internal";

    private LinkTls() {}

    /** For a hub: asks for a client certificate, and lets those without one in as far as the first call. */
    public static SslContext server(PrivateKey key, List<X509Certificate> chain, X509Certificate authority) {
        return build(GrpcSslContexts.configure(
                        SslContextBuilder.forServer(key, chain.toArray(X509Certificate[]::new)), SslProvider.JDK)
                .trustManager(authority)
                .clientAuth(ClientAuth.OPTIONAL));
    }

    /** For a child without a certificate, which knows the fingerprint of its parent's authority from its token. */
    public static SslContext enrolling(String fingerprint, InstantSource clock) {
        Predicate<X509Certificate> pin = c -> Keys.fingerprint(c.getPublicKey()).equals(fingerprint);
        return build(client().trustManager(new HubTrust(pin, List.of(), clock)));
    }

    /** For a child that renews its certificate: it knows the authority, and need not show the old certificate. */
    public static SslContext trusting(X509Certificate authority, InstantSource clock) {
        return build(client().trustManager(new HubTrust(authority::equals, List.of(authority), clock)));
    }

    /** For a child with a certificate. */
    public static SslContext client(PrivateKey key, List<X509Certificate> chain, X509Certificate authority, InstantSource clock) {
        return build(client()
                .keyManager(key, chain.toArray(X509Certificate[]::new))
                .trustManager(new HubTrust(authority::equals, List.of(authority), clock)));
    }

    private static SslContextBuilder client() {
        return GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK);
    }

    private static SslContext build(SslContextBuilder builder) {
        try {
            return builder.protocols("TLSv1.3").build();
        } catch (SSLException e) {
            throw new IllegalStateException("cannot make a TLS context: " + e.getMessage(), e);
        }
    }
}
