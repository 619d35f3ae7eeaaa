package dev.skerry.data;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Events in one SQLite file. Over its budget it drops what the parent holds already, then the oldest of the lowest
 * severity, and leaves an event of kind {@code gap} that says how many went.
 */
public final class FileEventLog implements EventLog, AutoCloseable {

    private static final Logger LOG = System.getLogger(FileEventLog.class.getName());
    private static final long DEFAULT_BUDGET = 64L << 20;
    private static final int DROP_AT_LEAST = 16;
    private static final String COLUMNS = "sequence, time, kind, severity, site, subject, message, fields";
    private static final String RANK = "CASE severity WHEN 'critical' THEN 2 WHEN 'warning' THEN 1 ELSE 0 END";

    private static final String[] SCHEMA = {
        "CREATE TABLE IF NOT EXISTS event(id INTEGER PRIMARY KEY, epoch TEXT NOT NULL, origin TEXT NOT NULL,"
                + " sequence INTEGER NOT NULL, time INTEGER NOT NULL, kind TEXT NOT NULL, severity TEXT NOT NULL,"
                + " site TEXT NOT NULL, subject TEXT NOT NULL, message TEXT NOT NULL, fields BLOB NOT NULL,"
                + " bytes INTEGER NOT NULL, UNIQUE(origin, epoch, sequence))",
        "CREATE INDEX IF NOT EXISTS event_by_time ON event(time)",
        "CREATE TABLE IF NOT EXISTS reached(origin TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,"
                + " acknowledged INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(origin, epoch)) WITHOUT ROWID",
    };

    private final Connection connection;
    private final InstantSource clock;
    private final long budget;
    private final String epoch;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();
    private long bytes;

    /** Opens {@code folder/events.db} with a budget of 64 MiB. */
    public static FileEventLog open(Path folder) throws IOException {
        return open(folder, DEFAULT_BUDGET, InstantSource.system());
    }

    /** As above, with a budget of about {@code maxBytes}. */
    public static FileEventLog open(Path folder, long maxBytes, InstantSource clock) throws IOException {
        var connection = Sqlite.open(folder.resolve("events.db"), SCHEMA);
        try {
            return new FileEventLog(connection, maxBytes, clock);
        } catch (SQLException e) {
            throw new IOException("events.db: cannot be read", e);
        }
    }

    private FileEventLog(Connection connection, long budget, InstantSource clock) throws SQLException {
        this.connection = connection;
        this.budget = budget;
        this.clock = clock;
        connection.setAutoCommit(false);
        epoch = findOrMakeEpoch(connection);
        bytes = Sqlite.number(connection, "SELECT sum(bytes) FROM event");
        connection.commit();
    }

    private static String findOrMakeEpoch(Connection connection) throws SQLException {
        try (var select = Sqlite.prepare(connection, "SELECT epoch FROM reached WHERE origin=''"); var rows = select.executeQuery()) {
            if (rows.next()) {
                return rows.getString(1);
            }
        }
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        String made = HexFormat.of().formatHex(random);
        Sqlite.update(connection, "INSERT INTO reached(origin, epoch, sequence) VALUES('', ?, 0)", made);
        return made;
    }

    @Override
    public String epoch() {
        return epoch;
    }

    @Override
    public long append(Event event) throws IOException {
        List<Event> written = store("", epoch, List.of(event), true);
        return written.getFirst().sequence();
    }

    @Override
    public long receive(String site, String epoch, List<Event> events) throws IOException {
        store(site, epoch, events, false);
        return received(site, epoch);
    }

