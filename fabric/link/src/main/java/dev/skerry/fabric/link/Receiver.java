package dev.skerry.fabric.link;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The receiver's side of one state log, in SQLite. The position is written in the transaction of the effect: what
 * {@link #position} says has happened, and happened once. The caller owns the connection and calls from one thread.
 */
public final class Receiver {

    private final Connection db;
    private final String log;

    /** Keeps the log called {@code log} in {@code db}, whose auto-commit is turned off. */
    public Receiver(Connection db, String log) throws SQLException {
        this.db = db;
        this.log = log;
        db.setAutoCommit(false);
        run("CREATE TABLE IF NOT EXISTS position (log TEXT PRIMARY KEY, epoch TEXT NOT NULL, sequence INTEGER NOT NULL)");
        run("CREATE TABLE IF NOT EXISTS entry (log TEXT, key TEXT, revision INTEGER NOT NULL, hash TEXT NOT NULL, "
                + "payload BLOB NOT NULL, PRIMARY KEY (log, key))");
        db.commit();
    }

    /** What became of an entry. */
    public enum Outcome {
        /** The key changed, and the position. */
        CHANGED,
        /** The key held that value already; only the position changed. */
        SAME,
        /** It had come before. */
        REPEATED,
        /** Something before it is missing: the sender must resume from {@link #position}. */
        GAP
    }

    /** What else is to be written in the transaction of a change. */
    @FunctionalInterface
    public interface Effect {
        Effect NONE = (db, entry) -> {};

        void write(Connection db, LogEntry entry) throws SQLException;
    }

    public LogPosition position() throws SQLException {
        try (PreparedStatement q = prepare("SELECT epoch, sequence FROM position WHERE log = ?", log);
                ResultSet rows = q.executeQuery()) {
            return rows.next() ? new LogPosition(rows.getString(1), rows.getLong(2)) : LogPosition.NONE;
        }
    }

    /** Takes an entry: effect and position, or neither. */
    public Outcome accept(LogEntry entry, Effect effect) throws SQLException {
        LogPosition held = position();
        if (!held.epoch().equals(entry.epoch()) || entry.previous() > held.sequence()) {
            return Outcome.GAP;
        }
        if (entry.sequence() <= held.sequence()) {
            return Outcome.REPEATED;
        }
        try {
            boolean changed = !hash(entry.key()).equals(entry.hash());
            if (changed) {
                write(entry);
                effect.write(db, entry);
            }
            move(new LogPosition(entry.epoch(), entry.sequence()));
            db.commit();
            return changed ? Outcome.CHANGED : Outcome.SAME;
        } catch (SQLException | RuntimeException e) {
            db.rollback();
            throw e;
        }
    }

    /** Takes a complete digest: deletes what it does not list (never for a restored sender), answers the keys to ask for. */
    public List<String> accept(LogDigest digest, Effect effect) throws SQLException {
        try {
            Map<String, String> own = hashes();
            List<String> wanted = digest.hashes().entrySet().stream()
                    .filter(line -> !line.getValue().equals(own.get(line.getKey())))
                    .map(Map.Entry::getKey)
                    .sorted()
                    .toList();
            if (!digest.restored()) {
                for (String key : own.keySet()) {
                    if (!digest.hashes().containsKey(key)) {
                        var gone = new LogEntry(digest.epoch(), 0, digest.sequence(), key, 0, "", new byte[0], true);
                        write(gone);
                        effect.write(db, gone);
                    }
                }
            }
            // With entries still to come the epoch starts at 0: a cut in between costs a repetition and loses nothing.
            move(new LogPosition(digest.epoch(), wanted.isEmpty() ? digest.sequence() : 0));
            db.commit();
            return wanted;
        } catch (SQLException | RuntimeException e) {
            db.rollback();
            throw e;
        }
    }

    /** All that is held, by key. */
    public Map<String, byte[]> entries() throws SQLException {
        try (PreparedStatement q = prepare("SELECT key, payload FROM entry WHERE log = ?", log);
                ResultSet rows = q.executeQuery()) {
            var all = new HashMap<String, byte[]>();
            while (rows.next()) {
                all.put(rows.getString(1), rows.getBytes(2));
            }
            return all;
        }
    }

    /** Hash by key of all that is held. */
    public Map<String, String> hashes() throws SQLException {
        try (PreparedStatement q = prepare("SELECT key, hash FROM entry WHERE log = ?", log);
                ResultSet rows = q.executeQuery()) {
            var all = new HashMap<String, String>();
            while (rows.next()) {
                all.put(rows.getString(1), rows.getString(2));
            }
            return all;
        }
    }

    private String hash(String key) throws SQLException {
        try (PreparedStatement q = prepare("SELECT hash FROM entry WHERE log = ? AND key = ?", log, key);
                ResultSet rows = q.executeQuery()) {
            return rows.next() ? rows.getString(1) : "";
        }
    }

    private void write(LogEntry e) throws SQLException {
        if (e.deleted()) {
            run("DELETE FROM entry WHERE log = ? AND key = ?", log, e.key());
        } else {
            run("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)", log, e.key(), e.revision(), e.hash(), e.payload());
        }
    }

    private void move(LogPosition to) throws SQLException {
        run("INSERT OR REPLACE INTO position VALUES (?, ?, ?)", log, to.epoch(), to.sequence());
    }

    private void run(String sql, Object... values) throws SQLException {
        try (PreparedStatement s = prepare(sql, values)) {
            s.executeUpdate();
        }
    }

    private PreparedStatement prepare(String sql, Object... values) throws SQLException {
        PreparedStatement s = db.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            s.setObject(i + 1, values[i]);
        }
        return s;
    }
}
