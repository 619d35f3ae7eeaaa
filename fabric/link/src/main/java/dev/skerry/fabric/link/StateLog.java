package dev.skerry.fabric.link;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
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
public final class StateLog implements Outgoing {

    private final String name;
    private final int tombstonesKept;
    private final Map<String, LogEntry> byKey = new HashMap<>();
    private final TreeMap<Long, LogEntry> bySequence = new TreeMap<>();
    private String epoch = UUID.randomUUID().toString();
    private long sequence;
    private long forgotten;
    private int tombstones;

    public StateLog(String name, int tombstonesKept) {
        this.name = name;
        this.tombstonesKept = tombstonesKept;
    }

    @Override
    public String log() {
        return name;
    }

    @Override
    public synchronized LogPosition head() {
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

    /** Starts a new epoch if the receiver is ahead of this log. */
    @Override
    public synchronized Start start(LogPosition held) {
        if (!held.epoch().equals(epoch)) {
            return new Start.Full(digest(false));
        }
        if (held.sequence() > sequence) {
            renew();
            return new Start.Full(digest(true));
        }
        if (held.sequence() < forgotten) {
            return new Start.Full(digest(false));
        }
        return new Start.Deltas(held);
    }

    @Override
    public synchronized Next next(Pass pass, long after) {
        if (!pass.epoch().equals(epoch) || Math.max(after, pass.floor()) < forgotten) {
            return new Next.Lost();
        }
        for (LogEntry entry : bySequence.tailMap(after, false).values()) {
            if (pass.takes(entry.sequence(), entry.key())) {
                return new Next.Found(entry.after(after));
            }
        }
        return new Next.End();
    }

    @Override
    public synchronized long count(long after) {
        return bySequence.tailMap(after, false).size();
    }

    @Override
    public void acknowledged(LogPosition position) {
        // State is not dropped when it has arrived.
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
        var lines = new HashMap<String, LogDigest.Line>();
        byKey.values().stream()
                .filter(e -> !e.deleted())
                .forEach(e -> lines.put(e.key(), new LogDigest.Line(e.revision(), e.hash())));
        return new LogDigest(epoch, sequence, lines, restored, false);
    }

    /** SHA-256, hexadecimal: what tells payloads apart. */
    public static String hash(byte[] payload) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
