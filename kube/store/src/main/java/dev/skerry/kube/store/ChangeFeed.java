package dev.skerry.kube.store;

import dev.skerry.kube.store.ObjectStore.Change;
import dev.skerry.kube.store.ObjectStore.CompactedException;
import dev.skerry.kube.store.ObjectStore.WatchClosedException;
import dev.skerry.kube.store.ObjectStore.Watcher;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Hands each commit's changes to all watchers, in order. A watcher that begins in the past reads that from the table first. */
final class ChangeFeed implements AutoCloseable {

    private static final int MAX_QUEUED = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Feed> watchers = new LinkedHashSet<>();
    private volatile long revision;
    private long compacted;

    /** Changes below a prefix in {@code (after, upTo]}. */
    interface Past {
        List<Change> changes(String prefix, long after, long upTo);
    }

    ChangeFeed(long revision, long compacted) {
        this.revision = revision;
        this.compacted = compacted;
    }

    long revision() {
        return revision;
    }

    void publish(List<Change> changes, long upTo) {
        lock.lock();
        try {
            revision = upTo;
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

    Watcher watch(String prefix, long after, Past past) throws CompactedException {
        Feed feed;
        long joined;
        lock.lock();
        try {
            if (after < compacted) {
                throw new CompactedException(after, compacted);
            }
            joined = revision;
            feed = new Feed(prefix, Math.max(after, joined));
            watchers.add(feed);
        } finally {
            lock.unlock();
        }
        if (after < joined) {
            // What comes meanwhile queues up behind: the feed was joined before the past is read.
            feed.prepend(past.changes(prefix, after, joined));
        }
        return feed;
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

    /** One watcher's queue. */
    private final class Feed implements Watcher {

        private final String prefix;
        private final Deque<Change> queue = new ArrayDeque<>();
        private final Condition arrived = lock.newCondition();
        private long seen;
        private String ended = "";

        Feed(String prefix, long seen) {
            this.prefix = prefix;
            this.seen = seen;
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

        void prepend(List<Change> changes) {
            lock.lock();
            try {
                for (var change : changes.reversed()) {
                    queue.addFirst(change);
                }
            } finally {
                lock.unlock();
            }
        }

        /** Under the lock. */
        void end(String why) {
            ended = why;
            watchers.remove(this);
            arrived.signalAll();
        }

        @Override
        public Optional<Change> next(Duration wait) throws InterruptedException, WatchClosedException {
            lock.lockInterruptibly();
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
                lock.unlock();
            }
        }

        @Override
        public long progress() {
            lock.lock();
            try {
                return queue.isEmpty() ? seen : queue.peek().entry().revision() - 1;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (ended.isEmpty()) {
                    end("closed");
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
