package dev.skerry.kube.store;

import dev.skerry.kube.store.ChangeFeed.Past;
import dev.skerry.kube.store.ObjectStore.Change;
import dev.skerry.kube.store.ObjectStore.CompactedException;
import dev.skerry.kube.store.ObjectStore.WatchClosedException;
import dev.skerry.kube.store.ObjectStore.Watcher;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;

/** One watcher: a stretch of the past, which is read page by page, and behind it the queue of what is new. */
final class Feed implements Watcher {

    private static final int MAX_QUEUED = 10_000;

    private final ChangeFeed owner;
    private final Past past;
    private final String prefix;
    /** Where the past ends and the queue takes over. */
    private final long joined;
    private final Deque<Change> page = new ArrayDeque<>();
    private final Deque<Change> queue = new ArrayDeque<>();
    private final Condition arrived;
    private long pastRead;
    private long seen;
    private String ended = "";

    Feed(ChangeFeed owner, Past past, String prefix, long after, long joined) {
        this.owner = owner;
        this.past = past;
        this.prefix = prefix;
        this.joined = joined;
        this.pastRead = after;
        this.seen = Math.max(after, joined);
        this.arrived = owner.lock.newCondition();
    }

    /** Under the lock. */
    void offer(List<Change> changes, long upTo) {
        var took = false;
        for (var change : changes) {
            if (change.entry().revision() > seen && change.entry().key().startsWith(prefix)) {
                queue.add(change);
                took = true;
            }
        }
        seen = Math.max(seen, upTo);
        if (queue.size() > MAX_QUEUED) {
            queue.clear();
            end("fell behind by more than " + MAX_QUEUED + " changes");
        } else if (took) {
            arrived.signal();
        }
    }

    /** Reads on until there is something to hand out, or the past is over. */
    void readPast() throws CompactedException {
        while (page.isEmpty() && pastRead < joined) {
            var stretch = past.changes(prefix, pastRead, joined);
            page.addAll(stretch.changes());
            pastRead = stretch.upTo();
        }
    }

    /** Under the lock. */
    void end(String why) {
        ended = why;
        owner.leave(this);
        arrived.signalAll();
    }

    @Override
    public Optional<Change> next(Duration wait) throws InterruptedException, WatchClosedException {
        try {
            readPast();
        } catch (CompactedException e) {
            throw new WatchClosedException("fell behind what is kept: " + e.getMessage());
        }
        if (!page.isEmpty()) {
            return Optional.of(page.remove());
        }
        owner.lock.lockInterruptibly();
        try {
            var left = wait.toNanos();
            while (queue.isEmpty()) {
                if (!ended.isEmpty()) {
                    throw new WatchClosedException(ended);
                }
                if (left <= 0) {
                    return Optional.empty();
                }
                left = arrived.awaitNanos(left);
            }
            return Optional.of(queue.remove());
        } finally {
            owner.lock.unlock();
        }
    }

    @Override
    public long progress() {
        if (!page.isEmpty()) {
            return page.peek().entry().revision() - 1;
        }
        if (pastRead < joined) {
            return pastRead;
        }
        owner.lock.lock();
        try {
            return queue.isEmpty() ? seen : queue.peek().entry().revision() - 1;
        } finally {
            owner.lock.unlock();
        }
    }

    @Override
    public void close() {
        owner.lock.lock();
        try {
            if (ended.isEmpty()) {
                end("closed");
            }
        } finally {
            owner.lock.unlock();
        }
    }
}
