package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.StoredLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** What a hub keeps of its sites on disk: what they told of themselves, and how often they have booted. */
final class HubStore implements AutoCloseable {

    private final ReentrantLock lock = new ReentrantLock();
    private final Connection db;

    private HubStore(Connection db) {
        this.db = db;
    }

    static HubStore open(Path folder) throws IOException {
        Files.createDirectories(folder);
        try {
            var db = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("sites.db"));
            try (var statement = db.createStatement()) {
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = FULL");
                statement.execute("PRAGMA busy_timeout = 10000");
                statement.execute("CREATE TABLE IF NOT EXISTS incarnation (site TEXT PRIMARY KEY, count INTEGER NOT NULL, boot TEXT NOT NULL)");
            }
            db.setAutoCommit(false);
            return new HubStore(db);
        } catch (SQLException e) {
            throw new IOException(folder.resolve("sites.db") + ": " + e.getMessage(), e);
        }
    }

    StoredLog status(String site, Consumer<StoredLog.Change> changed) throws IOException {
        try {
            return new StoredLog(db, lock, "status", site + "/status", changed);
        } catch (SQLException e) {
            throw new IOException(site + ": its status cannot be kept: " + e.getMessage(), e);
        }
    }

    /** @param boot of the program's start that was seen last under this count */
    record Incarnation(long count, String boot) {}

    Incarnation incarnation(String site) throws IOException {
        lock.lock();
        try (var query = db.prepareStatement("SELECT count, boot FROM incarnation WHERE site = ?")) {
            query.setString(1, site);
            try (var rows = query.executeQuery()) {
                return rows.next() ? new Incarnation(rows.getLong(1), rows.getString(2)) : new Incarnation(0, "");
            }
        } catch (SQLException e) {
            throw new IOException("incarnation of " + site + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    void incarnation(String site, Incarnation seen) throws IOException {
        lock.lock();
        try (var write = db.prepareStatement("INSERT OR REPLACE INTO incarnation VALUES (?, ?, ?)")) {
            write.setString(1, site);
            write.setLong(2, seen.count());
            write.setString(3, seen.boot());
            write.executeUpdate();
            db.commit();
        } catch (SQLException e) {
            throw new IOException("incarnation of " + site + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
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
