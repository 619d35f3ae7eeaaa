package dev.skerry.fabric.spoke;

import dev.skerry.fabric.link.LogDigest;
import dev.skerry.fabric.link.LogEntry;
import dev.skerry.fabric.link.LogPosition;
import dev.skerry.fabric.link.LogSource;
import dev.skerry.fabric.link.StateLog;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the site tells of itself: made anew at each boot, so the parent compares by digest then. */
final class StatusSource implements LogSource {

    private static final int TOMBSTONES = 256;

    private final StateLog log = new StateLog(TOMBSTONES);
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    void put(String key, byte[] payload) {
        if (log.put(key, 0, payload)) {
            listeners.forEach(Runnable::run);
        }
    }

    void delete(String key) {
        if (log.delete(key)) {
            listeners.forEach(Runnable::run);
        }
    }

    @Override
    public String log() {
        return "status";
    }

    @Override
    public StateLog.Answer after(LogPosition held) {
        return log.after(held);
    }

    @Override
    public List<LogEntry> wanted(LogDigest digest, Collection<String> keys) {
        return log.wanted(digest, keys);
    }

    @Override
    public AutoCloseable onChange(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }
}
