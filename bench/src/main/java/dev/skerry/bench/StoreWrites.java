package dev.skerry.bench;

import dev.skerry.kube.store.SqliteStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * Objects written a second, each on disk before its writer goes on: by many writers into the store, which commits what waits
 * together, and by plain JDBC into the same sort of file, one row a commit. In turns, so that the disk's moods meet both.
 */
final class StoreWrites {

    private static final int KEYS_A_WRITER = 50;
    private static final int VALUE_BYTES = 1_500;
    private static final long MOST_WRITES = 200_000;

    private StoreWrites() {}

    static void measure(Path folder, int rounds, Duration turn, int writers, Figures figures) throws Exception {
        long stored = 0;
        long bare = 0;
        double storeSeconds = 0;
        double bareSeconds = 0;
        try (var store = SqliteStore.open(folder.resolve("store/state.db"));
                var connection = connect(folder.resolve("bare.db"))) {
            for (int round = 0; round < rounds; round++) {
                var began = System.nanoTime();
                bare += bareWrites(connection, round, began + turn.toNanos());
                var between = System.nanoTime();
                stored += storeWrites(store, round, writers, between + turn.toNanos());
                bareSeconds += (between - began) / 1e9;
                storeSeconds += (System.nanoTime() - between) / 1e9;
            }
        }
        figures.add("storeWritesPerSecond", Math.rint(stored / storeSeconds), "1/s");
        figures.add("storeWritesPerSecondSqliteBare", Math.rint(bare / bareSeconds), "1/s");
        figures.add("storeWriters", writers, "writers");
    }

    private static long storeWrites(SqliteStore store, int round, int writers, long until) throws IOException, InterruptedException {
        var running = new ArrayList<Future<Long>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int writer = 0; writer < writers; writer++) {
                var prefix = "/bench/objects/" + round + "-" + writer + "/";
                running.add(threads.submit(() -> write(store, prefix, MOST_WRITES / writers, until)));
            }
            long sum = 0;
            for (var one : running) {
                sum += one.get();
            }
            return sum;
        } catch (ExecutionException e) {
            throw new IOException("store: a writer failed: " + e.getCause(), e);
        }
    }

    /** Creates its keys and updates them again and again, as controllers do. */
    private static long write(SqliteStore store, String prefix, long most, long until) throws IOException {
        var revisions = new long[KEYS_A_WRITER];
        long written = 0;
        while (System.nanoTime() - until < 0 && written < most) {
            int key = (int) (written % KEYS_A_WRITER);
            var entry = revisions[key] == 0
                    ? store.create(prefix + key, StoreWrites::value)
                    : store.update(prefix + key, revisions[key], StoreWrites::value);
            revisions[key] = entry.orElseThrow(() -> new IOException(prefix + key + ": lost or changed by another")).revision();
            written++;
        }
        return written;
    }

    private static Connection connect(Path file) throws SQLException {
        var config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        var connection = config.createConnection("jdbc:sqlite:" + file);
        try (var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE object (key TEXT PRIMARY KEY, revision INTEGER NOT NULL, value BLOB NOT NULL)");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    private static long bareWrites(Connection connection, int round, long until) throws SQLException {
        long written = 0;
        try (var insert = connection.prepareStatement("INSERT OR REPLACE INTO object (key, revision, value) VALUES (?, ?, ?)")) {
            while (System.nanoTime() - until < 0 && written < MOST_WRITES) {
                insert.setString(1, "/bench/objects/" + round + "/" + written % KEYS_A_WRITER);
                insert.setLong(2, written);
                insert.setBytes(3, value(written));
                insert.executeUpdate();
                written++;
            }
        }
        return written;
    }

    private static byte[] value(long revision) {
        var value = new byte[VALUE_BYTES];
        Arrays.fill(value, (byte) ' ');
        var text = ("{\"metadata\":{\"resourceVersion\":\"" + revision + "\"}}").getBytes(StandardCharsets.UTF_8);
        System.arraycopy(text, 0, value, 0, text.length);
        return value;
    }
}
