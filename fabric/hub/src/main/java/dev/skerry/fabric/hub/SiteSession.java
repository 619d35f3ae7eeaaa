package dev.skerry.fabric.hub;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.fabric.link.EventsIn;
import dev.skerry.fabric.link.EventsOut;
import dev.skerry.fabric.link.LinkException;
import dev.skerry.fabric.link.LinkSession;
import dev.skerry.fabric.link.LinkTuning;
import dev.skerry.fabric.link.wire.Frame;
import dev.skerry.fabric.link.wire.Hello;
import dev.skerry.fabric.link.wire.Position;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;

/** One site's connection, seen from its parent. */
final class SiteSession implements LinkSession.Owner {

    private static final System.Logger LOG = System.getLogger(SiteSession.class.getName());

    /** What all sessions of a hub share. */
    record Context(
            HubConfig config, Registry registry, Sessions sessions, Works works, StatusStore statuses, SiteStatuses siteStatuses,
            Executor executor, IntSupplier dataPort) {}

    private final SitePeer peer;
    private final Context shared;
    private final LinkSession link;
    private volatile Instant since;
    private volatile long incarnation;
    private volatile String version = "";
    private volatile boolean admitted;

    SiteSession(SitePeer peer, ServerCallStreamObserver<Frame> call, Context shared) {
        this.peer = peer;
        this.shared = shared;
        since = shared.config().clock().instant();
        LinkTuning tuning = shared.config().tuning();
        link = new LinkSession(call, tuning, shared.executor(), this);
        call.setOnReadyHandler(link::wake);
        call.setOnCancelHandler(() -> link.onError(io.grpc.Status.CANCELLED.withDescription("the site hung up").asException()));
    }

    String site() {
        return peer.site();
    }

    String key() {
        return peer.key();
    }

    long incarnation() {
        return incarnation;
    }

    String version() {
        return version;
    }

    Instant since() {
        return since;
    }

    Instant certificateExpires() {
        return peer.until();
    }

    LinkSession link() {
        return link;
    }

    boolean alive(Duration within) throws InterruptedException {
        return link.alive(within);
    }

    void end(String reason) {
        link.end(reason);
    }

    void tick(Instant now) {
        if (now.isAfter(peer.until())) {
            link.end("certificate: ran out at " + peer.until() + " (expected: a renewed one)");
        } else {
            link.tick();
        }
    }

    @Override
    public void hello(LinkSession session, Hello theirs) throws LinkException, IOException {
        if (!theirs.getSite().equals(peer.site())) {
            throw new LinkException("hello.site: not the certificate's name (expected: " + peer.site() + ")");
        }
        if (!peer.identity().trustDomain().equals(shared.config().trustDomain())) {
            throw new LinkException("certificate: of another trust domain (expected: " + shared.config().trustDomain() + ")");
        }
        try {
            shared.registry().check(peer.site(), peer.key());
        } catch (StatusException e) {
            throw new LinkException(String.valueOf(e.getStatus().getDescription()));
        } catch (KubernetesClientException e) {
            throw new IOException("the parent's API does not answer", e);
        }
        incarnation = theirs.getIncarnation();
        version = theirs.getVersion().substring(0, Math.min(64, theirs.getVersion().length()));
        try {
            shared.sessions().admit(this, incarnation);
        } catch (LinkException e) {
            shared.siteStatuses().changed(peer.site());
            throw e;
        }
        admitted = true;
        String eventEpoch = theirs.getHeadsList().stream()
                .filter(h -> h.getLog().equals(EventsOut.NAME))
                .map(Position::getEpoch)
                .findFirst()
                .orElse("");
        session.begin(
                List.of(shared.works().ofSite(peer.site())),
                List.of(shared.statuses().of(peer.site()), new EventsIn(shared.config().events(), peer.site(), eventEpoch)));
        session.greet(Hello.newBuilder()
                .setVersion(shared.config().version())
                .setDataPort(shared.dataPort().getAsInt())
                .setNowMillis(shared.config().clock().millis()));
        LOG.log(INFO, "site {0}: connected, incarnation {1}", peer.site(), incarnation);
        if (session.isOver()) {
            ended(session, "gone while it was let in");
        }
    }

    @Override
    public void progressed(LinkSession session) {
        shared.siteStatuses().changed(peer.site());
    }

    @Override
    public void skipped(LinkSession session, String what) {
        LOG.log(WARNING, "site {0}: {1} are skipped: its version {2} is newer than {3}", peer.site(), what, version, shared.config().version());
    }

    @Override
    public void ended(LinkSession session, String reason) {
        if (shared.sessions().remove(this)) {
            LOG.log(INFO, "site {0}: disconnected: {1}", peer.site(), reason);
            shared.siteStatuses().lost(peer.site(), reason, link.silent());
        } else if (!admitted) {
            LOG.log(INFO, "site {0}: not let in: {1}", peer.site(), reason);
        }
    }
}
