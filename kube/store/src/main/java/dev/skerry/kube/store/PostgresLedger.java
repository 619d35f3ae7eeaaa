package dev.skerry.kube.store;

import dev.skerry.kube.store.ObjectStore.Change;
import dev.skerry.kube.store.ObjectStore.Entry;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One replica's writer. The row with the newest revision is locked from the first statement to the commit, so commits of all
 * replicas stand in one line, in the order of their revisions. Each commit also notes its number beside the writer's id:
 * if the answer to a commit is lost, that is where it is looked up.
 */
final class PostgresLedger implements Ledger, AutoCloseable {

    private static final String LOCK = "SELECT value FROM meta WHERE name = 'revision' FOR UPDATE";
    private static final String PRESENT = "SELECT key, value, created, revision FROM state WHERE newest = 1 AND key = ANY (?)";
    private static final String SUPERSEDE = "UPDATE state SET newest = 0 WHERE revision = ANY (?)";
    private static final String INSERT = "INSERT INTO state (revision, key, created, previous, deleted, newest, value) VALUES (?, ?, ?, ?, ?, ?, ?)";
    private static final String NOTE = "WITH counted AS (UPDATE meta SET value = ? WHERE name = 'revision'), noted AS (INSERT INTO writers (id, commits) VALUES (?, ?)"
            + " ON CONFLICT (id) DO UPDATE SET commits = excluded.commits, at = now()) SELECT pg_notify(?, ?)";
    private static final int BATCH_BYTES = 4 << 20;

    private final PostgresConnections connections;
    private final PostgresFollower follower;
    private final UUID id = UUID.randomUUID();
    private @Nullable Session session;
    private long commits;

    PostgresLedger(PostgresConnections connections, PostgresFollower follower) {
        this.connections = connections;
        this.follower = follower;
    }

    /** A row to be. @param newest false if the same group goes on from it */
    private record Row(Change change, long previous) {}

    /** What a transaction holds before its commit. */
    private record Staged(long base, long revision, List<Change> changes, List<Optional<Entry>> answers) {}

    @Override
    public List<Optional<Entry>> commit(List<Write> group) {
        for (int attempt = 1; ; attempt++) {
            Staged staged;
            Session open = null;
            try {
                open = session();
                staged = stage(open, group);
            } catch (SQLException e) {
                // Not committed, for it was not asked to: on a new connection it may be tried again.
                drop();
                if (open != null && attempt == 1 && PostgresConnections.lost(e)) {
                    continue;
                }
                throw connections.failure(e);
            } catch (RuntimeException e) {
                drop();
                throw new StoreException("the change failed: " + e.getMessage(), e);
            }
            if (staged.changes().isEmpty()) {
                if (!open.rollback()) {
                    drop();
                }
                return staged.answers();
            }
            var doubt = new CommitDoubt(connections, id, commits);
            try {
                doubt.remember(open);
                open.connection().commit();
            } catch (SQLException e) {
                drop();
                if (!doubt.committed(e)) {
                    if (attempt == 1) {
                        continue;
                    }
                    throw connections.failure(e);
                }
            }
            follower.own(staged.base(), staged.changes(), staged.revision());
            return staged.answers();
        }
    }

    private Session session() throws SQLException {
        if (session == null) {
            var made = connections.connect();
            made.connection().setAutoCommit(false);
            session = made;
        }
        return session;
    }

    private void drop() {
        if (session != null) {
            session.close();
            session = null;
        }
    }

    private Staged stage(Session open, List<Write> group) throws SQLException {
        var base = open.number(LOCK);
        var present = present(open, group);
        var rows = new ArrayList<Row>();
        var last = new HashMap<String, Row>();
        var superseded = new ArrayList<Long>();
        var answers = new ArrayList<Optional<Entry>>();
        var next = base + 1;
        for (var write : group) {
            var before = Optional.ofNullable(present.get(write.key()));
            if (before.map(Entry::revision).orElse(0L) != write.expected()) {
                answers.add(Optional.empty());
                continue;
            }
            var entry = new Entry(write.key(), write.value().at(next), before.map(Entry::created).orElse(next), next);
            var row = new Row(new Change(write.type(), entry, before), write.expected());
            rows.add(row);
            if (last.put(write.key(), row) == null && before.isPresent()) {
                superseded.add(before.get().revision());
            }
            if (write.type() == Change.Type.DELETED) {
                present.remove(write.key());
            } else {
                present.put(write.key(), entry);
            }
            answers.add(Optional.of(entry));
            next++;
        }
        if (!rows.isEmpty()) {
            write(open, rows, last, superseded, next - 1);
        }
        return new Staged(base, next - 1, rows.stream().map(Row::change).toList(), answers);
    }

    private static Map<String, Entry> present(Session open, List<Write> group) throws SQLException {
        var query = open.prepare(PRESENT);
        query.setArray(1, open.connection().createArrayOf("text", group.stream().map(Write::key).distinct().toArray()));
        var present = new LinkedHashMap<String, Entry>();
        for (var entry : Rows.entries(query)) {
            present.put(entry.key(), entry);
        }
        return present;
    }

    private void write(Session open, List<Row> rows, Map<String, Row> last, List<Long> superseded, long revision) throws SQLException {
        if (!superseded.isEmpty()) {
            var update = open.prepare(SUPERSEDE);
            update.setArray(1, open.connection().createArrayOf("bigint", superseded.toArray()));
            update.executeUpdate();
        }
        var insert = open.prepare(INSERT);
        var bytes = 0L;
        for (var row : rows) {
            var entry = row.change().entry();
            var deleted = row.change().type() == Change.Type.DELETED;
            insert.setLong(1, entry.revision());
            insert.setString(2, entry.key());
            insert.setLong(3, entry.created());
            insert.setLong(4, row.previous());
            insert.setInt(5, deleted ? 1 : 0);
            insert.setInt(6, !deleted && row.equals(last.get(entry.key())) ? 1 : 0);
            insert.setBytes(7, entry.value());
            insert.addBatch();
            bytes += entry.value().length;
            if (bytes > BATCH_BYTES) {
                insert.executeBatch();
                bytes = 0;
            }
        }
        insert.executeBatch();
        commits++;
        var note = open.prepare(NOTE);
        note.setLong(1, revision);
        note.setObject(2, id);
        note.setLong(3, commits);
        note.setString(4, connections.settings().schema() + "_changes");
        note.setString(5, Long.toString(revision));
        note.execute();
    }

    @Override
    public boolean thin(long upTo, int most) {
        try (var own = connections.connect()) {
            own.connection().setAutoCommit(false);
            // One replica at a time; whoever comes second has nothing left to do.
            if (own.number("SELECT CASE WHEN pg_try_advisory_xact_lock(hashtext('skerry thinning " + connections.settings().schema() + "')) THEN 1 ELSE 0 END") == 0) {
                return false;
            }
            var note = own.prepare("UPDATE meta SET value = ? WHERE name = 'compacted' AND value < ?");
            note.setLong(1, upTo);
            note.setLong(2, upTo);
            note.executeUpdate();
            var delete = own.prepare("DELETE FROM state WHERE revision IN (" + Rows.SUPERSEDED + ")");
            delete.setLong(1, upTo);
            delete.setLong(2, upTo);
            delete.setInt(3, most);
            var dropped = delete.executeUpdate();
            own.execute("DELETE FROM writers WHERE at < now() - interval '30 days'");
            own.connection().commit();
            follower.compacted(upTo);
            return dropped == most;
        } catch (SQLException e) {
            throw connections.failure(e);
        }
    }

    @Override
    public void close() {
        drop();
    }
}
