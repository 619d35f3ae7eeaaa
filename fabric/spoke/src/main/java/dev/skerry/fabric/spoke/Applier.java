package dev.skerry.fabric.spoke;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.fabric.link.LogDigest;
import dev.skerry.fabric.spoke.DesiredStore.Owned;
import dev.skerry.model.WorkStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings what is wanted into the local API, one Work after another on a thread of its own. It needs no parent: what it
 * knows is on disk. What failed comes again with growing patience; what is well is looked at now and then.
 */
final class Applier implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Applier.class.getName());
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(60);
    private static final Duration LONGEST_WATCH = Duration.ofSeconds(10);
    private static final int CLOSING_SECONDS = 10;

    private final SpokeConfig config;
    private final DesiredStore store;
    private final StatusBoard board;
    private final LocalObjects objects;
    private final SiteEvents events;
    private final Supplier<@Nullable PublicKey> authority;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Map<String, Turn> turns = new HashMap<>();
    private final Thread thread;
    private boolean woken = true;
    private boolean closed;

    /** When a Work is due again. */
    private record Turn(String hash, int tries, long at) {
        static Turn in(String hash, int tries, Duration wait) {
            return new Turn(hash, tries, System.nanoTime() + wait.toNanos());
        }
    }

    /** @param authority the parent's key; none before the site has enrolled */
    Applier(SpokeConfig config, DesiredStore store, StatusBoard board, SiteEvents events, Supplier<@Nullable PublicKey> authority) {
        this.config = config;
        this.store = store;
        this.board = board;
        this.events = events;
        this.authority = authority;
        objects = new LocalObjects(config.client());
        thread = Thread.ofVirtual().name("spoke-applier").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Something that is wanted has changed. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (!isClosed()) {
                try {
                    round();
                } catch (IOException | RuntimeException e) {
                    LOG.log(WARNING, "applier: a round failed (next in " + SOON.toSeconds() + "s)", e);
                }
                await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void await() throws InterruptedException {
        lock.lock();
        try {
            long due = System.nanoTime() + config.look().toNanos();
            for (Turn turn : turns.values()) {
                due = Math.min(due, turn.at());
            }
            long left = Math.max(due - System.nanoTime(), SOON.toNanos() / 20);
            while (!woken && !closed && left > 0) {
                left = work.awaitNanos(left);
            }
            woken = false;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void round() throws IOException {
        Map<String, LogDigest.Line> wanted = store.works();
        var gone = new HashSet<>(store.owners());
        gone.addAll(turns.keySet());
        gone.removeAll(wanted.keySet());
        for (String key : gone) {
            takeAway(key);
        }
        for (var line : wanted.entrySet()) {
            if (isClosed()) {
                return;
            }
            Turn last = turns.get(line.getKey());
            Turn turn = last != null && last.hash().equals(line.getValue().hash()) ? last : Turn.in("", 0, Duration.ZERO);
            if (turn.at() - System.nanoTime() <= 0) {
                turns.put(line.getKey(), turn(line.getKey(), line.getValue(), turn.tries()));
            }
        }
    }

    private Turn turn(String key, LogDigest.Line line, int tries) throws IOException {
        var payload = store.payload(key);
        if (payload.isEmpty()) {
            return Turn.in(line.hash(), 0, SOON);
        }
        try {
            var text = read(key, line.hash(), payload.get());
            var result = new WorkOnSite(key, text, line.hash(), store, objects, events).bring();
            board.work(key, result.status());
            if (!result.allApplied()) {
                return Turn.in(line.hash(), tries + 1, growing(tries, LONGEST_RETRY));
            }
            return result.allHealthy()
                    ? Turn.in(line.hash(), 0, config.look())
                    : Turn.in(line.hash(), tries + 1, growing(tries / 4, LONGEST_WATCH));
        } catch (WorkText.UnacceptableException e) {
            LOG.log(WARNING, "work {0}: refused: {1}", key, e.getMessage());
            board.work(key, new WorkStatus("Failed", e.getMessage(), line.revision(), List.of(), List.of()));
            return Turn.in(line.hash(), tries, LONGEST_RETRY);
        } catch (KubernetesClientException e) {
            LOG.log(INFO, "work {0}: the local API does not take it yet: {1}", key, LocalObjects.reason(e));
            return Turn.in(line.hash(), tries + 1, growing(tries, LONGEST_WATCH));
        }
    }

    /** What was applied has been verified then. */
    private WorkText read(String key, String hash, byte[] payload) throws WorkText.UnacceptableException, IOException {
        PublicKey parent = authority.get();
        if (store.applied(key).equals(hash)) {
            return WorkText.read(payload);
        }
        if (parent == null) {
            throw new WorkText.UnacceptableException("spec.signature: cannot be judged (expected: a site that has enrolled)");
        }
        return WorkText.verified(payload, parent, config.name());
    }

    private static Duration growing(int tries, Duration most) {
        Duration wait = SOON.multipliedBy(1L << Math.min(tries, 10));
        return wait.compareTo(most) > 0 ? most : wait;
    }

    private void takeAway(String key) throws IOException {
        String app = store.appOf(key);
        int slash = key.indexOf('.');
        String name = app.isEmpty() ? key.substring(slash + 1) : app;
        try {
            for (Owned o : store.owned(key).reversed()) {
                WorkOnSite.remove(key, o, name, store, objects);
            }
            store.forget(key);
            turns.remove(key);
            board.gone(key);
            LOG.log(INFO, "app {0}: is no longer wanted, and was taken away", name);
        } catch (KubernetesClientException e) {
            LOG.log(WARNING, "work {0}: cannot be taken away yet: {1}", key, LocalObjects.reason(e));
            turns.put(key, Turn.in("", 0, LONGEST_WATCH));
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(Duration.ofSeconds(CLOSING_SECONDS))) {
                thread.interrupt();
                thread.join(Duration.ofSeconds(CLOSING_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
