package dev.skerry.kube.store;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** One connection to write and a few to read, all to one file. */
final class SqliteConnections implements AutoCloseable {

    private static final int READERS = 4;
    /** Larger files are looked through at the start only if they were not closed in good order. */
    private static final long ALWAYS_CHECKED = 64L << 20;
    private static final String SCHEMA = """
            CREATE TABLE IF NOT EXISTS state (
                revision INTEGER PRIMARY KEY,
                key      TEXT    NOT NULL,
                created  INTEGER NOT NULL,
                previous INTEGER NOT NULL,
                deleted  INTEGER NOT NULL,
                newest   INTEGER NOT NULL,
                value    BLOB    NOT NULL);
            CREATE UNIQUE INDEX IF NOT EXISTS state_key ON state (key, revision);
            CREATE UNIQUE INDEX IF NOT EXISTS state_newest ON state (key) WHERE newest = 1;
            CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
            INSERT OR IGNORE INTO meta VALUES ('compacted', 0), ('revision', 1), ('reserved', 0), ('open', 0)""";
    static final String REVISION = "SELECT max((SELECT coalesce(max(revision), 1) FROM state), (SELECT value FROM meta WHERE name = 'revision'))";

    private final Path file;
    private final Session writing;
    private final Deque<Session> readers = new ArrayDeque<>();
    private final Semaphore permits = new Semaphore(READERS, true);
    private volatile boolean closed;

    private SqliteConnections(Path file, Session writing) {
        this.file = file;
        this.writing = writing;
    }

    static SqliteConnections open(Path file) throws SQLException {
        var large = file.toFile().length() > ALWAYS_CHECKED;
        var writing = connect(file, false);
        try {
            for (var sql : SCHEMA.split(";")) {
                writing.execute(sql);
            }
            if (!large || writing.number("SELECT value FROM meta WHERE name = 'open'") == 1) {
                quickCheck(writing);
            }
            writing.connection().setAutoCommit(false);
        } catch (SQLException | RuntimeException e) {
            writing.close();
            throw e;
        }
        return new SqliteConnections(file, writing);
    }

    private static void quickCheck(Session session) throws SQLException {
        try (var finding = session.prepare("PRAGMA quick_check(1)").executeQuery()) {
            if (finding.next() && !"ok".equals(finding.getString(1))) {
                throw new SQLException("damaged: " + finding.getString(1));
            }
        }
    }

    static Session connect(Path file, boolean readOnly) throws SQLException {
        var config = new SQLiteConfig();
        if (!readOnly) {
            config.setJournalMode(JournalMode.WAL);
        }
        config.setSynchronous(SynchronousMode.FULL);
        config.setBusyTimeout(5_000);
        config.setCacheSize(-2_000);
        config.setReadOnly(readOnly);
        config.setTransactionMode(SQLiteConfig.TransactionMode.DEFERRED);
        return new Session(config.createConnection("jdbc:sqlite:" + file));
    }

    /** The writer's own; only its thread may use it. */
    Session writing() {
        return writing;
    }

    /** SQL that looks, on a reader's session. */
    interface Reading<T> {
        T on(Session session) throws SQLException;
    }

    /** Looks at one consistent state. */
    <T> T read(Reading<T> reading) {
        permits.acquireUninterruptibly();
        try {
            var session = take();
            try {
                var result = reading.on(session);
                session.connection().rollback();
                give(session);
                return result;
            } catch (SQLException | RuntimeException e) {
                session.close();
                throw e;
            }
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            permits.release();
        }
    }

    static StoreException failure(SQLException e) {
        if (e instanceof SQLiteException lite && lite.getResultCode() == SQLiteErrorCode.SQLITE_FULL) {
            return new StoreException.Full(e);
        }
        return new StoreException("the store failed: " + e.getMessage(), e);
    }

    private Session take() throws SQLException {
        synchronized (readers) {
            if (closed) {
                throw new StoreException("the store is closed", null);
            }
            var session = readers.poll();
            if (session != null) {
                return session;
            }
        }
        var session = connect(file, true);
        session.connection().setAutoCommit(false);
        return session;
    }

    private void give(Session session) {
        synchronized (readers) {
            if (!closed) {
                readers.push(session);
                return;
            }
        }
        session.close();
    }

    @Override
    public void close() {
        synchronized (readers) {
            closed = true;
            readers.forEach(Session::close);
            readers.clear();
        }
        writing.close();
    }
}
