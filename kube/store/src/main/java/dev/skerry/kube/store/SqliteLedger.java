package dev.skerry.kube.store;

import dev.skerry.kube.store.ObjectStore.Change;
import dev.skerry.kube.store.ObjectStore.Entry;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The writer's side of a SQLite file. What is durable goes first, then the renewals, which take the revisions behind: so
 * whoever sees a row of the table also finds every renewal before it.
 */
final class SqliteLedger implements Ledger {

    /** So many revisions are taken in advance, on disk, for what is not: after a crash none of them is given again. */
    private static final long RESERVED = 10_000;
    private static final String SUPERSEDE = "UPDATE state SET newest = 0 WHERE revision = ?";
    private static final String INSERT = "INSERT INTO state (revision, key, created, previous, deleted, newest, value) VALUES (?, ?, ?, ?, ?, ?, ?)";
    private static final String NOTE = "UPDATE meta SET value = ? WHERE name = ?";

    private final Session session;
    private final ChangeFeed feed;
    private final Fleeting fleeting;
    private long revision;
    private long reserved;

    private SqliteLedger(Session session, ChangeFeed feed, Fleeting fleeting) {
        this.session = session;
        this.feed = feed;
        this.fleeting = fleeting;
        this.revision = feed.revision();
    }

    /** Takes up what the file holds. After a crash the Leases of the disk get new revisions: they may be older than what was seen of them. */
    static SqliteLedger open(Session session, Fleeting fleeting) throws SQLException {
        var revision = session.number(SqliteConnections.REVISION);
        var reserved = session.number("SELECT value FROM meta WHERE name = 'reserved'");
        if (reserved > revision) {
            revision = restamp(session, reserved);
        }
        note(session, "open", 1);
        note(session, "reserved", 0);
        note(session, "revision", revision);
        session.connection().commit();
        var feed = new ChangeFeed(revision, session.number(Rows.COMPACTED));
        session.connection().rollback();
        return new SqliteLedger(session, feed, fleeting);
    }

    private static long restamp(Session session, long from) throws SQLException {
        var next = from;
        for (var lease : Rows.page(session, Renewals.PREFIX, "", 0, Long.MAX_VALUE, 0).entries()) {
            next++;
            supersede(session, lease.revision());
            insert(session, new Entry(lease.key(), Renewals.stamped(lease.value(), lease.revision(), next), lease.created(), next), lease.revision(), false);
        }
        return next;
    }

    ChangeFeed feed() {
        return feed;
    }

    @Override
    public List<Optional<Entry>> commit(List<Write> group) {
        var before = revision;
        var answers = new ArrayList<Optional<Entry>>();
        var changes = new ArrayList<Change>();
        var renewing = new ArrayList<Write>();
        try {
            for (var write : group) {
                if (renews(write)) {
                    renewing.add(write);
                    answers.add(Optional.empty());
                    continue;
                }
                var changed = apply(write);
                changed.ifPresent(changes::add);
                answers.add(changed.map(Change::entry));
            }
            if (!renewing.isEmpty() && revision + renewing.size() > reserved) {
                reserved = revision + RESERVED;
                note(session, "reserved", reserved);
            }
            session.connection().commit();
        } catch (SQLException | RuntimeException e) {
            revision = before;
            reserved = 0;
            if (!session.rollback()) {
                System.getLogger(SqliteLedger.class.getName()).log(System.Logger.Level.ERROR, "store: rollback failed");
            }
            throw e instanceof SQLException sql ? SqliteConnections.failure(sql) : new StoreException("the change failed: " + e.getMessage(), e);
        }
        changes.forEach(change -> fleeting.remove(change.entry().key()));
        // Watchers first, so that a caller who has its answer finds the change in every watch.
        feed.publish(changes, revision);
        renew(group, renewing, answers);
        return answers;
    }

    private boolean renews(Write write) throws SQLException {
        if (write.type() != Change.Type.UPDATED || !Renewals.covers(write.key()) || fleeting.due(write.key())) {
            return false;
        }
        var present = fleeting.newer(write.key(), Rows.newest(session, write.key()));
        return present.isPresent() && present.get().revision() == write.expected() && Renewals.only(present.get().value(), write.value().at(write.expected()));
    }

