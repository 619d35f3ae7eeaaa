package dev.skerry.kube.store;

import java.nio.file.Path;
import java.sql.Connection;
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
final class Connections implements AutoCloseable {

    private static final int READERS = 4;
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
            INSERT OR IGNORE INTO meta VALUES ('compacted', 0), ('revision', 1)""";

    private final Path file;
    private final Connection writing;
    private final Deque<Connection> readers = new ArrayDeque<>();
    private final Semaphore permits = new Semaphore(READERS, true);
    private volatile boolean closed;

    private Connections(Path file, Connection writing) {
        this.file = file;
        this.writing = writing;
    }

    static Connections open(Path file) throws SQLException {
        var writing = connect(file, false);
        try (var statement = writing.createStatement()) {
            for (var sql : SCHEMA.split(";")) {
                statement.execute(sql);
            }
            try (var check = statement.executeQuery("PRAGMA quick_check(1)")) {
                if (check.next() && !"ok".equals(check.getString(1))) {
                    throw new SQLException("damaged: " + check.getString(1));
                }
            }
        } catch (SQLException e) {
            writing.close();
            throw e;
        }
        writing.setAutoCommit(false);
        return new Connections(file, writing);
    }

    private static Connection connect(Path file, boolean readOnly) throws SQLException {
        var config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.setBusyTimeout(5_000);
        config.setCacheSize(-2_000);
        config.setReadOnly(readOnly);
        config.setTransactionMode(SQLiteConfig.TransactionMode.DEFERRED);
        return config.createConnection("jdbc:sqlite:" + file);
    }

    /** The writer's own; only its thread may use it. */
    Connection writing() {
        return writing;
    }

    long revision() throws SQLException {
        return number(writing, "SELECT max((SELECT coalesce(max(revision), 1) FROM state), (SELECT value FROM meta WHERE name = 'revision'))");
    }

    long compacted() throws SQLException {
        return number(writing, "SELECT value FROM meta WHERE name = 'compacted'");
    }

    static long number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement(); var result = statement.executeQuery(sql)) {
            return result.next() ? result.getLong(1) : 0;
        }
    }

    /** Looks at one consistent state. */
    <T> T read(SqliteStore.Reading<T> reading) {
        permits.acquireUninterruptibly();
        try {
            var connection = take();
            try {
                connection.setAutoCommit(false);
                var result = reading.on(connection);
                connection.rollback();
                give(connection);
                return result;
            } catch (SQLException | RuntimeException e) {
                connection.close();
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

    private Connection take() throws SQLException {
        synchronized (readers) {
            if (closed) {
                throw new StoreException("the store is closed", null);
            }
            var connection = readers.poll();
            if (connection != null) {
                return connection;
            }
        }
        return connect(file, true);
    }

    private void give(Connection connection) throws SQLException {
        synchronized (readers) {
            if (!closed) {
                readers.push(connection);
                return;
            }
        }
        connection.close();
    }

    @Override
    public void close() {
        synchronized (readers) {
            closed = true;
            for (var reader : readers) {
                closeQuietly(reader);
            }
            readers.clear();
        }
        closeQuietly(writing);
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            System.getLogger(Connections.class.getName()).log(System.Logger.Level.WARNING, "store: a connection did not close: " + e.getMessage());
        }
    }
}
