package dev.skerry.data;

import static dev.skerry.data.DurableLogTest.append;
import static dev.skerry.data.DurableLogTest.range;
import static dev.skerry.data.Readings.BEGIN;
import static dev.skerry.data.Readings.SOON;
import static dev.skerry.data.Readings.counts;
import static dev.skerry.data.Readings.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skerry.data.Ingest.MalformedChunkException;
import dev.skerry.data.Outbox.Chunk;
import dev.skerry.data.Outbox.Range;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestStoreTest {

    private static final LogSettings SMALL = LogSettings.defaults().withSegmentBytes(4096);

    @TempDir
    Path folder;

    @Test
    void storesEachReadingOnceWhateverTheOrderRepeatsAndRestarts() throws Exception {
        for (long seed = 1; seed <= 8; seed++) {
            var random = new Random(seed);
            Path place = folder.resolve("seed-" + seed);
            try (var log = log(place, 120)) {
                // Chunks of two sizes overlap each other.
                var chunks = new ArrayList<>(chunks(log, 700));
                chunks.addAll(chunks(log, 1900));
                Collections.shuffle(chunks, random);
                var store = IngestStore.open(place.resolve("parent"));
                for (Chunk chunk : chunks) {
                    if (random.nextInt(4) == 0) {
                        byte[] torn = java.util.Arrays.copyOf(chunk.payload(), random.nextInt(chunk.payload().length));
                        var parent = store;
                        assertThatThrownBy(() -> parent.accept("plant", new Chunk(
                                chunk.epoch(), chunk.from(), chunk.to(), chunk.readings(), torn)))
                                .isInstanceOf(MalformedChunkException.class);
                    }
                    if (random.nextInt(10) == 0) {
                        store.close();
                        store = IngestStore.open(place.resolve("parent"));
                    }
                    store.accept("plant", chunk);
                }
                assertThat(store.received("plant", log.epoch()).ranges()).containsExactly(new Range(0, 120));
                assertThat(counts(store, "plant", "a")).as("seed " + seed).isEqualTo(range(0, 120));
                assertThat(store.range(key("plant", "b", "temp"), BEGIN, BEGIN.plusSeconds(999), 999))
                        .isEqualTo(log.range(key("", "b", "temp"), BEGIN, BEGIN.plusSeconds(999), 999));
                assertThat(store.downsample(key("plant", "b", "temp"), BEGIN, BEGIN.plusSeconds(120), 7))
                        .isEqualTo(log.downsample(key("", "b", "temp"), BEGIN, BEGIN.plusSeconds(120), 7));
                var total = store.counts("plant");
                assertThat(total.stored()).isEqualTo(120 * 2 * 4);
                assertThat(total.duplicates()).isEqualTo(120 * 2 * 4);
                assertThat(total.missing()).isZero();
                store.close();
            }
        }
    }

    @Test
    void refusesEveryDamagedByteAndStoresNothing() throws Exception {
        try (var log = log(folder, 6); var store = IngestStore.open(folder.resolve("parent"))) {
            var chunk = log.read(0, 10_000, SOON).orElseThrow();
            for (int i = 0; i < chunk.payload().length; i++) {
                byte[] damaged = chunk.payload().clone();
                damaged[i] ^= 0x10;
                assertThatThrownBy(() -> store.accept("plant", new Chunk(chunk.epoch(), 0, chunk.to(), 1, damaged)))
                        .isInstanceOf(MalformedChunkException.class);
            }
            assertThat(store.series(new SeriesKey("", "", "", ""), 9)).isEmpty();
            assertThat(store.received("plant", log.epoch()).ranges()).isEmpty();
        }
    }

    @Test
    void anOlderParentIsSentAgainWhatItLacks() throws Exception {
        try (var log = log(folder, 50)) {
            try (var store = IngestStore.open(folder.resolve("parent"))) {
                store.accept("plant", chunks(log, 600).getFirst());
            }
            Files.copy(folder.resolve("parent/readings.db"), folder.resolve("backup.db"));
            try (var store = IngestStore.open(folder.resolve("parent"))) {
                drain(log, store, "plant");
                log.acknowledge(store.received("plant", log.epoch()));
            }
            Files.createDirectories(folder.resolve("restored"));
            Files.copy(folder.resolve("backup.db"), folder.resolve("restored/readings.db"));
            try (var store = IngestStore.open(folder.resolve("restored"))) {
                assertThat(store.received("plant", log.epoch()).ranges()).isNotEqualTo(log.acknowledged().ranges());
                drain(log, store, "plant");
                assertThat(counts(store, "plant", "a")).isEqualTo(range(0, 50));
                assertThat(store.counts("plant").duplicates()).isZero();
            }
        }
    }

    @Test
    void aLogMadeAnewDoesNotCollideWithTheOldOne() throws Exception {
        try (var store = IngestStore.open(folder.resolve("parent"))) {
            try (var log = log(folder.resolve("first"), 5)) {
                drain(log, store, "plant");
            }
            try (var log = DurableLog.open(folder.resolve("second"), SMALL, InstantSource.fixed(BEGIN))) {
                append(log, 5, 9, "a");
                drain(log, store, "plant");
            }
            assertThat(counts(store, "plant", "a")).isEqualTo(range(0, 9));
            assertThat(store.series(new SeriesKey("plant", "", "a", "count"), 9)).hasSize(1);
            assertThat(store.series(new SeriesKey("elsewhere", "", "", ""), 9)).isEmpty();
        }
    }

    @Test
    void dropsWhatIsTooOld() throws Exception {
        try (var log = log(folder, 100);
                var store = IngestStore.open(folder.resolve("parent"), Long.MAX_VALUE, Duration.ofSeconds(40),
                        InstantSource.fixed(BEGIN.plusSeconds(100)))) {
            drain(log, store, "plant");
            store.retain();
            assertThat(counts(store, "plant", "a")).isEqualTo(range(60, 100));
        }
    }

    static void drain(Outbox log, Ingest store, String site) throws Exception {
        var plan = new UplinkPlan(log.end(), 0.8);
        var received = store.received(site, log.epoch());
        for (var next = plan.next(received, log.start(), log.end()); next.isPresent();
                next = plan.next(received, log.start(), log.end())) {
            received = store.accept(site, log.read(next.get().from(), 600, SOON).orElseThrow());
        }
    }

    private static DurableLog log(Path place, int rows) throws Exception {
        var log = DurableLog.open(place.resolve("log"), SMALL, InstantSource.fixed(BEGIN));
        append(log, 0, rows, "a", "b");
        return log;
    }

    private static List<Chunk> chunks(DurableLog log, int bytes) throws Exception {
        var chunks = new ArrayList<Chunk>();
        for (long at = 0; at < log.end(); at = chunks.getLast().to()) {
            chunks.add(log.read(at, bytes, SOON).orElseThrow());
        }
        return chunks;
    }
}
