package dev.skerry.fabric.spoke;

import dev.skerry.fabric.link.StoredLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** What a site keeps of its parent's wishes on disk: the wishes themselves, what was applied of each, and how often it has booted. */
final class SpokeStore implements AutoCloseable {

    private final ReentrantLock lock = new ReentrantLock();
    private final Connection db;

    private SpokeStore(Connection db) {
        this.db = db;
    }

    static SpokeStore open(Path folder) throws IOException {
        Files.createDirectories(folder);
        try {
            var db = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("desired.db"));
            try (var statement = db.createStatement()) {
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = FULL");
                statement.execute("PRAGMA busy_timeout = 10000");
                statement.execute("CREATE TABLE IF NOT EXISTS boot (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL)");
                statement.execute("CREATE TABLE IF NOT EXISTS applied (work TEXT PRIMARY KEY, inventory TEXT NOT NULL)");
            }
            db.setAutoCommit(false);
            return new SpokeStore(db);
        } catch (SQLException e) {
            throw new IOException(folder.resolve("desired.db") + ": " + e.getMessage(), e);
        }
    }

    StoredLog desired(Consumer<StoredLog.Change> changed) throws IOException {
        try {
            return new StoredLog(db, lock, "desired", "desired", changed);
        } catch (SQLException e) {
            throw new IOException("desired: " + e.getMessage(), e);
        }
    }

    private interface Access<T> {
        T make() throws SQLException;
    }

    private <T> T locked(String what, Access<T> access) throws IOException {
        lock.lock();
        try {
            var result = access.make();
            db.commit();
            return result;
        } catch (SQLException e) {
            try {
                db.rollback();
            } catch (SQLException ignored) {
                e.addSuppressed(ignored);
            }
            throw new IOException(what + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    /** Counts this boot; answers how many there have been. */
    long boot() throws IOException {
        return locked("boot", () -> {
            try (var statement = db.createStatement()) {
                statement.execute("INSERT INTO boot VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET count = count + 1");
                try (var rows = statement.executeQuery("SELECT count FROM boot")) {
                    rows.next();
                    return rows.getLong(1);
                }
            }
        });
    }

    /** What was applied of each Work, as it was written. */
    Map<String, String> inventories() throws IOException {
        return locked("applied", () -> {
            var all = new LinkedHashMap<String, String>();
            try (var statement = db.createStatement(); var rows = statement.executeQuery("SELECT work, inventory FROM applied ORDER BY work")) {
                while (rows.next()) {
                    all.put(rows.getString(1), rows.getString(2));
                }
            }
            return all;
        });
    }

    /** @param inventory empty to forget the Work */
    void inventory(String work, Optional<String> inventory) throws IOException {
        locked("applied", () -> {
            try (var statement = db.prepareStatement(inventory.isPresent() ? "INSERT OR REPLACE INTO applied VALUES (?, ?)" : "DELETE FROM applied WHERE work = ?")) {
                statement.setString(1, work);
                if (inventory.isPresent()) {
                    statement.setString(2, inventory.get());
                }
                return statement.executeUpdate();
            }
        });
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            db.close();
        } catch (SQLException e) {
            throw new IOException(e);
        } finally {
            lock.unlock();
        }
    }
}
