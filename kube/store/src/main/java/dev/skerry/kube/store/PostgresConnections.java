package dev.skerry.kube.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Connections to read, a few at most; and the making of all others. */
final class PostgresConnections implements AutoCloseable {

    static final String REVISION = "SELECT value FROM meta WHERE name = 'revision'";

    private static final int READERS = 8;
    private static final int WAIT_SECONDS = 20;
    private static final int STATEMENT_SECONDS = 20;
    private static final String LIMITS = "SET statement_timeout = '" + STATEMENT_SECONDS + "s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '10s'";

    private final PostgresSettings settings;
    private final Deque<Session> readers = new ArrayDeque<>();
    private final Semaphore permits = new Semaphore(READERS, true);
    private volatile boolean closed;

    PostgresConnections(PostgresSettings settings) {
        this.settings = settings;
    }

    PostgresSettings settings() {
        return settings;
    }

    /** A session of its own, whose waits are bounded on both sides. */
    Session connect() throws SQLException {
        if (closed) {
            throw new SQLException("the store is closed");
        }
        try {
            var session = new Session(DriverManager.getConnection(settings.jdbc(), settings.properties(STATEMENT_SECONDS + 5)));
            try {
                session.execute(LIMITS);
                // What is acknowledged is on disk, whatever the server's default is.
                session.execute("SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'");
                return session;
            } catch (SQLException e) {
                session.close();
                throw e;
            }
        } catch (IOException e) {
            throw new SQLException("the password file cannot be read: " + e.getMessage(), "28000", e);
        }
    }

    /** Looks at one consistent state. Looking may be repeated: a connection that has died meanwhile is replaced once. */
    <T> T read(SqliteConnections.Reading<T> reading) {
        try {
            if (!permits.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new StoreException.Unavailable("the store is too busy: no connection to " + settings + " in " + WAIT_SECONDS + "s", null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted", e);
        }
        try {
            try {
                return readOnce(reading);
            } catch (SQLException e) {
                if (!lost(e)) {
                    throw failure(e);
                }
                dropIdle();
                return readOnce(reading);
            }
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            permits.release();
        }
    }

    private <T> T readOnce(SqliteConnections.Reading<T> reading) throws SQLException {
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
    }

    /** Whether the connection is gone, rather than the statement wrong. */
    static boolean lost(SQLException e) {
        var state = e.getSQLState() == null ? "08" : e.getSQLState();
        return state.startsWith("08") || state.startsWith("57P");
    }

    StoreException failure(SQLException e) {
        if ("53100".equals(e.getSQLState())) {
            return new StoreException.Full(e);
        }
        if (lost(e) || e.getSQLState().startsWith("53") || e.getSQLState().startsWith("55P") || e.getSQLState().startsWith("25P03") || e.getSQLState().equals("57014")) {
            return new StoreException.Unavailable("the database " + settings + " does not answer: " + e.getMessage() + " (nothing was changed; try again)", e);
        }
        return new StoreException("the database " + settings + " failed: " + e.getMessage(), e);
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
        var session = connect();
        session.connection().setReadOnly(true);
        session.connection().setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
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

    private void dropIdle() {
        synchronized (readers) {
            readers.forEach(Session::close);
            readers.clear();
        }
    }

    @Override
    public void close() {
        closed = true;
        dropIdle();
    }
}
