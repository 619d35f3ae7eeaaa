package dev.skerry.fabric.link;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A state log that is received into SQLite, safe for the threads of a session. What has changed is told after it is committed.
 */
public final class StoredLog implements LogSink {

    private final String log;
    private final Receiver receiver;
    private final ReentrantLock lock;
    private final Consumer<Change> changed;

    /** @param restored the sender stands behind what was had from it */
    public record Change(String key, boolean deleted, boolean restored) {}

    /**
     * @param name what the rows are kept under, such as {@code site-a/status}
     * @param lock guards the connection, which several logs may share
     */
    public StoredLog(Connection db, ReentrantLock lock, String log, String name, Consumer<Change> changed) throws SQLException {
        this.log = log;
        this.lock = lock;
        this.changed = changed;
        lock.lock();
        try {
            this.receiver = new Receiver(db, name);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String log() {
        return log;
    }

    private interface Access<T> {
        T make() throws SQLException;
    }

    private <T> T locked(Access<T> access) throws IOException {
        lock.lock();
        try {
            return access.make();
        } catch (SQLException e) {
            throw new IOException(log + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public LogPosition position() throws IOException {
        return locked(receiver::position);
    }

    /** All that is held, by key. */
    public Map<String, byte[]> entries() throws IOException {
        return locked(receiver::entries);
    }

    @Override
    public Receiver.Outcome accept(LogEntry entry) throws IOException {
        var outcome = locked(() -> receiver.accept(entry, Receiver.Effect.NONE));
        if (outcome == Receiver.Outcome.CHANGED) {
            changed.accept(new Change(entry.key(), entry.deleted(), false));
        }
        return outcome;
    }

    @Override
    public List<String> accept(LogDigest digest) throws IOException {
        var before = locked(receiver::hashes).keySet();
        var wanted = locked(() -> receiver.accept(digest, Receiver.Effect.NONE));
        var after = locked(receiver::hashes).keySet();
        before.stream().filter(k -> !after.contains(k)).forEach(k -> changed.accept(new Change(k, true, false)));
        if (digest.restored()) {
            changed.accept(new Change("", false, true));
        }
        return wanted;
    }
}
