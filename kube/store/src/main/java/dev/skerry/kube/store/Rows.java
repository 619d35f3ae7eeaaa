package dev.skerry.kube.store;

import dev.skerry.kube.store.ObjectStore.Change;
import dev.skerry.kube.store.ObjectStore.Entry;
import dev.skerry.kube.store.ObjectStore.Page;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The queries. A prefix is a range of keys: from itself to itself with its last character raised by one. */
final class Rows {

    /** A page that could be read. */
    record Found(Page page) implements SqliteStore.Listed {}

    private Rows() {}

    static Optional<Entry> newest(Connection connection, String key) throws SQLException {
        try (var query = connection.prepareStatement("SELECT key, value, created, revision FROM state WHERE key = ? AND newest = 1")) {
            query.setString(1, key);
            try (var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(entry(rows)) : Optional.empty();
            }
        }
    }

    static Found page(Connection connection, String prefix, String after, int limit, long at) throws SQLException {
        var from = after.isEmpty() ? prefix : after + "\0";
        // The present has an index of its own; the past needs, for each key, its last row up to then.
        var present = at >= Connections.number(connection, "SELECT coalesce(max(revision), 1) FROM state");
        var sql = present
                ? "SELECT key, value, created, revision FROM state WHERE newest = 1 AND key >= ? AND key < ? ORDER BY key LIMIT ?"
                : "SELECT s.key, s.value, s.created, s.revision FROM state s JOIN (SELECT key, max(revision) AS revision FROM state"
                        + " WHERE key >= ? AND key < ? AND revision <= ? GROUP BY key) n ON n.revision = s.revision"
                        + " WHERE s.deleted = 0 ORDER BY s.key LIMIT ?";
        try (var query = connection.prepareStatement(sql)) {
            query.setString(1, from);
            query.setString(2, end(prefix));
            if (present) {
                query.setLong(3, limit == 0 ? -1 : limit + 1L);
            } else {
                query.setLong(3, at);
                query.setLong(4, limit == 0 ? -1 : limit + 1L);
            }
            var entries = entries(query);
            var more = limit > 0 && entries.size() > limit;
            if (!more) {
                return new Found(new Page(List.copyOf(entries), at, false, 0));
            }
            var kept = List.copyOf(entries.subList(0, limit));
            return new Found(new Page(kept, at, true, countFrom(connection, kept.getLast().key() + "\0", end(prefix), at)));
        }
    }

    static long count(Connection connection, String prefix, long at) throws SQLException {
        return countFrom(connection, prefix, end(prefix), at);
    }

    private static long countFrom(Connection connection, String from, String to, long at) throws SQLException {
        var sql = at == Long.MAX_VALUE
                ? "SELECT count(*) FROM state WHERE newest = 1 AND key >= ? AND key < ?"
                : "SELECT count(*) FROM state s JOIN (SELECT key, max(revision) AS revision FROM state WHERE key >= ? AND key < ?"
                        + " AND revision <= ? GROUP BY key) n ON n.revision = s.revision WHERE s.deleted = 0";
        try (var query = connection.prepareStatement(sql)) {
            query.setString(1, from);
            query.setString(2, to);
            if (at != Long.MAX_VALUE) {
                query.setLong(3, at);
            }
            try (var rows = query.executeQuery()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }

    static List<Change> changes(Connection connection, String prefix, long after, long upTo) throws SQLException {
        var sql = "SELECT s.key, s.value, s.created, s.revision, s.deleted, s.previous, p.value AS before FROM state s"
                + " LEFT JOIN state p ON p.revision = s.previous WHERE s.revision > ? AND s.revision <= ? AND s.key >= ? AND s.key < ? ORDER BY s.revision";
        var changes = new ArrayList<Change>();
        try (var query = connection.prepareStatement(sql)) {
            query.setLong(1, after);
            query.setLong(2, upTo);
            query.setString(3, prefix);
            query.setString(4, end(prefix));
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    changes.add(change(rows));
                }
            }
        }
        return changes;
    }

    private static Change change(ResultSet rows) throws SQLException {
        var entry = entry(rows);
        var before = rows.getBytes("before");
        var type = rows.getInt("deleted") == 1
                ? Change.Type.DELETED
                : rows.getLong("previous") == 0 ? Change.Type.CREATED : Change.Type.UPDATED;
        return new Change(
                type,
                entry,
                before == null ? Optional.empty() : Optional.of(new Entry(entry.key(), before, entry.created(), rows.getLong("previous"))));
    }

    private static List<Entry> entries(PreparedStatement query) throws SQLException {
        var entries = new ArrayList<Entry>();
        try (var rows = query.executeQuery()) {
            while (rows.next()) {
                entries.add(entry(rows));
            }
        }
        return entries;
    }

    private static Entry entry(ResultSet rows) throws SQLException {
        return new Entry(rows.getString("key"), rows.getBytes("value"), rows.getLong("created"), rows.getLong("revision"));
    }

    private static String end(String prefix) {
        return prefix.isEmpty() ? "\uffff" : prefix.substring(0, prefix.length() - 1) + (char) (prefix.charAt(prefix.length() - 1) + 1);
    }
}
