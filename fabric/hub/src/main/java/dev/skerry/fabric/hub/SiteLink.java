package dev.skerry.fabric.hub;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.fabric.link.LinkException;
import dev.skerry.fabric.link.LinkSession;
import dev.skerry.fabric.link.LogPosition;
import dev.skerry.fabric.link.LogSink;
import dev.skerry.fabric.link.StoredLog;
import dev.skerry.fabric.link.wire.Hello;
import dev.skerry.fabric.link.wire.Position;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One site's connection, as the hub sees it. */
final class SiteLink implements LinkSession.Side {

    private static final System.Logger LOG = System.getLogger(SiteLink.class.getName());

    private final SitePeer.Peer peer;
    private final Links links;
    private final Instant since;
    private volatile @Nullable LinkSession session;
    private volatile Instant heard;
    private volatile Duration roundTrip = Duration.ZERO;
    private volatile String version = "";
    private volatile long incarnation;
    private volatile String boot = "";
    private List<LogSink> sinks = List.of();
    private boolean admitted;

    SiteLink(SitePeer.Peer peer, Links links) {
        this.peer = peer;
        this.links = links;
        this.since = links.config().clock().instant();
        this.heard = since;
    }

    void session(LinkSession begun) {
        session = begun;
    }

    String site() {
        return peer.site();
    }

    Instant since() {
        return since;
    }

    Instant heardAt() {
        return heard;
    }

    Duration roundTrip() {
        return roundTrip;
    }

    String version() {
        return version;
    }

    long incarnation() {
        return incarnation;
    }

    String boot() {
        return boot;
    }

    Instant certificateUntil() {
        return peer.until();
    }

    long behind() {
        var now = session;
        return now == null ? 0 : now.behind("desired");
    }

    void end(String reason) {
        var now = session;
        if (now != null) {
            now.end(reason);
        }
    }

    @Override
    public LinkSession.Logs greeted(Hello other) throws LinkException, IOException {
        if (!other.getSite().equals(peer.site())) {
            throw new LinkException("hello.site: " + other.getSite() + " (expected: " + peer.site() + ", as the certificate says)");
        }
        version = other.getVersion();
        incarnation = other.getIncarnation();
        boot = other.getBoot();
        var site = links.admit(this);
        admitted = true;
        StoredLog status = links.store().status(peer.site(), change -> links.statusChanged(peer.site(), change));
        var events = new EventsSink(peer.site(), epoch(other, "events"), links.config().events());
        sinks = List.of(status, events);
        links.connected(this, status);
        return new LinkSession.Logs(List.of(links.desired().of(site)), sinks);
    }

    private static String epoch(Hello hello, String log) {
        return hello.getEpochsList().stream().filter(e -> e.startsWith(log + "=")).findFirst().map(e -> e.substring(log.length() + 1)).orElse("");
    }

    @Override
    public Hello hello() {
        var hello = Hello.newBuilder().setVersion(links.config().version());
        for (var sink : sinks) {
            LogPosition at;
            try {
                at = sink.position();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            hello.addPositions(Position.newBuilder().setLog(sink.log()).setEpoch(at.epoch()).setSequence(at.sequence()));
        }
        return hello.build();
    }

    @Override
    public void heard() {
        heard = links.config().clock().instant();
    }

    @Override
    public void roundTrip(Duration took) {
        roundTrip = took;
        links.changed(peer.site());
    }

    @Override
    public void ended(String reason, boolean refused) {
        if (admitted) {
            LOG.log(INFO, "site {0}: disconnected: {1}", peer.site(), reason);
            links.disconnected(this);
        } else {
            LOG.log(WARNING, "site {0}: not let in: {1}", peer.site(), reason);
        }
    }
}
