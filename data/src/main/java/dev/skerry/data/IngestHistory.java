package dev.skerry.data;

import dev.skerry.data.History.Bucket;
import dev.skerry.data.History.Point;
import dev.skerry.data.History.SeriesInfo;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Reads the ingest store over a connection of its own, so that questions do not wait for what arrives. */
final class IngestHistory implements AutoCloseable {

    private static final ValueType[] TYPES = ValueType.values();
    private static final Quality[] QUALITIES = Quality.values();
    private static final String IN_RANGE = "SELECT time, sequence, type, quality, value FROM reading"
            + " WHERE series=? AND time>=? AND time<? ORDER BY sequence LIMIT ?";

    private final Connection connection;
    private final ReentrantLock lock = new ReentrantLock();

    IngestHistory(Connection connection) {
        this.connection = connection;
    }

    private interface RowVisitor {
        void visit(ResultSet row) throws SQLException;
    }

    /** A site that made its log anew has the series once more; the newest log's is shown. */
    List<SeriesInfo> series(SeriesKey like, int limit) {
        var found = new ArrayList<SeriesInfo>();
        lock.lock();
        try (var select = Sqlite.prepare(connection,
                        "SELECT site, namespace, device, property, model, type, unit, newest, sequence, max(log) FROM series"
                                + " WHERE (?1='' OR site=?1) AND (?2='' OR namespace=?2) AND (?3='' OR device=?3)"
                                + " AND (?4='' OR property=?4) GROUP BY site, namespace, device, property LIMIT ?5",
                        like.site(), like.namespace(), like.device(), like.property(), limit);
                var rows = select.executeQuery()) {
            while (rows.next()) {
                var key = new SeriesKey(rows.getString(1), rows.getString(2), rows.getString(3), rows.getString(4));
                found.add(new SeriesInfo(key, rows.getString(5), ValueType.valueOf(rows.getString(6)), rows.getString(7),
                        LogState.instant(rows.getLong(8)), rows.getLong(9)));
            }
            return found;
        } catch (SQLException e) {
            throw Sqlite.unchecked("series like " + like, e);
        } finally {
            lock.unlock();
        }
    }

    List<Point> range(SeriesKey series, long from, long to, int limit) {
        var points = new ArrayList<Point>();
        scan(series, from, to, limit, row -> {
            var quality = QUALITIES[row.getInt(4)];
            points.add(new Point(LogState.instant(row.getLong(1)), row.getLong(2), value(row, quality), quality));
        });
        return points;
    }

    List<Bucket> downsample(SeriesKey series, long from, long to, int buckets) {
        var sums = new Buckets(from, to, buckets);
        scan(series, from, to, Integer.MAX_VALUE, row -> {
            if (TYPES[row.getInt(3)] != ValueType.STRING) {
                sums.add(row.getLong(1), QUALITIES[row.getInt(4)] == Quality.BAD, row.getDouble(5));
            }
        });
        return sums.toList();
    }

    private void scan(SeriesKey key, long from, long to, int limit, RowVisitor visitor) {
        lock.lock();
        try {
            int left = limit;
            for (long id : ids(key)) {
                try (var select = Sqlite.prepare(connection, IN_RANGE, id, from, to, left); var rows = select.executeQuery()) {
                    while (rows.next()) {
                        visitor.visit(rows);
                        left--;
                    }
                }
            }
        } catch (SQLException e) {
            throw Sqlite.unchecked("history of " + key, e);
        } finally {
            lock.unlock();
        }
    }

    private List<Long> ids(SeriesKey key) throws SQLException {
        var ids = new ArrayList<Long>();
        try (var select = Sqlite.prepare(connection, "SELECT id FROM series WHERE site=? AND namespace=? AND device=?"
                        + " AND property=? ORDER BY log", key.site(), key.namespace(), key.device(), key.property());
                var rows = select.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        return ids;
    }

    private static Object value(ResultSet row, Quality quality) throws SQLException {
        if (quality == Quality.BAD) {
            return "";
        }
        return switch (TYPES[row.getInt(3)]) {
            case FLOAT -> {
                double value = row.getDouble(5);
                // SQLite keeps a NaN as NULL.
                yield row.wasNull() ? (Object) Double.NaN : (Object) value;
            }
            case INTEGER -> row.getLong(5);
            case BOOLEAN -> row.getLong(5) != 0;
            case STRING -> row.getString(5);
        };
    }

    @Override
    public void close() throws SQLException {
        lock.lock();
        try {
            connection.close();
        } finally {
            lock.unlock();
        }
    }
}
