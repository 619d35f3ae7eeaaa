package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.SiteIdentity;
import dev.skerry.kube.pki.Keys;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Which site is at the other end, by the certificate of the connection, whose signature TLS has checked.
 *
 * @param key fingerprint of its key
 * @param until when the certificate runs out
 */
record SitePeer(SiteIdentity identity, String key, Instant until) {

    static final Context.Key<SitePeer> HERE = Context.key("site-peer");

    String site() {
        return identity.site();
    }

    /** Ends the calls of all who are no site. */
    static final class Guard implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            var peer = peer(call);
            if (peer.isEmpty()) {
                call.close(
                        Status.UNAUTHENTICATED.withDescription("certificate: none of a site (expected: a URI spiffe://<trust domain>/site/<name>)"),
                        new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return Contexts.interceptCall(Context.current().withValue(HERE, peer.get()), call, headers, next);
        }
    }

    private static Optional<SitePeer> peer(ServerCall<?, ?> call) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return Optional.empty();
        }
        try {
            var certificate = (X509Certificate) session.getPeerCertificates()[0];
            return SiteIdentity.of(certificate)
                    .map(i -> new SitePeer(i, Keys.fingerprint(certificate.getPublicKey()), certificate.getNotAfter().toInstant()));
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty(); // It showed none.
        }
    }
}
