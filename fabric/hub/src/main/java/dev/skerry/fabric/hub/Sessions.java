package dev.skerry.fabric.hub;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.data.EventLog;
import dev.skerry.fabric.link.LinkException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One live session a site. A newcomer waits until the old one is known to be dead: if that answers, two boxes have one
 * identity, and the newcomer is held off.
 */
final class Sessions {

    private static final System.Logger LOG = System.getLogger(Sessions.class.getName());
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final Duration CONFLICT_LASTS = Duration.ofMinutes(10);

    private final StatusStore store;
    private final EventLog events;
    private final InstantSource clock;
    private final Map<String, SiteSession> live = new ConcurrentHashMap<>();
    private final Map<String, Conflict> conflicts = new ConcurrentHashMap<>();
    private final Map<String, ReentrantLock> doors = new ConcurrentHashMap<>();

    /** A box that was held off, and why. */
    record Conflict(Instant at, String message) {}

    Sessions(StatusStore store, EventLog events, InstantSource clock) {
        this.store = store;
        this.events = events;
        this.clock = clock;
    }

    /** Lets a session in as its site's only one, or says why not. May take some seconds. */
    void admit(SiteSession newcomer, long incarnation) throws LinkException, IOException {
        String site = newcomer.site();
        ReentrantLock door = doors.computeIfAbsent(site, s -> new ReentrantLock());
        door.lock();
        try {
            SiteSession old = live.get(site);
            if (old != null && answers(old)) {
                throw conflict(site, "a box of incarnation " + incarnation + " came while one of incarnation "
                        + old.incarnation() + " is connected (expected: one box; enrol the other anew under a name of its own)");
            }
            long highest = store.incarnation(site, newcomer.key());
            if (incarnation < highest) {
                throw conflict(site, "a box of incarnation " + incarnation + " came after one of incarnation " + highest
                        + " (expected: a higher one; two boxes with one identity, or a disk from a backup: enrol it anew with a token bound to "
                        + site + ")");
            }
            if (old != null) {
                old.end("replaced by a newer connection");
            }
            if (incarnation > highest) {
                store.incarnation(site, newcomer.key(), incarnation);
            }
            live.put(site, newcomer);
        } finally {
            door.unlock();
        }
    }

    private static boolean answers(SiteSession old) {
        try {
            return old.alive(ANSWER_WITHIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private LinkException conflict(String site, String message) {
        Conflict before = conflicts.put(site, new Conflict(clock.instant(), message));
        if (before == null) {
            LOG.log(WARNING, "site {0}: conflict: {1}", site, message);
            try {
                events.append(new EventLog.Event(
                        0, clock.instant(), "link", "critical", "", "Site/" + site, "two boxes with one identity: " + message, Map.of()));
            } catch (IOException e) {
                LOG.log(WARNING, "site {0}: its conflict is not in the event log: {1}", site, e.getMessage());
            }
        }
        return new LinkException("conflict: " + message);
    }

    Optional<Conflict> conflict(String site) {
        Conflict c = conflicts.get(site);
        if (c != null && clock.instant().isAfter(c.at().plus(CONFLICT_LASTS))) {
            conflicts.remove(site, c);
            return Optional.empty();
        }
        return Optional.ofNullable(c);
    }

    /** True if it was the live one. */
    boolean remove(SiteSession session) {
        return live.remove(session.site(), session);
    }

    @Nullable SiteSession find(String site) {
        return live.get(site);
    }

    List<SiteSession> all() {
        return List.copyOf(live.values());
    }

    /** A site is no more, or is another box now. */
    void forget(String site, String reason) {
        conflicts.remove(site);
        SiteSession session = live.get(site);
        if (session != null) {
            LOG.log(INFO, "site {0}: {1}", site, reason);
            session.end(reason);
        }
    }
}
