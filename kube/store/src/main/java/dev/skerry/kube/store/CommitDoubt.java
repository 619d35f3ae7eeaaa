package dev.skerry.kube.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;

/** Finds out whether a commit was made whose answer did not come. It is never simply repeated. */
final class CommitDoubt {

    private static final Duration LOOKING = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final PostgresConnections connections;
    private final UUID writer;
    private final long commit;
    private long backend;
    private String since = "";

    CommitDoubt(PostgresConnections connections, UUID writer, long commit) {
        this.connections = connections;
        this.writer = writer;
        this.commit = commit;
    }

    /** Whose transaction it is, on the side of the server. */
    void remember(Session session) throws SQLException {
        if (session.backend() == 0) {
            try (var rows = session.prepare("SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()").executeQuery()) {
                if (rows.next()) {
                    session.backend(rows.getLong(1), rows.getString(2));
                }
            }
        }
        backend = session.backend();
        since = session.backendSince();
    }

    /** @throws StoreException.Unknown if the database does not say in time */
    boolean committed(SQLException lost) {
        var end = System.nanoTime() + LOOKING.toNanos();
        while (true) {
            try {
                return look();
            } catch (SQLException e) {
                if (System.nanoTime() - end > 0) {
                    throw new StoreException.Unknown("the database " + connections.settings() + " did not answer to a commit, and not since: " + e.getMessage()
                            + "; the change may have been made (look before it is repeated)", lost);
                }
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreException.Unknown("interrupted while a commit was in doubt", lost);
            }
        }
    }

    private boolean look() throws SQLException {
        try (var session = connections.connect()) {
            session.connection().setAutoCommit(false);
            // It may still hold its locks, waiting for a commit that will never come.
            var end = session.prepare("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ? AND backend_start::text = ?");
            end.setLong(1, backend);
            end.setString(2, since);
            end.execute();
            // Behind this lock the transaction has ended, one way or the other.
            session.number("SELECT value FROM meta WHERE name = 'revision' FOR UPDATE");
            var query = session.prepare("SELECT count(*) FROM writers WHERE id = ? AND commits >= ?");
            query.setObject(1, writer);
            query.setLong(2, commit);
            try (var rows = query.executeQuery()) {
                var made = rows.next() && rows.getLong(1) == 1;
                session.rollback();
                return made;
            }
        }
    }
}
