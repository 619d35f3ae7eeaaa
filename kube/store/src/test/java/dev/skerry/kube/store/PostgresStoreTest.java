package dev.skerry.kube.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.skerry.testkit.FaultProxy;
import dev.skerry.testkit.PostgresServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Over a real PostgreSQL; each test has a schema of its own. */
class PostgresStoreTest extends ObjectStoreContract {

    private static final AtomicInteger SCHEMAS = new AtomicInteger();
    private static PostgresServer server;

    private final String schema = "test_" + SCHEMAS.incrementAndGet();

    @BeforeAll
    static void startServer() throws IOException {
        assumeTrue(PostgresServer.present(), "no PostgreSQL on this machine (expected: Debian's package postgresql)");
        server = PostgresServer.start();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    ObjectStore opened() throws IOException {
        return PostgresStore.open(settings(server.url()));
    }

    private PostgresSettings settings(String url) {
        return new PostgresSettings(url, PostgresServer.USER, Optional.of(server.passwordFile()), schema);
    }

    @Test
    void replicasShareOneOrderOfChanges() throws Exception {
        try (var other = opened(); var here = store().watch("/k/", 1); var there = other.watch("/k/", 1);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int w = 0; w < 8; w++) {
                var writer = w;
                var replica = w % 2 == 0 ? store() : other;
                threads.submit(() -> {
                    for (int i = 0; i < 100; i++) {
                        var key = "/k/" + writer + "-" + i;
                        var made = replica.create(key, at("v")).orElseThrow();
                        // Whoever asks the other one right after the answer sees it.
                        assertThat((replica == other ? store() : other).get(key)).isPresent();
                        assertThat(store().list("/k/", "", 1, 0).revision()).isGreaterThanOrEqualTo(made.revision());
                    }
                    return null;
                });
            }
            var seen = take(here, 800);
            assertThat(seen).isSorted().doesNotHaveDuplicates();
            assertThat(take(there, 800)).isEqualTo(seen);
        }
    }

    @Test
    void onlyOneOfTwoReplicasWinsACompareAndSet() throws Exception {
        var made = put("/k", "0");
        try (var other = opened()) {
            assertThat(other.update("/k", made.revision(), at("theirs"))).isPresent();
            assertThat(store().update("/k", made.revision(), at("ours"))).isEmpty();
            assertThat(text(store().get("/k").orElseThrow())).isEqualTo("theirs");
        }
    }

    @Test
    void goesOnAfterTheDatabaseWasKilledAndHasLostNothing() throws Exception {
        var acknowledged = new ConcurrentLinkedQueue<String>();
        var stop = new AtomicBoolean();
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        try (threads; var watcher = store().watch("/w/", store().revision())) {
            for (int t = 0; t < 4; t++) {
                var thread = t;
                threads.submit(() -> {
                    for (int i = 0; !stop.get(); i++) {
                        try {
                            store().create("/w/" + thread + "/" + i, at("v")).ifPresent(e -> acknowledged.add(e.key()));
                        } catch (StoreException e) {
                            // Refused, or in doubt: not acknowledged.
                            Thread.onSpinWait();
                        }
                    }
                });
            }
            await().atMost(SOON).until(() -> acknowledged.size() > 100);
            server.kill();
            server.restart();
            var before = acknowledged.size();
            await().atMost(SOON.multipliedBy(3)).until(() -> acknowledged.size() > before + 100);
            stop.set(true);
            threads.shutdown();
            // The writes on their way are acknowledged too, and belong into the list below.
            assertThat(threads.awaitTermination(SOON.multipliedBy(3).toSeconds(), TimeUnit.SECONDS)).isTrue();
            var keys = new ArrayList<String>();
            var last = store().list("/w/", "", 0, 0);
            while (keys.size() < last.entries().size()) {
                keys.add(watcher.next(SOON).orElseThrow().entry().key());
            }
            assertThat(keys).doesNotHaveDuplicates().containsAll(acknowledged);
            assertThat(last.entries()).extracting(ObjectStore.Entry::key).containsAll(acknowledged).hasSameSizeAs(keys);
        } finally {
            stop.set(true);
        }
    }

    /** The line breaks at any moment, also between a commit and its answer: each change is made once or not at all, and said rightly. */
    @Test
    void aCommitWhoseAnswerIsLostIsLookedUp() throws Exception {
        try (var line = FaultProxy.to(server.port());
                var far = PostgresStore.open(settings("postgresql://127.0.0.1:" + line.port() + "/postgres"));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var stop = new AtomicBoolean();
            var counted = threads.submit(() -> {
                var done = 0;
                for (int i = 0; i < 60; i++) {
                    var key = "/once/" + i;
                    try {
                        if (far.create(key, at("v")).isPresent()) {
                            done++;
                        } else {
                            return -1;
                        }
                    } catch (StoreException.Unknown e) {
                        done += store().get(key).isPresent() ? 1 : 0;
                    } catch (StoreException e) {
                        if (store().get(key).isPresent()) {
                            return -2;
                        }
                    }
                }
                stop.set(true);
                return done;
            });
            var random = new Random();
            await().pollInterval(Duration.ofMillis(50)).atMost(SOON.multipliedBy(6)).until(() -> {
                line.cutAfter(random.nextLong(6_000));
                return stop.get() || counted.isDone();
            });
            assertThat(counted.get()).isPositive().isEqualTo((int) store().count("/once/"));
            assertThat(List.copyOf(store().list("/once/", "", 0, 0).entries())).hasSize(counted.get());
        }
    }

    @Test
    void saysWhatItCannotReach() {
        assertThatThrownBy(() -> PostgresStore.open(new PostgresSettings(server.url(), "nobody_knows", Optional.of(server.passwordFile()), "skerry")))
                .isInstanceOf(IOException.class).hasMessageContaining("api.store.postgresql: nobody_knows at postgresql://127.0.0.1").hasMessageNotContaining("of-a-test");
    }
}
