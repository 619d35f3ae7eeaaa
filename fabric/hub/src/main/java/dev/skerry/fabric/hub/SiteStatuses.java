package dev.skerry.fabric.hub;

import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.fabric.link.SiteSummary;
import dev.skerry.model.Site;
import dev.skerry.model.SiteStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** Writes what is known of sites into their status: at once when something that matters changed, else now and then. */
final class SiteStatuses implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(SiteStatuses.class.getName());
    private static final int WORKERS = 4;
    private static final int NANOS_A_MILLI = 1_000_000;

    /** Why and since when a site is not connected. */
    private record Loss(Instant since, Instant lastSeen, String reason) {}

    private final KubernetesClient client;
    private final InstantSource clock;
    private final Sites sites;
    private final Works works;
    private final StatusStore store;
    private final Sessions sessions;
    private final Map<String, SiteFacts> written = new ConcurrentHashMap<>();
    private final Map<String, Loss> losses = new ConcurrentHashMap<>();
    private final Map<String, Optional<SiteSummary>> summaries = new ConcurrentHashMap<>();
    private final WriteQueue<String> queue;
    private volatile boolean closed;

    SiteStatuses(
            KubernetesClient client, InstantSource clock, Sites sites, Works works, StatusStore store, Sessions sessions,
            ScheduledExecutorService timer) {
        this.client = client;
        this.clock = clock;
        this.sites = sites;
        this.works = works;
        this.store = store;
        this.sessions = sessions;
        queue = new WriteQueue<>("site-status", WORKERS, timer, this::write);
    }

    /** Something about a site may have changed; it is written only if it matters. */
    void changed(String site) {
        if (closed) {
            return;
        }
        sites.find(site).ifPresent(s -> {
            if (!facts(s).equals(written.get(site))) {
                queue.add(site);
            }
        });
    }

    /** The site has told something else of itself. */
    void toldAnew(String site) {
        summaries.remove(site);
        changed(site);
    }

    void lost(String site, String reason, Duration silent) {
        Instant now = clock.instant();
        losses.put(site, new Loss(now, now.minus(silent), reason));
        queue.add(site);
    }

    /** The line's figures of those who are connected, at most once a minute, and conflicts that are over. */
    void refresh() {
        sessions.all().forEach(s -> queue.add(s.site()));
        written.forEach((site, facts) -> {
            if (facts.conflict() != null) {
                changed(site);
            }
        });
    }

    void forget(String site) {
        written.remove(site);
        summaries.remove(site);
        losses.remove(site);
    }

    private void write(String name) {
        var known = sites.find(name);
        if (known.isEmpty()) {
            return;
        }
        SiteFacts facts = facts(known.get());
        Instant now = clock.instant();
        client.resources(Site.class).withName(name).editStatus(site -> {
            site.setStatus(facts.status(site.getStatus(), link(name, site.getStatus(), now), now));
            return site;
        });
        if (Sites.acceptsRollback(known.get()) && facts.isSettled()) {
            client.resources(Site.class).withName(name).edit(site -> {
                site.getMetadata().getAnnotations().remove(Sites.ACCEPT_ROLLBACK); // It was meant for this once.
                return site;
            });
        }
        written.put(name, facts);
        if (!facts(known.get()).equals(facts)) {
            queue.add(name); // It changed while it was being written.
        }
    }

    private SiteFacts facts(Site site) {
        String name = site.getMetadata().getName();
        SiteSession session = sessions.find(name);
        SiteStatus old = site.getStatus();
        int[] apps = SiteFacts.count(works.ofSite(name).works());
        SiteSummary summary = summaries.computeIfAbsent(name, this::readSummary).orElse(null);
        Loss loss = losses.get(name);
        boolean ever = session != null || loss != null || old != null && old.link() != null;
        String conflict = sessions.conflict(name).map(Sessions.Conflict::message).orElse(null);
        return new SiteFacts(
                session != null ? Conditions.TRUE : loss != null ? Conditions.FALSE : ever ? Conditions.UNKNOWN : Conditions.FALSE,
                ever,
                session != null ? "" : loss != null ? loss.reason() : ever ? "not heard since this parent started" : "enrolled, but never connected",
                session != null && session.link().behind(DesiredLog.NAME) == 0,
                apps[0], apps[1], apps[2],
                summary,
                session != null ? session.version() : old == null ? null : old.version(),
                session != null ? (Long) session.incarnation() : old == null ? null : old.incarnation(),
                session != null ? Conditions.seconds(session.certificateExpires()) : old == null ? null : old.certificateExpires(),
                conflict);
    }

    private Optional<SiteSummary> readSummary(String site) {
        try {
            var payload = store.payload(site, SiteSummary.KEY);
            return payload.isEmpty() ? Optional.empty() : Optional.of(SiteSummary.parse(payload.get()));
        } catch (IOException e) {
            LOG.log(WARNING, "site {0}: its summary cannot be read: {1}", site, e.getMessage());
            return Optional.empty();
        }
    }

    private SiteStatus.@Nullable Link link(String name, @Nullable SiteStatus old, Instant now) {
        SiteSession session = sessions.find(name);
        if (session != null) {
            Duration trip = session.link().roundTrip();
            return new SiteStatus.Link(
                    "Connected", Conditions.seconds(session.since()), Conditions.seconds(now.minus(session.link().silent())),
                    trip.isNegative() ? null : millis(trip), session.link().behind(DesiredLog.NAME));
        }
        SiteStatus.Link before = old == null ? null : old.link();
        Loss loss = losses.get(name);
        if (loss != null) {
            return new SiteStatus.Link("Lost", Conditions.seconds(loss.since()), Conditions.seconds(loss.lastSeen()), null, null);
        }
        return before == null
                ? null
                : new SiteStatus.Link("Lost", "Lost".equals(before.state()) ? before.since() : Conditions.seconds(now), before.lastSeen(), null, null);
    }

    private static String millis(Duration trip) {
        return Objects.requireNonNull(trip).toNanos() < NANOS_A_MILLI ? trip.toNanos() / 1000 + "us" : trip.toMillis() + "ms";
    }

    @Override
    public void close() {
        closed = true;
        queue.close();
    }
}
