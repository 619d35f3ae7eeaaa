package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.LinkSession;
import dev.skerry.fabric.link.LinkSettings;
import dev.skerry.fabric.link.wire.Frame;
import dev.skerry.fabric.link.wire.ManagementGrpc;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;

/** Where sites dial in: one stream a site, for as long as both live. */
final class LinkService extends ManagementGrpc.ManagementImplBase {

    private final Links links;
    private final LinkSettings settings;

    LinkService(Links links, LinkSettings settings) {
        this.links = links;
        this.settings = settings;
    }

    @Override
    public StreamObserver<Frame> link(StreamObserver<Frame> out) {
        var peer = SitePeer.PEER.get();
        try {
            links.check(peer);
        } catch (StatusException e) {
            out.onError(e);
            return new Nobody();
        }
        var link = new SiteLink(peer, links);
        var session = LinkSession.dialled(peer.site(), settings, link, out);
        link.session(session);
        return session;
    }

    /** Listens to whoever was refused, until that one hears of it. */
    private static final class Nobody implements StreamObserver<Frame> {
        @Override
        public void onNext(Frame frame) {}

        @Override
        public void onError(Throwable cut) {}

        @Override
        public void onCompleted() {}
    }
}
