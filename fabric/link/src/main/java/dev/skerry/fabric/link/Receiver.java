package dev.skerry.fabric.link;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
        run("CREATE TABLE IF NOT EXISTS kept (log TEXT, key TEXT, listed TEXT NOT NULL, PRIMARY KEY (log, key))");
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
        return accept(List.of(entry), effect);
    }

    /** Takes entries in order in one transaction: all of them, or on a gap none. Answers what became of the last. */
    public Outcome accept(List<LogEntry> entries, Effect effect) throws SQLException {
        try {
            LogPosition held = position();
            var last = Outcome.SAME;
            for (LogEntry entry : entries) {
                last = take(held, entry, effect);
                if (last == Outcome.GAP) {
                    db.rollback();
                    return last;
                }
                if (last != Outcome.REPEATED) {
                    held = new LogPosition(entry.epoch(), entry.sequence());
                }
            }
            move(held);
            db.commit();
            return last;
        } catch (SQLException | RuntimeException e) {
            db.rollback();
            throw e;
        }
    }

    private Outcome take(LogPosition held, LogEntry entry, Effect effect) throws SQLException {
        if (!held.epoch().equals(entry.epoch()) || entry.previous() > held.sequence()) {
            return Outcome.GAP;
        }
        if (entry.sequence() <= held.sequence()) {
            return Outcome.REPEATED;
        }
        run("DELETE FROM kept WHERE log = ? AND key = ?", log, entry.key());
        if (hash(entry.key()).equals(entry.hash())) {
            return Outcome.SAME;
        }
        write(entry);
        effect.write(db, entry);
        return Outcome.CHANGED;
    }

    /**
     * Takes a complete digest: deletes what it does not list, answers the keys to ask for. For a restored sender nothing
     * is deleted and nothing goes back to an older revision: such keys are {@link #kept}, until the sender changes them
     * anew, or a digest is accepted.
     */
    public List<String> accept(LogDigest digest, Effect effect) throws SQLException {
        try {
            if (digest.accepted()) {
                run("DELETE FROM kept WHERE log = ?", log);
            }
            Map<String, LogDigest.Line> own = lines();
            var wanted = new ArrayList<String>();
            for (var line : new TreeMap<>(digest.lines()).entrySet()) {
                LogDigest.Line held = own.get(line.getKey());
                boolean newer = held != null && held.revision() > line.getValue().revision();
                if (held != null && held.hash().equals(line.getValue().hash())) {
                    run("DELETE FROM kept WHERE log = ? AND key = ?", log, line.getKey());
                } else if (digest.restored() && newer) {
                    keep(line.getKey(), line.getValue().hash());
                } else if (!keptFor(line.getKey(), line.getValue().hash())) {
                    wanted.add(line.getKey());
                }
            }
            for (String key : own.keySet()) {
                if (digest.lines().containsKey(key)) {
                    continue;
                }
                if (digest.restored()) {
                    keep(key, "");
                } else if (!keptFor(key, "")) {
                    delete(digest, key, effect);
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

    private void delete(LogDigest digest, String key, Effect effect) throws SQLException {
        var gone = new LogEntry(digest.epoch(), 0, digest.sequence(), key, 0, "", new byte[0], true);
        write(gone);
        effect.write(db, gone);
    }

    /** Keys that a restored sender does not have, or has in an older revision. */
    public List<String> kept() throws SQLException {
        try (PreparedStatement q = prepare("SELECT key FROM kept WHERE log = ? ORDER BY key", log);
                ResultSet rows = q.executeQuery()) {
            var all = new ArrayList<String>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        }
    }

    private void keep(String key, String listed) throws SQLException {
        run("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", log, key, listed);
    }

    private boolean keptFor(String key, String listed) throws SQLException {
        try (PreparedStatement q = prepare("SELECT 1 FROM kept WHERE log = ? AND key = ? AND listed = ?", log, key, listed);
                ResultSet rows = q.executeQuery()) {
            return rows.next();
        }
    }

    /** Revision and hash by key of all that is held. */
    public Map<String, LogDigest.Line> lines() throws SQLException {
        try (PreparedStatement q = prepare("SELECT key, revision, hash FROM entry WHERE log = ?", log);
                ResultSet rows = q.executeQuery()) {
            var all = new HashMap<String, LogDigest.Line>();
            while (rows.next()) {
                all.put(rows.getString(1), new LogDigest.Line(rows.getLong(2), rows.getString(3)));
            }
            return all;
        }
    }

    /** The payload of a key; empty if there is none. */
    public Optional<byte[]> payload(String key) throws SQLException {
        try (PreparedStatement q = prepare("SELECT payload FROM entry WHERE log = ? AND key = ?", log, key);
                ResultSet rows = q.executeQuery()) {
            return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
        }
    }

    /** Forgets the log, as when its sender is no more. */
    public void clear() throws SQLException {
        try {
            for (String table : List.of("position", "entry", "kept")) {
                run("DELETE FROM " + table + " WHERE log = ?", log);
            }
            db.commit();
        } catch (SQLException e) {
            db.rollback();
            throw e;
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
