package dev.skerry.kube.store;

import dev.skerry.kube.store.ObjectStore.Change;
import dev.skerry.kube.store.ObjectStore.CompactedException;
import dev.skerry.kube.store.ObjectStore.Watcher;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** Hands each commit's changes to all watchers, in order. A watcher that begins in the past reads that from the table first. */
final class ChangeFeed implements AutoCloseable {

    final ReentrantLock lock = new ReentrantLock();
    private final Set<Feed> watchers = new LinkedHashSet<>();
    private volatile long revision;
    private volatile long bytes;
    private long compacted;

    /** The table's memory. */
    interface Past {

        /** @throws CompactedException if changes after {@code after} have been dropped */
        Stretch changes(String prefix, long after, long upTo) throws CompactedException;
    }

    /** All changes from where one asked up to a revision. */
    record Stretch(List<Change> changes, long upTo) {}

    ChangeFeed(long revision, long compacted) {
        this.revision = revision;
        this.compacted = compacted;
    }

    long revision() {
        return revision;
    }

    /** How many bytes of values have gone through. */
    long bytes() {
        return bytes;
    }

    void publish(List<Change> changes, long upTo) {
        lock.lock();
        try {
            if (upTo <= revision) {
                return;
            }
            revision = upTo;
            bytes = bytes + changes.stream().mapToLong(c -> c.entry().value().length).sum();
            for (var watcher : List.copyOf(watchers)) {
                watcher.offer(changes, upTo);
            }
        } finally {
            lock.unlock();
        }
    }

    void compacted(long upTo) {
        lock.lock();
        try {
            compacted = Math.max(compacted, upTo);
        } finally {
            lock.unlock();
        }
    }

    /** What lies between is not known: every watcher ends, and whoever comes again begins with a list. */
    void jump(long to, String why) {
        lock.lock();
        try {
            revision = to;
            compacted = to;
            List.copyOf(watchers).forEach(w -> w.end(why));
        } finally {
            lock.unlock();
        }
    }

    Watcher watch(String prefix, long after, Past past) throws CompactedException {
        Feed feed;
        lock.lock();
        try {
            if (after < compacted) {
                throw new CompactedException(after, compacted);
            }
            feed = new Feed(this, past, prefix, after, revision);
            watchers.add(feed);
        } finally {
            lock.unlock();
        }
        try {
            // What comes meanwhile queues up behind: the feed was joined before the past is read.
            feed.readPast();
            return feed;
        } catch (CompactedException | RuntimeException e) {
            feed.close();
            throw e;
        }
    }

    /** Under the lock. */
    void leave(Feed feed) {
        watchers.remove(feed);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            List.copyOf(watchers).forEach(w -> w.end("the store is closed"));
        } finally {
            lock.unlock();
        }
    }
}
