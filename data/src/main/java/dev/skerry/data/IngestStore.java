package dev.skerry.data;

import dev.skerry.data.Outbox.Chunk;
import dev.skerry.data.Outbox.Range;
import dev.skerry.data.Outbox.Received;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a parent keeps of its sites' readings, in one SQLite file. Rows and the ranges received are one transaction, durable
 * when {@link #accept} returns. A reading is known by its site's log, series and sequence; one that is there already is
 * counted and dropped.
 */
public final class IngestStore implements Ingest, History, AutoCloseable {

    private static final int ROWS_A_BATCH = 5_000;
    private static final Duration RETAIN_EVERY = Duration.ofMinutes(1);

    private static final String[] SCHEMA = {
        "CREATE TABLE IF NOT EXISTS log(id INTEGER PRIMARY KEY, site TEXT NOT NULL, epoch TEXT NOT NULL,"
                + " stored INTEGER NOT NULL DEFAULT 0, duplicates INTEGER NOT NULL DEFAULT 0, UNIQUE(site, epoch))",
        "CREATE TABLE IF NOT EXISTS received(log INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,"
                + " PRIMARY KEY(log, start)) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS series(id INTEGER PRIMARY KEY, log INTEGER NOT NULL, site TEXT NOT NULL,"
                + " namespace TEXT NOT NULL, device TEXT NOT NULL, property TEXT NOT NULL, model TEXT NOT NULL,"
                + " type TEXT NOT NULL, unit TEXT NOT NULL, newest INTEGER NOT NULL DEFAULT 0,"
                + " sequence INTEGER NOT NULL DEFAULT 0, stored INTEGER NOT NULL DEFAULT 0)",
        "CREATE INDEX IF NOT EXISTS series_by_name ON series(site, namespace, device, property)",
        "CREATE INDEX IF NOT EXISTS series_by_log ON series(log)",
        "CREATE TABLE IF NOT EXISTS reading(series INTEGER NOT NULL, sequence INTEGER NOT NULL, time INTEGER NOT NULL,"
                + " type INTEGER NOT NULL, quality INTEGER NOT NULL, value,"
                + " PRIMARY KEY(series, sequence)) WITHOUT ROWID",
    };

    private final Connection connection;
    private final IngestHistory history;
    private final long maxBytes;
    private final Duration maxAge;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<LogName, Log> logs = new HashMap<>();
    private long retainAt = System.nanoTime();

    private record LogName(String site, String epoch) {}

    private static final class Log {
        final long id;
        List<Range> ranges;
        final Map<SeriesKey, Series> series = new HashMap<>();

        Log(long id, List<Range> ranges) {
            this.id = id;
            this.ranges = ranges;
        }
    }

    private static final class Series {
        final long id;
        SeriesDef def;
        long newest;
        long sequence;
        long added;

        Series(long id, SeriesDef def) {
            this.id = id;
            this.def = def;
        }
    }

    /** Opens the store in {@code folder}, with 64 GiB or a year of history. */
    public static IngestStore open(Path folder) throws IOException {
        return open(folder, 64L << 30, Duration.ofDays(366), InstantSource.system());
    }

    /** As above, keeping readings up to {@code maxAge} and about {@code maxBytes} of them, whichever is less. */
    public static IngestStore open(Path folder, long maxBytes, Duration maxAge, InstantSource clock) throws IOException {
        Path file = folder.resolve("readings.db");
        return new IngestStore(Sqlite.open(file, SCHEMA), Sqlite.open(file), maxBytes, maxAge, clock);
    }

    private IngestStore(Connection writing, Connection reading, long maxBytes, Duration maxAge, InstantSource clock)
            throws IOException {
        this.connection = writing;
        this.history = new IngestHistory(reading);
        this.maxBytes = maxBytes;
        this.maxAge = maxAge;
        this.clock = clock;
        try {
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    @Override
    public Received received(String site, String epoch) {
        lock.lock();
        try {
            var known = find(new LogName(site, epoch));
            return new Received(epoch, known == null ? List.of() : known.ranges);
        } catch (SQLException e) {
            throw Sqlite.unchecked("received of " + site, e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Received accept(String site, Chunk chunk) throws IOException, MalformedChunkException {
        var name = new LogName(site, chunk.epoch());
        boolean done = false;
        lock.lock();
        try {
            var log = findOrMake(name);
            var range = new Range(chunk.from(), chunk.to());
            var insertion = new Insertion(site, log);
            if (Ranges.covers(log.ranges, range)) {
                ChunkReader.read(chunk, insertion::countOnly);
            } else {
                try (insertion) {
                    ChunkReader.read(chunk, insertion::add);
                    insertion.flush();
                }
            }
            insertion.commitCounts();
            var ranges = Ranges.union(log.ranges, range);
            writeRanges(log, ranges);
            connection.commit();
            log.ranges = ranges;
            done = true;
            retainIfDue();
            return new Received(chunk.epoch(), ranges);
        } catch (SQLException e) {
            throw new IOException("readings of " + site + ": cannot be stored: " + e.getMessage(), e);
        } finally {
            if (!done) {
                undo(name);
            }
            lock.unlock();
        }
    }

    private void undo(LogName name) {
        logs.remove(name);
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The next commit fails too, and says so.
        }
    }

    private @Nullable Log find(LogName name) throws SQLException {
        var known = logs.get(name);
        if (known != null) {
            return known;
        }
        long id = Sqlite.number(connection, "SELECT id FROM log WHERE site=? AND epoch=?", name.site, name.epoch);
        if (id == 0) {
            return null;
        }
        var ranges = new ArrayList<Range>();
        try (var select = Sqlite.prepare(connection, "SELECT start, stop FROM received WHERE log=? ORDER BY start", id);
                var rows = select.executeQuery()) {
            while (rows.next()) {
                ranges.add(new Range(rows.getLong(1), rows.getLong(2)));
            }
        }
        var log = new Log(id, List.copyOf(ranges));
        logs.put(name, log);
        return log;
    }

    private Log findOrMake(LogName name) throws SQLException {
        var known = find(name);
        if (known != null) {
            return known;
        }
        Sqlite.update(connection, "INSERT INTO log(site, epoch) VALUES(?, ?)", name.site, name.epoch);
        var made = new Log(Sqlite.number(connection, "SELECT last_insert_rowid()"), List.of());
        logs.put(name, made);
        return made;
    }

    private void writeRanges(Log log, List<Range> ranges) throws SQLException {
        if (ranges.equals(log.ranges)) {
            return;
        }
        for (Range old : log.ranges) {
            if (!ranges.contains(old)) {
                Sqlite.update(connection, "DELETE FROM received WHERE log=? AND start=?", log.id, old.from());
            }
        }
        for (Range range : ranges) {
            if (!log.ranges.contains(range)) {
                Sqlite.update(connection, "INSERT OR REPLACE INTO received VALUES(?, ?, ?)", log.id, range.from(), range.to());
            }
        }
    }

    /** Brings one chunk's readings into the table, many rows at a time. */
    private final class Insertion implements AutoCloseable {
        private final String site;
        private final Log log;
        private final Map<SeriesKey, Series> touched = new HashMap<>();
        private final Series[] rows = new Series[ROWS_A_BATCH];
        private @Nullable PreparedStatement insert;
        private int waiting;
        private long stored;
        private long duplicates;

        Insertion(String site, Log log) {
            this.site = site;
            this.log = log;
        }

        void countOnly(SeriesDef def, Columns columns) {
            duplicates += columns.count;
        }

        void add(SeriesDef def, Columns columns) throws SQLException {
            var series = seriesOf(def);
            var statement = insert;
            if (statement == null) {
                statement = connection.prepareStatement("INSERT OR IGNORE INTO reading VALUES(?, ?, ?, ?, ?, ?)");
                insert = statement;
            }
            for (int i = 0; i < columns.count; i++) {
                statement.setLong(1, series.id);
                statement.setLong(2, columns.firstSequence + i);
                statement.setLong(3, columns.times[i]);
                statement.setInt(4, def.type().ordinal());
                statement.setInt(5, columns.qualities[i]);
                if (columns.bad(i)) {
                    statement.setNull(6, Types.NULL);
                } else {
                    switch (def.type()) {
                        case FLOAT -> statement.setDouble(6, columns.number(ValueType.FLOAT, i));
                        case INTEGER, BOOLEAN -> statement.setLong(6, columns.numbers[i]);
                        case STRING -> statement.setString(6, columns.texts[i]);
                    }
                }
                statement.addBatch();
                series.newest = Math.max(series.newest, columns.times[i]);
                rows[waiting++] = series;
                if (waiting == ROWS_A_BATCH) {
                    flush();
                }
            }
            series.sequence = Math.max(series.sequence, columns.firstSequence + columns.count - 1);
        }

        void flush() throws SQLException {
            var statement = insert;
            if (statement == null || waiting == 0) {
                return;
            }
            int[] inserted = statement.executeBatch();
            for (int i = 0; i < waiting; i++) {
                rows[i].added += inserted[i];
                stored += inserted[i];
            }
            duplicates += waiting - Arrays.stream(inserted).sum();
            waiting = 0;
        }

        void commitCounts() throws SQLException {
            Sqlite.update(connection, "UPDATE log SET stored=stored+?, duplicates=duplicates+? WHERE id=?",
                    stored, duplicates, log.id);
            try (var update = connection.prepareStatement("UPDATE series SET newest=max(newest, ?), sequence=max(sequence, ?),"
                    + " stored=stored+?, model=?, type=?, unit=? WHERE id=?")) {
                for (Series series : touched.values()) {
                    update.setLong(1, series.newest);
                    update.setLong(2, series.sequence);
                    update.setLong(3, series.added);
                    update.setString(4, series.def.model());
                    update.setString(5, series.def.type().name());
                    update.setString(6, series.def.unit());
                    update.setLong(7, series.id);
                    update.addBatch();
                    series.added = 0;
                }
                if (!touched.isEmpty()) {
                    update.executeBatch();
                }
            }
        }

        private Series seriesOf(SeriesDef def) throws SQLException {
            var key = def.key();
            var series = touched.get(key);
            if (series == null) {
                series = log.series.get(key);
                if (series == null) {
                    series = new Series(findOrMakeSeries(def), def);
                    log.series.put(key, series);
                }
                series.def = def;
                touched.put(key, series);
            }
            return series;
        }

        private long findOrMakeSeries(SeriesDef def) throws SQLException {
            var key = def.key();
            long id = Sqlite.number(connection, "SELECT id FROM series WHERE site=? AND namespace=? AND device=? AND property=?"
                    + " AND log=?", site, key.namespace(), key.device(), key.property(), log.id);
            if (id != 0) {
                return id;
            }
            Sqlite.update(connection, "INSERT INTO series(log, site, namespace, device, property, model, type, unit)"
                    + " VALUES(?, ?, ?, ?, ?, ?, ?, ?)", log.id, site, key.namespace(), key.device(), key.property(),
                    def.model(), def.type().name(), def.unit());
            return Sqlite.number(connection, "SELECT last_insert_rowid()");
        }

        @Override
        public void close() throws SQLException {
            var statement = insert;
            if (statement != null) {
                statement.close();
            }
        }
    }

    @Override
    public Counts counts(String site) {
        lock.lock();
        try {
            return new Counts(
                    Sqlite.number(connection, "SELECT sum(stored) FROM log WHERE site=?", site),
                    Sqlite.number(connection, "SELECT sum(duplicates) FROM log WHERE site=?", site),
                    Sqlite.number(connection, "SELECT sum(sequence - stored) FROM series WHERE site=?", site));
        } catch (SQLException e) {
            throw Sqlite.unchecked("counts of " + site, e);
        } finally {
            lock.unlock();
        }
    }

    private void retainIfDue() throws SQLException {
        if (System.nanoTime() - retainAt >= 0) {
            retainAt = System.nanoTime() + RETAIN_EVERY.toNanos();
            retainNow();
        }
    }

    /** Drops readings that are too old or too many; by itself once a minute while readings arrive. Answers how many went. */
    public long retain() throws IOException {
        lock.lock();
        try {
            return retainNow();
        } catch (SQLException e) {
            throw new IOException("readings: cannot drop old ones: " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    private long retainNow() throws SQLException {
        long oldest = LogState.micros(clock.instant()) - LogWriter.micros(maxAge);
        long dropped = 0;
        var ids = new ArrayList<Long>();
        try (var select = Sqlite.prepare(connection, "SELECT id FROM series"); var rows = select.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        boolean tooBig = usedBytes() > maxBytes;
        for (long id : ids) {
            long young = Sqlite.number(connection,
                    "SELECT sequence FROM reading WHERE series=? AND time>=? ORDER BY sequence LIMIT 1", id, oldest);
            long before = young == 0 ? Long.MAX_VALUE : young;
            if (tooBig) {
                // A twentieth of each series at a time, the oldest first.
                long least = Sqlite.number(connection, "SELECT min(sequence) FROM reading WHERE series=?", id);
                long most = Sqlite.number(connection, "SELECT max(sequence) FROM reading WHERE series=?", id);
                before = Math.max(young, least + (most - least) / 20 + 1);
            }
            dropped += Sqlite.update(connection, "DELETE FROM reading WHERE series=? AND sequence<?", id, before);
        }
        connection.commit();
        return dropped;
    }

    private long usedBytes() throws SQLException {
        return (Sqlite.number(connection, "PRAGMA page_count") - Sqlite.number(connection, "PRAGMA freelist_count"))
                * Sqlite.number(connection, "PRAGMA page_size");
    }

    @Override
    public List<SeriesInfo> series(SeriesKey like, int limit) {
        return history.series(like, limit);
    }

    @Override
    public List<Point> range(SeriesKey series, Instant from, Instant to, int limit) {
        return history.range(series, LogState.micros(from), LogState.micros(to), limit);
    }

    @Override
    public List<Bucket> downsample(SeriesKey series, Instant from, Instant to, int buckets) {
        return history.downsample(series, LogState.micros(from), LogState.micros(to), buckets);
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            history.close();
            connection.close();
        } catch (SQLException e) {
            throw new IOException("readings: cannot be closed", e);
        } finally {
            lock.unlock();
        }
    }
}
