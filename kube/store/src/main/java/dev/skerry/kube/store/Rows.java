package dev.skerry.kube.store;

import dev.skerry.kube.store.ChangeFeed.Stretch;
import dev.skerry.kube.store.ObjectStore.Change;
import dev.skerry.kube.store.ObjectStore.Entry;
import dev.skerry.kube.store.ObjectStore.Page;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The queries, the same on both databases. A prefix is a range of keys: from itself to itself with its last character raised by one. */
final class Rows {

    static final String COMPACTED = "SELECT value FROM meta WHERE name = 'compacted'";

    private static final int PAST_PAGE = 500;
    private static final String NEWEST = "SELECT key, value, created, revision FROM state WHERE key = ? AND newest = 1";
    private static final String PRESENT = "SELECT key, value, created, revision FROM state WHERE newest = 1 AND key %s ? AND key < ? ORDER BY key LIMIT ?";
    private static final String PRESENT_COUNT = "SELECT count(*) FROM state WHERE newest = 1 AND key > ? AND key < ?";
    private static final String LAST_STATES = " FROM state s JOIN (SELECT key, max(revision) AS revision FROM state WHERE key %s ? AND key < ?"
            + " AND revision <= ? GROUP BY key) n ON n.revision = s.revision WHERE s.deleted = 0";
    private static final String PAST = "SELECT s.key, s.value, s.created, s.revision" + LAST_STATES + " ORDER BY s.key LIMIT ?";
    private static final String PAST_COUNT = "SELECT count(*)" + LAST_STATES.formatted(">");
    private static final String CHANGES = "SELECT s.key, s.value, s.created, s.revision, s.deleted, s.previous, p.value AS was FROM state s"
            + " LEFT JOIN state p ON p.revision = s.previous WHERE s.revision > ? AND s.revision <= ? AND s.key >= ? AND s.key < ? ORDER BY s.revision LIMIT ?";
    /** A superseded state goes, unless it is what a reader at {@code upTo} sees. */
    static final String SUPERSEDED = "SELECT revision FROM state WHERE revision <= ? AND newest = 0 AND NOT EXISTS"
            + " (SELECT 1 FROM state later WHERE later.key = state.key AND later.revision > ? AND later.previous = state.revision AND state.deleted = 0)"
            + " ORDER BY revision LIMIT ?";

    private Rows() {}

    static Optional<Entry> newest(Session session, String key) throws SQLException {
        var query = session.prepare(NEWEST);
        query.setString(1, key);
        try (var rows = query.executeQuery()) {
            return rows.next() ? Optional.of(entry(rows)) : Optional.empty();
        }
    }

    /** @param newest the revision of the snapshot that the session sees */
    static Page page(Session session, String prefix, String after, int limit, long at, long newest) throws SQLException {
        // The present has an index of its own; the past needs, for each key, its last row up to then.
        var present = at >= newest;
        var query = session.prepare((present ? PRESENT : PAST).formatted(after.isEmpty() ? ">=" : ">"));
        query.setString(1, after.isEmpty() ? prefix : after);
        query.setString(2, end(prefix));
        if (!present) {
            query.setLong(3, at);
        }
        query.setLong(present ? 3 : 4, limit == 0 ? Integer.MAX_VALUE : limit + 1L);
        var entries = entries(query);
        if (limit == 0 || entries.size() <= limit) {
            return new Page(List.copyOf(entries), at, false, 0);
        }
        var kept = List.copyOf(entries.subList(0, limit));
        return new Page(kept, at, true, countBehind(session, kept.getLast().key(), end(prefix), at, present));
    }

    static long count(Session session, String prefix) throws SQLException {
        var query = session.prepare("SELECT count(*) FROM state WHERE newest = 1 AND key >= ? AND key < ?");
        query.setString(1, prefix);
        query.setString(2, end(prefix));
        return number(query);
    }

    private static long countBehind(Session session, String after, String to, long at, boolean present) throws SQLException {
        var query = session.prepare(present ? PRESENT_COUNT : PAST_COUNT);
        query.setString(1, after);
        query.setString(2, to);
        if (!present) {
            query.setLong(3, at);
        }
        return number(query);
    }

    private static long number(PreparedStatement query) throws SQLException {
        try (var rows = query.executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    /** Changes in {@code (after, upTo]}, or the first of them. */
    static Stretch changes(Session session, String prefix, long after, long upTo) throws SQLException {
        var query = session.prepare(CHANGES);
        query.setLong(1, after);
        query.setLong(2, upTo);
        query.setString(3, prefix);
        query.setString(4, end(prefix));
        query.setInt(5, PAST_PAGE);
        var changes = new ArrayList<Change>();
        try (var rows = query.executeQuery()) {
            while (rows.next()) {
                changes.add(change(rows));
            }
        }
        return new Stretch(changes, changes.size() < PAST_PAGE ? upTo : changes.getLast().entry().revision());
    }

    private static Change change(ResultSet rows) throws SQLException {
        var entry = entry(rows);
        var was = rows.getBytes("was");
        var type = rows.getInt("deleted") == 1
                ? Change.Type.DELETED
                : rows.getLong("previous") == 0 ? Change.Type.CREATED : Change.Type.UPDATED;
        return new Change(
                type,
                entry,
                was == null ? Optional.empty() : Optional.of(new Entry(entry.key(), was, entry.created(), rows.getLong("previous"))));
    }

    static List<Entry> entries(PreparedStatement query) throws SQLException {
        var entries = new ArrayList<Entry>();
        try (var rows = query.executeQuery()) {
            while (rows.next()) {
                entries.add(entry(rows));
            }
        }
        return entries;
    }

    private static Entry entry(ResultSet rows) throws SQLException {
        return new Entry(rows.getString(1), rows.getBytes(2), rows.getLong(3), rows.getLong(4));
    }

    private static String end(String prefix) {
        return prefix.isEmpty() ? "\uffff" : prefix.substring(0, prefix.length() - 1) + (char) (prefix.charAt(prefix.length() - 1) + 1);
    }
}
