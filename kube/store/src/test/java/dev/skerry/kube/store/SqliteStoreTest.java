package dev.skerry.kube.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest extends ObjectStoreContract {

    private static final String LEASE = "/coordination.k8s.io/leases/kube-node-lease/n1";

    @TempDir
    Path folder;

    @Override
    ObjectStore opened() throws IOException {
        return SqliteStore.open(folder.resolve("kube/state.db"));
    }

    @Test
    void aRenewalIsSeenByAllButDoesNotReachTheTable() throws Exception {
        var made = store().create(LEASE, lease("a", 1)).orElseThrow();
        var watcher = store().watch("/coordination.k8s.io/leases/", made.revision());
        var renewed = store().update(LEASE, made.revision(), lease("a", 2)).orElseThrow();
        var other = put("/pods/1", "x");
        var again = store().update(LEASE, renewed.revision(), lease("a", 3)).orElseThrow();

        try (watcher; var late = store().watch(LEASE, renewed.revision())) {
            assertThat(take(watcher, 2)).containsExactly(renewed.revision(), again.revision());
            assertThat(take(late, 1)).containsExactly(again.revision());
        }
        assertThat(text(store().get(LEASE).orElseThrow())).isEqualTo(text(again));
        assertThat(store().list("/coordination.k8s.io/leases/", "", 0, 0).entries()).extracting(ObjectStoreContract::text).containsExactly(text(again));
        assertThat(store().list("/", "", 1, 0).revision()).isEqualTo(again.revision());
        assertThat(store().update(LEASE, renewed.revision(), lease("a", 4))).as("an old revision").isEmpty();
        assertThat(rows()).isEqualTo(2);
        assertThat(other.revision()).isBetween(renewed.revision(), again.revision());
        assertThat(store().delete(LEASE, again.revision(), lease("a", 3))).isPresent();
        assertThat(store().get(LEASE)).isEmpty();
    }

    @Test
    void aCrashForgetsRenewalsButNeitherHoldersNorRevisions() throws Exception {
        var made = store().create(LEASE, lease("a", 1)).orElseThrow();
        var taken = store().update(LEASE, made.revision(), lease("b", 1)).orElseThrow();
        var renewed = store().update(LEASE, taken.revision(), lease("b", 2)).orElseThrow();
        var copy = folder.resolve("crashed/state.db");
        Files.createDirectories(copy.getParent());
        // What a crash would leave: the files as they are now.
        for (var suffix : List.of("", "-wal")) {
            Files.copy(Path.of(folder.resolve("kube/state.db") + suffix), Path.of(copy + suffix));
        }
        try (var after = SqliteStore.open(copy); var watcher = after.watch(LEASE, renewed.revision())) {
            var found = after.get(LEASE).orElseThrow();
            assertThat(text(found)).contains("holder\":\"b\"").contains("00:00:01").contains("\"resourceVersion\":\"" + found.revision() + "\"");
            assertThat(found.revision()).isGreaterThan(renewed.revision());
            assertThat(take(watcher, 1)).containsExactly(found.revision());
            assertThat(found.created()).isEqualTo(made.revision());
        }
    }

    @Test
    void aCleanEndForgetsNothing() throws Exception {
        var made = store().create(LEASE, lease("a", 1)).orElseThrow();
        var renewed = store().update(LEASE, made.revision(), lease("a", 2)).orElseThrow();
        store().close();
        try (var after = opened()) {
            assertThat(after.get(LEASE).orElseThrow().revision()).isEqualTo(renewed.revision());
            assertThat(text(after.get(LEASE).orElseThrow())).isEqualTo(text(renewed));
            assertThat(after.revision()).isEqualTo(renewed.revision());
        }
    }

    @Test
    void aRestoredBackupGoesOnBehindAllThatWasSeen() throws Exception {
        var kept = put("/a", "1");
        put("/forgotten", "x");
        var file = folder.resolve("kube/state.db");
        var copy = folder.resolve("copy.db");
        SqliteBackup.take(file, copy);
        put("/b", "after the backup");
        var seen = store().revision();
        store().close();

        SqliteBackup.restore(copy, file, List.of("/forgotten"));

        try (var again = opened()) {
            assertThat(again.list("/", "", 0, 0).entries()).extracting(ObjectStore.Entry::key).containsExactly("/a");
            assertThat(again.get("/a").orElseThrow().revision()).isEqualTo(kept.revision());
            assertThat(again.revision()).isGreaterThan(seen);
            assertThatThrownBy(() -> again.watch("/", seen)).isInstanceOf(ObjectStore.CompactedException.class);
            assertThat(again.create("/c", at("new")).orElseThrow().revision()).isGreaterThan(seen);
        }
        assertThat(SqliteBackup.check(file)).isEmpty();
        assertThatThrownBy(() -> SqliteBackup.take(file, copy)).hasMessageContaining("exists");
    }

    private long rows() throws Exception {
        try (var session = SqliteConnections.connect(folder.resolve("kube/state.db"), true)) {
            return session.number("SELECT count(*) FROM state");
        }
    }

    private static ObjectStore.ValueAt lease(String holder, int second) {
        return revision -> ("{\"metadata\":{\"resourceVersion\":\"" + revision + "\"},\"holder\":\"" + holder + "\",\"renewTime\":\"2026-11-24T00:00:0" + second + ".000000Z\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void saysWhichFileIsDamaged() throws Exception {
        var file = folder.resolve("damaged.db");
        Files.writeString(file, "this is not a database, it is a text that is long enough to be taken for a header of one");

        assertThatThrownBy(() -> SqliteStore.open(file)).isInstanceOf(IOException.class).hasMessageContaining("damaged.db").hasMessageContaining("skerry restore");
    }

    /** Writes until it is killed, and prints what was acknowledged. */
    static final class Writer {
        public static void main(String[] args) throws Exception {
            try (var store = SqliteStore.open(Path.of(args[0])); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int t = 0; t < 8; t++) {
                    int thread = t;
                    threads.submit(() -> {
                        for (int i = 0; ; i++) {
                            var key = "/w/" + thread + "/" + i;
                            store.create(key, r -> key.getBytes(StandardCharsets.UTF_8));
                            synchronized (System.out) {
                                System.out.println(key);
                            }
                        }
                    });
                }
            }
        }
    }

    @Test
    void nothingAcknowledgedIsLostWhenItsProcessIsKilled() throws Exception {
        var file = folder.resolve("killed.db");
        var output = folder.resolve("acknowledged");
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
                        "-cp", System.getProperty("java.class.path"), Writer.class.getName(), file.toString())
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> Files.readAllLines(output).size() > 500);
        } finally {
            process.destroyForcibly().waitFor();
        }
        var acknowledged = Files.readAllLines(output).stream().filter(l -> l.matches("/w/\\d+/\\d+")).toList();

        try (var again = SqliteStore.open(file)) {
            // The last line may have been cut off.
            for (var key : acknowledged.subList(0, acknowledged.size() - 1)) {
                assertThat(again.get(key)).as(key).isPresent();
            }
            assertThat(again.count("/w/")).isGreaterThanOrEqualTo(acknowledged.size() - 1);
        }
    }
}
