package dev.skerry.kube.store;

import java.util.List;
import java.util.Optional;

/**
 * A revisioned store of bytes by key, after etcd's model. Keys are paths such as
 * {@code /apps/deployments/default/web}; one 64-bit revision counts every change of any key. A call that returns has
 * reached the disk. All methods may be called from any thread and block.
 */
public interface ObjectStore extends AutoCloseable {

    /** The revision of the newest change; 1 for an empty store. */
    long revision();

    /** The newest state of one key. */
    Optional<Entry> get(String key);

    /**
     * Creates a key. {@code value} is given the revision that the change will have, so that it can be written into the
     * object; it may be called more than once and must not block.
     *
     * @return the entry, or empty if the key exists
     */
    Optional<Entry> create(String key, ValueAt value);

    /**
     * Replaces a key whose revision is {@code expected}.
     *
     * @return the new entry, or empty if the key is gone or has another revision
     */
    Optional<Entry> update(String key, long expected, ValueAt value);

    /** Deletes a key whose revision is {@code expected}. The last state is what watchers see, with the revision of the deletion. */
    Optional<Entry> delete(String key, long expected, ValueAt lastState);

    /**
     * Entries below a prefix, in order of key, as they were at one revision.
     *
     * @param after start behind this key; empty for the beginning
     * @param limit at most so many; 0 for all
     * @param atRevision as of this revision; 0 for the newest
     * @throws CompactedException if that revision is no longer kept
     */
    Page list(String prefix, String after, int limit, long atRevision) throws CompactedException;

    /** How many entries lie below the prefix now. */
    long count(String prefix);

    /**
     * Every change below a prefix after a revision, in order, without a gap; from the past first, then live.
     * The watcher's queue is bounded: one that is not drained is closed with {@link WatchClosedException}.
     *
     * @throws CompactedException if changes after that revision have been dropped already
     */
    Watcher watch(String prefix, long afterRevision) throws CompactedException;

    /** Drops superseded states and deletions up to a revision. */
    void compact(long revision);

    @Override
    void close();

    /** Bytes for a revision that is about to be assigned. */
    interface ValueAt {
        byte[] at(long revision);
    }

    /** @param created the revision that created the key  @param revision the revision of this state */
    record Entry(String key, byte[] value, long created, long revision) {}

    /** @param revision the revision that the list shows  @param more whether entries follow  @param remaining how many */
    record Page(List<Entry> entries, long revision, boolean more, long remaining) {}

    /** @param type CREATED, UPDATED or DELETED  @param previous the state before, absent for CREATED */
    record Change(Type type, Entry entry, Optional<Entry> previous) {
        public enum Type { CREATED, UPDATED, DELETED }
    }

    /** Changes, one by one. */
    interface Watcher extends AutoCloseable {

        /**
         * The next change, or empty if none came in time.
         *
         * @throws WatchClosedException if the watcher fell behind or the store was closed
         */
        Optional<Change> next(java.time.Duration wait) throws InterruptedException, WatchClosedException;

        /** Every change up to this revision has been handed out or does not concern this watcher. */
        long progress();

        @Override
        void close();
    }

    /** The revision asked for is older than what is kept. */
    final class CompactedException extends Exception {
        private static final long serialVersionUID = 1;
        private final long oldest;

        public CompactedException(long asked, long oldest) {
            super("revision " + asked + " (expected: " + oldest + " or newer)");
            this.oldest = oldest;
        }

        /** The oldest revision that can be asked for. */
        public long oldest() {
            return oldest;
        }
    }

    /** No more changes will come from this watcher. */
    final class WatchClosedException extends Exception {
        private static final long serialVersionUID = 1;

        public WatchClosedException(String message) {
            super(message);
        }
    }
}