    private void renew(List<Write> group, List<Write> renewing, List<Optional<Entry>> answers) {
        var changes = new ArrayList<Change>();
        for (var write : renewing) {
            try {
                var present = fleeting.newer(write.key(), Rows.newest(session, write.key()));
                if (present.isPresent() && present.get().revision() == write.expected()) {
                    var entry = new Entry(write.key(), write.value().at(revision + 1), present.get().created(), revision + 1);
                    revision++;
                    fleeting.put(entry, present.get());
                    changes.add(new Change(Change.Type.UPDATED, entry, present));
                    answers.set(group.indexOf(write), Optional.of(entry));
                }
                session.connection().rollback();
            } catch (SQLException e) {
                // As if somebody else had been faster: the holder looks again, and renews then.
                System.getLogger(SqliteLedger.class.getName()).log(System.Logger.Level.WARNING, "store: a lease was not renewed: " + e.getMessage());
            }
        }
        feed.publish(changes, revision);
    }

    private Optional<Change> apply(Write write) throws SQLException {
        var row = Rows.newest(session, write.key());
        var present = fleeting.newer(write.key(), row);
        if (present.map(Entry::revision).orElse(0L) != write.expected()) {
            return Optional.empty();
        }
        var next = revision + 1;
        var entry = new Entry(write.key(), write.value().at(next), present.map(Entry::created).orElse(next), next);
        if (row.isPresent()) {
            supersede(session, row.get().revision());
        }
        insert(session, entry, row.map(Entry::revision).orElse(0L), write.type() == Change.Type.DELETED);
        revision = next;
        return Optional.of(new Change(write.type(), entry, present));
    }

    private static void supersede(Session session, long revision) throws SQLException {
        var update = session.prepare(SUPERSEDE);
        update.setLong(1, revision);
        update.executeUpdate();
    }

    private static void insert(Session session, Entry entry, long previous, boolean deleted) throws SQLException {
        var insert = session.prepare(INSERT);
        insert.setLong(1, entry.revision());
        insert.setString(2, entry.key());
        insert.setLong(3, entry.created());
        insert.setLong(4, previous);
        insert.setInt(5, deleted ? 1 : 0);
        insert.setInt(6, deleted ? 0 : 1);
        insert.setBytes(7, entry.value());
        insert.executeUpdate();
    }

    private static void note(Session session, String name, long value) throws SQLException {
        var note = session.prepare(NOTE);
        note.setLong(1, value);
        note.setString(2, name);
        note.executeUpdate();
    }

    @Override
    public boolean thin(long upTo, int most) {
        try {
            note(session, "compacted", Math.max(upTo, session.number(Rows.COMPACTED)));
            note(session, "revision", revision);
            var delete = session.prepare("DELETE FROM state WHERE revision IN (" + Rows.SUPERSEDED + ")");
            delete.setLong(1, upTo);
            delete.setLong(2, upTo);
            delete.setInt(3, most);
            var dropped = delete.executeUpdate();
            session.connection().commit();
            feed.compacted(upTo);
            return dropped == most;
        } catch (SQLException e) {
            session.rollback();
            throw SqliteConnections.failure(e);
        }
    }

    /** Writes the renewals down: a store that was closed in good order has forgotten nothing. After the last commit. */
    void finish() {
        try {
            for (var state : fleeting.all()) {
                var row = Rows.newest(session, state.entry().key());
                if (row.isPresent() && row.get().revision() < state.entry().revision()) {
                    supersede(session, row.get().revision());
                    insert(session, state.entry(), row.get().revision(), false);
                }
            }
            note(session, "revision", revision);
            note(session, "reserved", 0);
            note(session, "open", 0);
            session.connection().commit();
        } catch (SQLException e) {
            session.rollback();
            System.getLogger(SqliteLedger.class.getName()).log(System.Logger.Level.WARNING, "store: not closed in good order: " + e.getMessage());
        }
    }
}
