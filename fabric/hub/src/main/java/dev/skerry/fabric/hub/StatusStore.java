package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.Incoming;
import dev.skerry.fabric.link.LinkException;
import dev.skerry.fabric.link.LogDigest;
import dev.skerry.fabric.link.LogEntry;
import dev.skerry.fabric.link.LogPosition;
import dev.skerry.fabric.link.Receiver;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/**
 * What sites last said of themselves, and how far each has told it. A power cut may take the last moments, positions and
 * values together: then the site tells them again.
 */
final class StatusStore implements AutoCloseable {

    static final String LOG = "status";

    private final Connection db;
    private final ReentrantLock lock = new ReentrantLock();
    private final BiConsumer<String, String> changed;

    /** @param changed is told site and key of each change, after its commit */
    StatusStore(Path folder, BiConsumer<String, String> changed) throws IOException {
        this.changed = changed;
        try {
            db = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("hub.db"));
            try (var s = db.createStatement()) {
                s.execute("PRAGMA journal_mode=WAL");
                s.execute("PRAGMA synchronous=NORMAL");
                s.execute("PRAGMA busy_timeout=10000");
                s.execute("CREATE TABLE IF NOT EXISTS incarnation (site TEXT PRIMARY KEY, key TEXT NOT NULL, number INTEGER NOT NULL)");
            }
            db.setAutoCommit(false);
        } catch (SQLException e) {
            throw new IOException("hub.db: cannot be opened: " + e.getMessage(), e);
        }
    }

    private interface Step<T> {
        T run() throws SQLException;
    }

    private <T> T locked(String site, Step<T> step) throws IOException {
        lock.lock();
        try {
            return step.run();
        } catch (SQLException e) {
            throw new IOException("hub.db: status of " + site + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    /** The receiving end of a site's status log. */
    Incoming of(String site) throws IOException {
        return new Log(site, locked(site, () -> new Receiver(db, site)));
    }

    Optional<byte[]> payload(String site, String key) throws IOException {
        return locked(site, () -> new Receiver(db, site).payload(key));
    }

    Set<String> keys(String site) throws IOException {
        return locked(site, () -> new Receiver(db, site).lines().keySet());
    }

    void forget(String site) throws IOException {
        locked(site, () -> {
            new Receiver(db, site).clear();
            try (var s = db.prepareStatement("DELETE FROM incarnation WHERE site = ?")) {
                s.setString(1, site);
                s.executeUpdate();
            }
            db.commit();
            return true;
        });
    }

    /** The highest incarnation that came with a site's present key; 0 if none did. */
    long incarnation(String site, String key) throws IOException {
        return locked(site, () -> {
            try (var q = db.prepareStatement("SELECT number FROM incarnation WHERE site = ? AND key = ?")) {
                q.setString(1, site);
                q.setString(2, key);
                try (var rows = q.executeQuery()) {
                    return rows.next() ? rows.getLong(1) : 0L;
                }
            }
        });
    }

    void incarnation(String site, String key, long number) throws IOException {
        locked(site, () -> {
            try (var s = db.prepareStatement("INSERT OR REPLACE INTO incarnation VALUES (?, ?, ?)")) {
                s.setString(1, site);
                s.setString(2, key);
                s.setLong(3, number);
                s.executeUpdate();
            }
            db.commit();
            return true;
        });
    }

    @Override
    public void close() throws IOException {
        locked("all", () -> {
            db.close();
            return true;
        });
    }

    private final class Log implements Incoming {
        private final String site;
        private final Receiver receiver;

        Log(String site, Receiver receiver) {
            this.site = site;
            this.receiver = receiver;
        }

        @Override
        public String log() {
            return LOG;
        }

        @Override
        public LogPosition position() throws IOException {
            return locked(site, receiver::position);
        }

        @Override
        public LogPosition accept(List<LogEntry> entries) throws IOException, LinkException {
            var outcome = locked(site, () -> receiver.accept(entries, Receiver.Effect.NONE));
            if (outcome == Receiver.Outcome.GAP) {
                throw new LinkException("status: entries after " + entries.getFirst().previous() + " (expected: after what is held)");
            }
            entries.forEach(e -> changed.accept(site, e.key()));
            return position();
        }

        @Override
        public List<String> accept(LogDigest digest) throws IOException {
            return locked(site, () -> receiver.accept(digest, Receiver.Effect.NONE));
        }
    }
}