    /** Writes in one transaction, then tells the listeners what was new. */
    private List<Event> store(String origin, String epoch, List<Event> events, boolean number) throws IOException {
        var written = new ArrayList<Event>();
        boolean done = false;
        long before;
        lock.lock();
        try {
            before = bytes;
            try {
                long reached = reached(origin, epoch);
                for (Event event : events) {
                    long sequence = number ? reached + 1 : event.sequence();
                    if (sequence > reached) {
                        var placed = new Event(sequence, event.time(), event.kind(), event.severity(),
                                under(origin, event.site()), event.subject(), event.message(), event.fields());
                        insert(origin, epoch, placed);
                        written.add(placed);
                        reached = sequence;
                    }
                }
                setReached(origin, epoch, reached);
                if (bytes > budget) {
                    shrink(written);
                }
                connection.commit();
                done = true;
            } finally {
                if (!done) {
                    bytes = before;
                    connection.rollback();
                }
            }
        } catch (SQLException e) {
            throw new IOException("events: cannot be stored: " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
        written.forEach(this::tell);
        return written;
    }

    private static String under(String origin, String site) {
        return origin.isEmpty() || site.equals(origin) || site.startsWith(origin + "/") ? site
                : site.isEmpty() ? origin : origin + "/" + site;
    }

    private void insert(String origin, String epoch, Event event) throws SQLException {
        var fields = new Output(64);
        event.fields().forEach((name, value) -> {
            fields.text(name);
            fields.text(value);
        });
        byte[] packed = fields.toBytes();
        long size = 100L + packed.length + event.message().length() + event.subject().length();
        Sqlite.update(connection, "INSERT INTO event(epoch, origin, " + COLUMNS + ", bytes) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
                epoch, origin, event.sequence(), LogState.micros(event.time()), event.kind(), event.severity(), event.site(),
                event.subject(), event.message(), packed, size);
        bytes += size;
    }

    /** Brings the log to nine tenths of its budget and leaves a word about what went unacknowledged. */
    private void shrink(List<Event> written) throws SQLException {
        long goal = budget - budget / 10;
        long acknowledged = Sqlite.number(connection, "SELECT acknowledged FROM reached WHERE origin='' AND epoch=?", epoch);
        long lost = 0;
        var victims = new ArrayList<long[]>();
        try (var select = Sqlite.prepare(connection, "SELECT id, bytes, origin='' AND sequence>? FROM event ORDER BY "
                        + RANK + ", origin='' AND sequence>?, id", acknowledged, acknowledged);
                var rows = select.executeQuery()) {
            long left = bytes;
            while ((left > goal || victims.size() < DROP_AT_LEAST) && rows.next()) {
                victims.add(new long[] {rows.getLong(1), rows.getLong(2), rows.getLong(3)});
                left -= rows.getLong(2);
            }
        }
        try (var delete = connection.prepareStatement("DELETE FROM event WHERE id=?")) {
            for (long[] victim : victims) {
                delete.setLong(1, victim[0]);
                delete.addBatch();
                bytes -= victim[1];
                lost += victim[2];
            }
            delete.executeBatch();
        }
        if (lost > 0) {
            long sequence = reached("", epoch) + 1;
            var gap = new Event(sequence, clock.instant(), "gap", "warning", "", "events",
                    lost + " events were dropped before they were sent: the log is over its budget of " + budget + " bytes",
                    Map.of("dropped", Long.toString(lost)));
            insert("", epoch, gap);
            setReached("", epoch, sequence);
            written.add(gap);
        }
    }

    private long reached(String origin, String epoch) throws SQLException {
        return Sqlite.number(connection, "SELECT sequence FROM reached WHERE origin=? AND epoch=?", origin, epoch);
    }

    private void setReached(String origin, String epoch, long sequence) throws SQLException {
        Sqlite.update(connection, "INSERT INTO reached(origin, epoch, sequence) VALUES(?, ?, ?)"
                + " ON CONFLICT DO UPDATE SET sequence=max(sequence, excluded.sequence)", origin, epoch, sequence);
    }

    private void tell(Event event) {
        for (var listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "event listener: failed on " + event.subject(), e);
            }
        }
    }

    @Override
    public List<Event> own(long after, int limit) {
        return select("WHERE origin='' AND epoch=? AND sequence>? ORDER BY sequence LIMIT ?", epoch, after, limit);
    }

    @Override
    public void acknowledge(long upTo) throws IOException {
        lock.lock();
        try {
            Sqlite.update(connection, "UPDATE reached SET acknowledged=max(acknowledged, ?) WHERE origin='' AND epoch=?",
                    upTo, epoch);
            connection.commit();
        } catch (SQLException e) {
            throw new IOException("events: cannot be acknowledged: " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long received(String site, String epoch) {
        lock.lock();
        try {
            return reached(site, epoch);
        } catch (SQLException e) {
            throw Sqlite.unchecked("events of " + site, e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Event> newest(int limit) {
        return select("ORDER BY time DESC, id DESC LIMIT ?", limit);
    }

    private List<Event> select(String where, Object... arguments) {
        lock.lock();
        try (var select = Sqlite.prepare(connection, "SELECT " + COLUMNS + " FROM event " + where, arguments);
                var rows = select.executeQuery()) {
            var events = new ArrayList<Event>();
            while (rows.next()) {
                events.add(read(rows));
            }
            return events;
        } catch (SQLException | DamagedException e) {
            throw new IllegalStateException("events: cannot be read", e);
        } finally {
            lock.unlock();
        }
    }

    private static Event read(ResultSet row) throws SQLException, DamagedException {
        byte[] packed = row.getBytes(8);
        var in = new Input(packed, 0, packed.length);
        var fields = new LinkedHashMap<String, String>();
        while (in.left() > 0) {
            fields.put(in.text(), in.text());
        }
        Instant time = LogState.instant(row.getLong(2));
        return new Event(row.getLong(1), time, row.getString(3), row.getString(4), row.getString(5), row.getString(6),
                row.getString(7), fields);
    }

    @Override
    public AutoCloseable listen(Consumer<Event> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException("events: cannot be closed", e);
        } finally {
            lock.unlock();
        }
    }
}
