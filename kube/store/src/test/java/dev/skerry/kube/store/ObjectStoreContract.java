package dev.skerry.kube.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skerry.kube.store.ObjectStore.Change;
import dev.skerry.kube.store.ObjectStore.CompactedException;
import dev.skerry.kube.store.ObjectStore.Entry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store promises. */
abstract class ObjectStoreContract {

    static final Duration SOON = Duration.ofSeconds(10);

    private ObjectStore store;

    @BeforeEach
    void open() throws IOException {
        store = opened();
    }

    /** The same store each time. */
    abstract ObjectStore opened() throws IOException;

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void countsEveryChangeAndComparesBeforeItSets() {
        var made = put("/a/1", "x");

        assertThat(store.create("/a/1", at("y"))).isEmpty();
        var changed = store.update("/a/1", made.revision(), at("y")).orElseThrow();
        assertThat(changed.created()).isEqualTo(made.revision());
        assertThat(changed.revision()).isGreaterThan(made.revision());
        assertThat(store.update("/a/1", made.revision(), at("z"))).isEmpty();
        assertThat(store.delete("/a/1", made.revision(), at("z"))).isEmpty();
        assertThat(store.delete("/a/1", changed.revision(), at("end"))).isPresent();
        assertThat(store.get("/a/1")).isEmpty();
        assertThat(put("/a/1", "again").created()).isGreaterThan(changed.revision());
    }

    @Test
    void writesTheRevisionIntoTheValue() {
        var made = store.create("/a", revision -> ("r" + revision).getBytes(StandardCharsets.UTF_8)).orElseThrow();

        assertThat(text(made)).isEqualTo("r" + made.revision());
    }

    @Test
    void pagesShowTheStateOfTheFirstPage() throws Exception {
        for (int i = 0; i < 5; i++) {
            put("/pods/" + i, "v" + i);
        }
        put("/podsother", "no");
        var first = store.list("/pods/", "", 2, 0);
        var second = store.get("/pods/3").orElseThrow();
        store.delete("/pods/3", second.revision(), at("gone"));
        put("/pods/31", "late");

        var rest = store.list("/pods/", first.entries().getLast().key(), 10, first.revision());

        assertThat(first.entries()).extracting(Entry::key).containsExactly("/pods/0", "/pods/1");
        assertThat(first.more()).isTrue();
        assertThat(first.remaining()).isEqualTo(3);
        assertThat(rest.entries()).extracting(Entry::key).containsExactly("/pods/2", "/pods/3", "/pods/4");
        assertThat(store.count("/pods/")).isEqualTo(5);
    }

    @Test
    void aWatchHasNoGapBetweenPastAndPresent() throws Exception {
        var writers = Executors.newVirtualThreadPerTaskExecutor();
        try (writers; var early = store.watch("/k/", 1)) {
            for (int w = 0; w < 4; w++) {
                int writer = w;
                writers.submit(() -> {
                    for (int i = 0; i < 100; i++) {
                        put("/k/" + writer + "-" + i, "v");
                    }
                });
            }
            var revisions = take(early, 50);
            try (var late = store.watch("/k/", revisions.get(9))) {
                var lateRevisions = take(late, 390);
                revisions.addAll(take(early, 350));
                assertThat(lateRevisions).isEqualTo(revisions.subList(10, 400));
            }
            assertThat(revisions).isSorted().doesNotHaveDuplicates().hasSize(400);
        }
    }

    @Test
    void aDeletionShowsTheStateBefore() throws Exception {
        var made = put("/k", "old");
        try (var watcher = store.watch("/k", made.revision())) {
            store.delete("/k", made.revision(), at("last"));
            var change = watcher.next(SOON).orElseThrow();

            assertThat(change.type()).isEqualTo(Change.Type.DELETED);
            assertThat(text(change.entry())).isEqualTo("last");
            assertThat(text(change.previous().orElseThrow())).isEqualTo("old");
        }
    }

    @Test
    void compactionKeepsThePresentAndRefusesThePast() throws Exception {
        var first = put("/k", "1");
        var second = store.update("/k", first.revision(), at("2")).orElseThrow();
        var other = put("/other", "x");
        store.compact(other.revision());
        store.update("/k", second.revision(), at("3"));

        assertThat(text(store.get("/k").orElseThrow())).isEqualTo("3");
        assertThat(store.list("/k", "", 0, other.revision()).entries()).extracting(ObjectStoreContract::text).containsExactly("2");
        assertThatThrownBy(() -> store.list("/k", "", 0, first.revision())).isInstanceOf(CompactedException.class);
        assertThatThrownBy(() -> store.watch("/k", first.revision())).isInstanceOf(CompactedException.class);
    }

    @Test
    void revisionsGoOnAfterARestartEvenIfTheNewestWasCompactedAway() throws Exception {
        var made = put("/k", "1");
        store.delete("/k", made.revision(), at("gone"));
        var newest = store.revision();
        store.compact(newest);
        store.close();
        store = opened();

        assertThat(store.revision()).isEqualTo(newest);
        assertThat(store.list("/", "", 0, 0).revision()).isEqualTo(newest);
        assertThat(put("/k", "2").revision()).isGreaterThan(newest);
    }

    @Test
    void behavesLikeAMap() throws Exception {
        var seed = new Random().nextLong();
        var random = new Random(seed);
        var model = new TreeMap<String, String>();
        var snapshots = new HashMap<Long, Map<String, String>>();
        for (int i = 0; i < 2_000; i++) {
            var key = "/m/" + random.nextInt(40);
            var present = store.get(key);
            assertThat(present.map(ObjectStoreContract::text)).as("seed %d", seed).isEqualTo(java.util.Optional.ofNullable(model.get(key)));
            var value = "v" + i;
            if (present.isEmpty()) {
                store.create(key, at(value));
                model.put(key, value);
            } else if (random.nextInt(3) == 0) {
                store.delete(key, present.get().revision(), at("gone"));
                model.remove(key);
            } else {
                store.update(key, present.get().revision(), at(value));
                model.put(key, value);
            }
            if (i % 100 == 0) {
                snapshots.put(store.revision(), Map.copyOf(model));
            }
            if (i == 1_000) {
                store.close();
                store = opened();
            }
        }
        for (var snapshot : snapshots.entrySet()) {
            var listed = new HashMap<String, String>();
            store.list("/m/", "", 0, snapshot.getKey()).entries().forEach(e -> listed.put(e.key(), text(e)));
            assertThat(listed).as("seed %d", seed).isEqualTo(snapshot.getValue());
        }
    }

    ObjectStore store() {
        return store;
    }

    Entry put(String key, String value) {
        return store.create(key, at(value)).orElseThrow();
    }

    static ObjectStore.ValueAt at(String value) {
        return revision -> value.getBytes(StandardCharsets.UTF_8);
    }

    static String text(Entry entry) {
        return new String(entry.value(), StandardCharsets.UTF_8);
    }

    static List<Long> take(ObjectStore.Watcher watcher, int count) throws Exception {
        var revisions = new ArrayList<Long>();
        while (revisions.size() < count) {
            revisions.add(watcher.next(SOON).orElseThrow().entry().revision());
        }
        return revisions;
    }
}
