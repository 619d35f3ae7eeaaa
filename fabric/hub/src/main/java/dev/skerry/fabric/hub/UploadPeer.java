package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.SiteIdentity;
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

/** Who uploads, by the certificate of the connection; calls of anybody else end here. TLS has checked who signed it. */
final class UploadPeer implements ServerInterceptor {

    static final Context.Key<Peer> PEER = Context.key("upload-peer");

    /** A site, and until when its certificate is valid. */
    record Peer(String site, Instant until) {}

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var peer = peer(call);
        if (peer.isEmpty()) {
            call.close(
                    Status.PERMISSION_DENIED.withDescription("certificate: none of a site (expected: a URI spiffe://<trust domain>/site/<name>)"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return Contexts.interceptCall(Context.current().withValue(PEER, peer.get()), call, headers, next);
    }

    private static Optional<Peer> peer(ServerCall<?, ?> call) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return Optional.empty();
        }
        try {
            var certificate = (X509Certificate) session.getPeerCertificates()[0];
            return SiteIdentity.of(certificate).map(i -> new Peer(i.site(), certificate.getNotAfter().toInstant()));
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty(); // It showed none.
        }
    }
}
