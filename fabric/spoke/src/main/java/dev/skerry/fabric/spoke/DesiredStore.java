package dev.skerry.fabric.spoke;

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
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** What the parent wants, as it last said, and what of it lies in this site's API. In SQLite: it outlives parent and power. */
final class DesiredStore implements AutoCloseable {

    static final String LOG = "desired";

    private final Connection db;
    private final Receiver receiver;
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * An object that a Work has brought here.
     *
     * @param version generation or resource version as we left it; empty if it could not be applied
     */
    record Owned(String apiVersion, String kind, String namespace, String name, String version) {

        /** Versions of one kind are one object. */
        String identity() {
            int slash = apiVersion.indexOf('/');
            return (slash < 0 ? "" : apiVersion.substring(0, slash)) + "/" + kind + "/" + namespace + "/" + name;
        }

        Owned withVersion(String other) {
            return new Owned(apiVersion, kind, namespace, name, other);
        }
    }

    DesiredStore(Path folder) throws IOException {
        try {
            db = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("spoke.db"));
            try (var s = db.createStatement()) {
                s.execute("PRAGMA journal_mode=WAL");
                s.execute("PRAGMA synchronous=FULL");
                s.execute("PRAGMA busy_timeout=10000");
                s.execute("CREATE TABLE IF NOT EXISTS owned (work TEXT, identity TEXT, api_version TEXT NOT NULL, kind TEXT NOT NULL,"
                        + " namespace TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (work, identity))");
                s.execute("CREATE TABLE IF NOT EXISTS applied (work TEXT PRIMARY KEY, hash TEXT NOT NULL, app TEXT NOT NULL)");
            }
            receiver = new Receiver(db, LOG);
        } catch (SQLException e) {
            throw new IOException("spoke.db: cannot be opened: " + e.getMessage(), e);
        }
    }

    private interface Step<T> {
        T run() throws SQLException;
    }

    private <T> T locked(Step<T> step) throws IOException {
        lock.lock();
        try {
            return step.run();
        } catch (SQLException e) {
            throw new IOException("spoke.db: " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    private void write(String sql, String... values) throws IOException {
        locked(() -> {
            try (PreparedStatement s = db.prepareStatement(sql)) {
                for (int i = 0; i < values.length; i++) {
                    s.setString(i + 1, values[i]);
                }
                s.executeUpdate();
                db.commit();
                return true;
            } catch (SQLException e) {
                db.rollback();
                throw e;
            }
        });
    }

    private List<String> texts(String sql, String... values) throws IOException {
        return locked(() -> {
            try (PreparedStatement q = db.prepareStatement(sql)) {
                for (int i = 0; i < values.length; i++) {
                    q.setString(i + 1, values[i]);
                }
                try (var rows = q.executeQuery()) {
                    var all = new ArrayList<String>();
                    while (rows.next()) {
                        all.add(rows.getString(1));
                    }
                    return all;
                }
            }
        });
    }

    /** The receiving end of the link; {@code changed} is told after each commit, and whether a parent that was restored spoke. */
    Incoming incoming(Consumer<Boolean> changed) {
        return new Log(changed);
    }

    /** Revision and hash of all Works that are wanted. */
    Map<String, LogDigest.Line> works() throws IOException {
        return locked(receiver::lines);
    }

    Optional<byte[]> payload(String work) throws IOException {
        return locked(() -> receiver.payload(work));
    }

    int keptBack() throws IOException {
        return locked(() -> receiver.kept().size());
    }

    /** Works that have, or had, something here. */
    Set<String> owners() throws IOException {
        return new TreeSet<>(texts("SELECT work FROM owned UNION SELECT work FROM applied"));
    }

    List<Owned> owned(String work) throws IOException {
        return locked(() -> {
            try (PreparedStatement q = db.prepareStatement("SELECT api_version, kind, namespace, name, version FROM owned WHERE work = ?")) {
                q.setString(1, work);
                try (var rows = q.executeQuery()) {
                    var all = new ArrayList<Owned>();
                    while (rows.next()) {
                        all.add(new Owned(rows.getString(1), rows.getString(2), rows.getString(3), rows.getString(4), rows.getString(5)));
                    }
                    return all;
                }
            }
        });
    }

    /** Notes an object, before it is applied and after: what was begun is not forgotten. */
    void own(String work, Owned o) throws IOException {
        write("INSERT OR REPLACE INTO owned VALUES (?, ?, ?, ?, ?, ?, ?)",
                work, o.identity(), o.apiVersion(), o.kind(), o.namespace(), o.name(), o.version());
    }

    void disown(String work, Owned o) throws IOException {
        write("DELETE FROM owned WHERE work = ? AND identity = ?", work, o.identity());
    }

    /** Whether another Work has that object as well. */
    boolean isShared(String work, Owned o) throws IOException {
        return !texts("SELECT work FROM owned WHERE identity = ? AND work <> ?", o.identity(), work).isEmpty();
    }

    /** The hash of what was applied in full; empty if nothing was. */
    String applied(String work) throws IOException {
        var all = texts("SELECT hash FROM applied WHERE work = ?", work);
        return all.isEmpty() ? "" : all.getFirst();
    }

    /** The App's name of a Work that was applied, for when the Work itself is gone. */
    String appOf(String work) throws IOException {
        var all = texts("SELECT app FROM applied WHERE work = ?", work);
        return all.isEmpty() ? "" : all.getFirst();
    }

    void applied(String work, String hash, String app) throws IOException {
        write("INSERT OR REPLACE INTO applied VALUES (?, ?, ?)", work, hash, app);
    }

    void forget(String work) throws IOException {
        write("DELETE FROM applied WHERE work = ?", work);
    }

    @Override
    public void close() throws IOException {
        locked(() -> {
            db.close();
            return true;
        });
    }

    private final class Log implements Incoming {
        private final Consumer<Boolean> changed;

        Log(Consumer<Boolean> changed) {
            this.changed = changed;
        }

        @Override
        public String log() {
            return LOG;
        }

        @Override
        public LogPosition position() throws IOException {
            return locked(receiver::position);
        }

        @Override
        public LogPosition accept(List<LogEntry> entries) throws IOException, LinkException {
            if (locked(() -> receiver.accept(entries, Receiver.Effect.NONE)) == Receiver.Outcome.GAP) {
                throw new LinkException("desired: entries after " + entries.getFirst().previous() + " (expected: after " + position().sequence() + ", which is held)");
            }
            changed.accept(false);
            return position();
        }

        @Override
        public List<String> accept(LogDigest digest) throws IOException {
            var wanted = locked(() -> receiver.accept(digest, Receiver.Effect.NONE));
            changed.accept(digest.restored());
            return wanted;
        }
    }
}
