package dev.skerry.fabric.link;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The sender's side of a log of state: one entry a key, the last value wins. Bounded by the number of keys, and of
 * tombstones; whoever is behind the oldest forgotten tombstone gets a digest. Safe for many threads.
 */
public final class StateLog {

    private final int tombstonesKept;
    private final Map<String, LogEntry> byKey = new HashMap<>();
    private final TreeMap<Long, LogEntry> bySequence = new TreeMap<>();
    private String epoch = UUID.randomUUID().toString();
    private long sequence;
    private long forgotten;
    private int tombstones;

    public StateLog(int tombstonesKept) {
        this.tombstonesKept = tombstonesKept;
    }

    /**
     * A log that goes on from an earlier life, whose numbers are those of the store behind it.
     *
     * @param sequence what was deleted up to here is not known any more: who stands below gets a digest, who stands above shows
     *     that the store has been restored from an older copy
     */
    public StateLog(String epoch, long sequence, int tombstonesKept) {
        this.epoch = epoch;
        this.sequence = sequence;
        this.forgotten = sequence;
        this.tombstonesKept = tombstonesKept;
    }

    /** As {@link #put}, with the store's number of the change, if that is higher than what was before. */
    public synchronized boolean putAt(long at, String key, long revision, byte[] payload) {
        LogEntry old = byKey.get(key);
        String hash = hash(payload);
        if (old != null && !old.deleted() && old.hash().equals(hash)) {
            return false;
        }
        replace(old, new LogEntry(epoch, sequence, Math.max(sequence + 1, at), key, revision, hash, payload, false));
        return true;
    }

    /** Fills a log that begins: an entry as of its own number, which lies below the log's sequence. */
    public synchronized void load(long at, String key, long revision, byte[] payload) {
        var entry = new LogEntry(epoch, 0, at, key, revision, hash(payload), payload, false);
        LogEntry old = byKey.put(key, entry);
        if (old != null) {
            bySequence.remove(old.sequence());
        }
        bySequence.put(at, entry);
        sequence = Math.max(sequence, at);
        forgotten = Math.max(forgotten, at);
    }

    /** What a receiver needs to hold what this log holds. */
    public sealed interface Answer {
        /** Entries to take in this order. */
        record Deltas(List<LogEntry> entries) implements Answer {}

        /** A digest first; what differs is then asked of {@link StateLog#wanted}. */
        record Full(LogDigest digest) implements Answer {}
    }

    public synchronized LogPosition position() {
        return new LogPosition(epoch, sequence);
    }

    /** Sets a key. The same payload again changes nothing; answers whether it changed. */
    public synchronized boolean put(String key, long revision, byte[] payload) {
        String hash = hash(payload);
        LogEntry old = byKey.get(key);
        if (old != null && !old.deleted() && old.hash().equals(hash)) {
            return false;
        }
        replace(old, new LogEntry(epoch, sequence, sequence + 1, key, revision, hash, payload.clone(), false));
        return true;
    }

    /** Removes a key; answers whether it was there. */
    public synchronized boolean delete(String key) {
        LogEntry old = byKey.get(key);
        if (old == null || old.deleted()) {
            return false;
        }
        replace(old, new LogEntry(epoch, sequence, sequence + 1, key, old.revision(), "", new byte[0], true));
        tombstones++;
        forget();
        return true;
    }

    /** How to bring a receiver that stands at {@code held} up to date; starts a new epoch if it is ahead of this log. */
    public synchronized Answer after(LogPosition held) {
        if (!held.epoch().equals(epoch)) {
            return new Answer.Full(digest(false));
        }
        if (held.sequence() > sequence) {
            renew();
            return new Answer.Full(digest(true));
        }
        if (held.sequence() < forgotten) {
            return new Answer.Full(digest(false));
        }
        return new Answer.Deltas(chain(held.sequence(), bySequence.tailMap(held.sequence(), false).values()));
    }

    /** The entries that a receiver of a digest asked for, and all that changed since the digest was taken. */
    public synchronized List<LogEntry> wanted(LogDigest digest, Collection<String> keys) {
        if (!digest.epoch().equals(epoch) || digest.sequence() < forgotten) {
            return List.of(); // too old an answer by now: the receiver resumes and gets a new digest
        }
        var asked = new HashSet<>(keys);
        return chain(0, bySequence.values().stream()
                .filter(e -> e.sequence() > digest.sequence() || asked.contains(e.key()))
                .toList());
    }

    private void replace(@Nullable LogEntry old, LogEntry entry) {
        if (old != null) {
            bySequence.remove(old.sequence());
            tombstones -= old.deleted() ? 1 : 0;
        }
        sequence = entry.sequence();
        byKey.put(entry.key(), entry);
        bySequence.put(entry.sequence(), entry);
    }

    private void forget() {
        var all = bySequence.values().iterator();
        while (tombstones > tombstonesKept && all.hasNext()) {
            LogEntry entry = all.next();
            if (entry.deleted()) {
                all.remove();
                byKey.remove(entry.key());
                tombstones--;
                forgotten = entry.sequence();
            }
        }
    }

    private void renew() {
        List<LogEntry> old = List.copyOf(bySequence.values());
        epoch = UUID.randomUUID().toString();
        byKey.clear();
        bySequence.clear();
        sequence = 0;
        forgotten = 0;
        tombstones = 0;
        for (LogEntry e : old) {
            if (!e.deleted()) {
                put(e.key(), e.revision(), e.payload());
            }
        }
    }

    private LogDigest digest(boolean restored) {
        var hashes = new HashMap<String, String>();
        byKey.values().stream().filter(e -> !e.deleted()).forEach(e -> hashes.put(e.key(), e.hash()));
        return new LogDigest(epoch, sequence, hashes, restored);
    }

    private static List<LogEntry> chain(long from, Collection<LogEntry> entries) {
        var chained = new ArrayList<LogEntry>(entries.size());
        long before = from;
        for (LogEntry e : entries) {
            chained.add(e.after(before));
            before = e.sequence();
        }
        return chained;
    }

    static String hash(byte[] payload) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
