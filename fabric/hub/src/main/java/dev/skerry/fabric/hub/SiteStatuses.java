package dev.skerry.fabric.hub;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.model.Site;
import dev.skerry.model.SiteStatus;
import dev.skerry.model.Work;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes the status of the sites: when something has changed, each at most once a second; when a site was last seen at most once
 * a minute. A hub that has just started shows as lost whoever has not come back.
 */
final class SiteStatuses implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(SiteStatuses.class.getName());
    private static final Duration PACE = Duration.ofSeconds(1);
    private static final Duration SEEN_EVERY = Duration.ofMinutes(1);
    private static final Duration CLOSING = Duration.ofSeconds(3);

    private final HubConfig config;
    private final Links links;
    private final ReentrantLock lock = new ReentrantLock();
    private final java.util.concurrent.locks.Condition work = lock.newCondition();
    private final Set<String> dirty = new LinkedHashSet<>();
    private final Thread writer = Thread.ofVirtual().name("site-statuses").unstarted(this::run);

    SiteStatuses(HubConfig config, Links links) {
        this.config = config;
        this.links = links;
    }

    void start() {
        config.client().resources(Site.class).list().getItems().forEach(s -> changed(s.getMetadata().getName()));
        writer.start();
    }

    void changed(String site) {
        lock.lock();
        try {
            dirty.add(site);
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        var seenAt = System.nanoTime();
        try {
            while (true) {
                Set<String> now;
                lock.lockInterruptibly();
                try {
                    if (dirty.isEmpty()) {
                        var unused = work.await(SEEN_EVERY.toSeconds(), TimeUnit.SECONDS);
                    }
                    if (System.nanoTime() - seenAt >= SEEN_EVERY.toNanos()) {
                        // Who is connected is seen: told now and then, also when nothing else changes.
                        seenAt = System.nanoTime();
                        dirty.addAll(links.sites());
                    }
                    now = new LinkedHashSet<>(dirty);
                    dirty.clear();
                } finally {
                    lock.unlock();
                }
                now.forEach(this::write);
                TimeUnit.NANOSECONDS.sleep(PACE.toNanos());
            }
        } catch (InterruptedException e) {
            // Closed.
            return;
        }
    }

    private void write(String name) {
        try {
            var site = config.client().resources(Site.class).withName(name).get();
            if (site == null) {
                return;
            }
            var status = status(site);
            if (!status.equals(site.getStatus())) {
                var unused = config.client().resources(Site.class).withName(name).editStatus(s -> {
                    s.setStatus(status);
                    return s;
                });
            }
            if (links.find(name).filter(l -> l.behind() > 0).isPresent()) {
                changed(name);
            }
        } catch (KubernetesClientException e) {
            LOG.log(e.getCode() == java.net.HttpURLConnection.HTTP_CONFLICT ? DEBUG : WARNING, "site {0}: status not written: {1} (tried again)", name, e.getMessage());
            changed(name);
        } catch (RuntimeException e) {
            // The edge of the thread: one site's trouble keeps no other from being shown.
            LOG.log(WARNING, "site " + name + ": status not written", e);
        }
    }

    private SiteStatus status(Site site) {
        var name = site.getMetadata().getName();
        var old = site.getStatus();
        var link = links.find(name);
        var now = config.clock().instant();
        var works = links.desired().works(name);
        long failed = works.stream().filter(w -> w.getStatus() != null && "Failed".equals(w.getStatus().state())).count();
        long ok = works.stream().filter(SiteStatuses::well).count();
        var conflict = links.conflict(name);
        boolean everSeen = link.isPresent() || old != null && old.link() != null;
        var state = conflict.isPresent() ? "Conflicted" : !everSeen ? "Pending" : link.isEmpty() ? "Offline" : failed > 0 ? "Degraded" : "Ready";
        var summary = links.summary(name);
        var conditions = new ArrayList<Condition>();
        conditions.add(condition(old, "Connected", link.isPresent(), link.isPresent() ? "LinkUp" : everSeen ? "LinkDown" : "NeverConnected", conflict.orElse(""), now));
        boolean inSync = link.isPresent() && link.get().behind() == 0;
        conditions.add(condition(old, "InSync", inSync, inSync ? "AllAcknowledged" : link.isPresent() ? "Sending" : "LinkDown", "", now));
        boolean healthy = link.isPresent() && ok == works.size();
        conditions.add(condition(old, "Healthy", healthy, healthy ? "AllWorksOk" : link.isEmpty() ? "Unknown" : failed > 0 ? "WorksFailed" : "WorksProgressing", ok + " of " + works.size() + " Works are ok", now));
        if (summary.getParentRolledBack()) {
            conditions.add(condition(old, "ParentRolledBack", true, "StoreRestored", "this place was restored from an older copy: the site keeps what it has and deletes nothing", now));
        }
        return new SiteStatus(
                state,
                conditions,
                link.map(SiteLink::version).filter(v -> !v.isEmpty()).orElse(old == null ? null : old.version()),
                link(old, link, now),
                new SiteStatus.Apps((int) ok, works.size(), ok + "/" + works.size()),
                summary.getChildrenTotal() > 0 ? new SiteStatus.Children(summary.getChildrenConnected(), summary.getChildrenTotal()) : null,
                link.map(SiteLink::incarnation).orElse(old == null ? null : old.incarnation()),
                link.map(l -> l.certificateUntil().toString()).orElse(old == null ? null : old.certificateExpires()));
    }

    static boolean well(Work work) {
        var status = work.getStatus();
        return status != null && "Ok".equals(status.state()) && Objects.equals(status.revision(), work.getSpec().revision());
    }

    private static SiteStatus.@Nullable Link link(@Nullable SiteStatus old, Optional<SiteLink> link, Instant now) {
        var before = old == null ? null : old.link();
        if (link.isEmpty()) {
            if (before == null) {
                return null;
            }
            var since = "Lost".equals(before.state()) ? before.since() : time(now);
            return new SiteStatus.Link("Lost", since, before.lastSeen(), before.roundTrip(), before.behind());
        }
        var heard = link.get().heardAt();
        var seen = time(heard);
        if (before != null && before.lastSeen() != null && "Connected".equals(before.state())
                && Duration.between(Instant.parse(before.lastSeen()), heard).compareTo(SEEN_EVERY) < 0) {
            seen = before.lastSeen();
        }
        var took = link.get().roundTrip();
        var text = took.isZero() ? null : took.toMillis() >= 1 ? took.toMillis() + "ms" : Math.max(1, took.toNanos() / 1000) + "µs";
        // A trip that varies by a little is not worth a write.
        if (before != null && before.roundTrip() != null && text != null && "Connected".equals(before.state()) && seen.equals(before.lastSeen())) {
            text = before.roundTrip();
        }
        return new SiteStatus.Link("Connected", time(link.get().since()), seen, text, link.get().behind());
    }

    private static Condition condition(@Nullable SiteStatus old, String type, boolean holds, String reason, String message, Instant now) {
        var value = holds ? "True" : "False";
        var since = old == null ? time(now) : old.conditions().stream()
                .filter(c -> c.getType().equals(type) && c.getStatus().equals(value)).findFirst()
                .map(Condition::getLastTransitionTime).orElse(time(now));
        return new ConditionBuilder().withType(type).withStatus(value).withReason(reason).withMessage(message).withLastTransitionTime(since).build();
    }

    private static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    @Override
    public void close() {
        writer.interrupt();
        try {
            var unused = writer.join(CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
