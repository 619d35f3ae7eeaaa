package dev.skerry.data;

import static dev.skerry.data.Readings.BEGIN;
import static dev.skerry.data.Readings.SOON;
import static dev.skerry.data.Readings.batch;
import static dev.skerry.data.Readings.counts;
import static dev.skerry.data.Readings.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.skerry.data.Outbox.Range;
import dev.skerry.data.Outbox.Received;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableLogTest {

    private static final LogSettings SMALL = LogSettings.defaults().withSegmentBytes(2048);

    @TempDir
    Path folder;

    private Instant now = BEGIN;
    private final InstantSource clock = () -> now;

    @Test
    void answersHistoryOfAllTypesAfterARestart() throws Exception {
        String epoch;
        try (var log = open(SMALL)) {
            epoch = log.epoch();
            append(log, 0, 100, "a", "b");
        }
        try (var log = open(SMALL)) {
            assertThat(log.epoch()).isEqualTo(epoch);
            assertThat(log.end()).isEqualTo(100);
            assertThat(counts(log, "", "a")).isEqualTo(range(0, 100));
            var temps = log.range(key("", "b", "temp"), BEGIN.plusSeconds(2), BEGIN.plusSeconds(5), 10);
            assertThat(temps).containsExactly(
                    new History.Point(BEGIN.plusSeconds(2), 3, 20.5, Quality.GOOD),
                    new History.Point(BEGIN.plusSeconds(3), 4, "", Quality.BAD),
                    new History.Point(BEGIN.plusSeconds(4), 5, 21.0, Quality.GOOD));
            assertThat(log.range(key("", "a", "mode"), BEGIN, BEGIN.plusSeconds(1), 10).getFirst().value()).isEqualTo("auto");
            assertThat(log.range(key("", "a", "on"), BEGIN, BEGIN.plusSeconds(1), 10).getFirst().value()).isEqualTo(true);
            assertThat(log.series(key("", "a", ""), 10)).hasSize(4)
                    .allSatisfy(s -> assertThat(s.sequence()).isEqualTo(100));
        }
    }

    @Test
    void numbersGoOnAfterARestartAndAfterRetentionDroppedTheSeries() throws Exception {
        try (var log = open(SMALL)) {
            append(log, 0, 50, "old");
            append(log, 0, 500, "other");
        }
        try (var log = open(SMALL.withRetention(4096, Duration.ofDays(9)))) {
            append(log, 500, 900, "other");
            await().untilAsserted(() -> assertThat(counts(log, "", "old")).isEmpty());
        }
        try (var log = open(SMALL)) {
            assertThat(log.start()).isPositive();
            append(log, 50, 51, "old");
            assertThat(log.range(key("", "old", "count"), BEGIN, BEGIN.plusSeconds(999), 9))
                    .extracting(History.Point::sequence).containsExactly(51L);
            assertThat(log.end()).isEqualTo(951);
        }
    }

    @Test
    void settlesWhatWasAppendedBefore() throws Exception {
        try (var log = open(SMALL)) {
            for (int i = 0; i < 20; i++) {
                log.append(batch(i, "a"));
                assertThat(log.settle(SOON)).isTrue();
                assertThat(log.end()).isEqualTo(i + 1);
            }
        }
    }

    @Test
    void dropsHistoryThatIsTooOldAndSaysSo() throws Exception {
        var notices = new ArrayList<String>();
        try (var log = DurableLog.open(folder, SMALL, clock, notices::add)) {
            append(log, 0, 200, "a");
        }
        now = BEGIN.plus(Duration.ofDays(31));
        try (var log = DurableLog.open(folder, SMALL, clock, notices::add)) {
            append(log, 200, 201, "a");
        }
        try (var log = open(SMALL)) {
            assertThat(log.start()).isEqualTo(200);
            assertThat(notices).anySatisfy(n -> assertThat(n).contains("dropped positions 0 to"));
        }
    }

    @Test
    void servesOnlyWhatIsDurableAndWaitsForIt() throws Exception {
        try (var log = open(LogSettings.defaults().withSync(Duration.ofHours(1), 1 << 20))) {
            log.append(batch(0, "a"));
            assertThat(log.read(0, 1000, Duration.ZERO)).isEmpty();
            assertThat(log.range(key("", "a", "count"), BEGIN, BEGIN.plusSeconds(9), 9)).isEmpty();
            assertThat(log.awaitDurable(1, SOON)).isTrue();
            var chunk = log.read(0, 1000, SOON).orElseThrow();
            assertThat(chunk.from()).isZero();
            assertThat(chunk.to()).isEqualTo(1);
            assertThat(chunk.readings()).isEqualTo(4);
        }
    }

    @Test
    void cutsChunksThatCoverEveryPositionOnce() throws Exception {
        try (var log = open(SMALL)) {
            append(log, 0, 300, "a", "b", "c");
            long at = 0;
            int readings = 0;
            while (at < log.end()) {
                var chunk = log.read(at, 500, SOON).orElseThrow();
                assertThat(chunk.from()).isEqualTo(at);
                assertThat(chunk.to()).isGreaterThan(at);
                readings += chunk.readings();
                at = chunk.to();
            }
            assertThat(at).isEqualTo(300);
            assertThat(readings).isEqualTo(300 * 3 * 4);
        }
    }

    /** What follows may be on its way already: a chunk that ran into it would bring it twice. */
    @Test
    void cutsNoChunkBeyondTheStretchThatWasAskedFor() throws Exception {
        try (var log = open(SMALL)) {
            append(log, 0, 300, "a");
            for (var stretch = new Range(40, 43); stretch.from() < stretch.to(); ) {
                var chunk = log.read(stretch, 1 << 20).orElseThrow();
                assertThat(chunk.from()).isEqualTo(stretch.from());
                assertThat(chunk.to()).isBetween(stretch.from() + 1, stretch.to());
                stretch = new Range(chunk.to(), stretch.to());
            }
            assertThat(log.read(new Range(40, 43), 1).orElseThrow().to()).isEqualTo(41);
            assertThat(log.read(new Range(300, 310), 1000)).isEmpty();
        }
    }

    @Test
    void keepsWhatWasAcknowledged() throws Exception {
        Received received;
        try (var log = open(SMALL)) {
            append(log, 0, 20, "a");
            received = new Received(log.epoch(), List.of(new Range(0, 5), new Range(7, 20)));
            log.acknowledge(received);
            assertThatThrownBy(() -> log.acknowledge(new Received("other", List.of()))).hasMessageContaining("epoch: other");
        }
        try (var log = open(SMALL)) {
            assertThat(log.acknowledged()).isEqualTo(received);
        }
    }

    @Test
    void downsamplesAndShowsGapsAsGaps() throws Exception {
        try (var log = open(SMALL)) {
            append(log, 0, 10, "a");
            append(log, 20, 30, "a");
            var buckets = log.downsample(key("", "a", "count"), BEGIN, BEGIN.plusSeconds(30), 3);
            assertThat(buckets).extracting(History.Bucket::count).containsExactly(10L, 0L, 10L);
            assertThat(buckets.get(2)).isEqualTo(
                    new History.Bucket(BEGIN.plusSeconds(20), 10, 20, 29, 20, 29, 24.5, false));
            assertThat(buckets.get(1).mean()).isNaN();
        }
    }

    @Test
    void takesEveryBatchOfTheBus() throws Exception {
        try (var bus = new LocalBus(); var log = open(SMALL); var subscription = log.attach(bus)) {
            bus.publish(batch(0, "a"));
            bus.publish(batch(1, "a"));
            assertThat(log.awaitDurable(2, SOON)).isTrue();
            assertThat(counts(log, "", "a")).containsExactly(0L, 1L);
            assertThat(subscription.dropped()).isZero();
        }
    }

    private DurableLog open(LogSettings settings) throws Exception {
        return DurableLog.open(folder, settings, clock);
    }

    static void append(DurableLog log, int from, int to, String... devices) throws Exception {
        long end = 0;
        for (int n = from; n < to; n++) {
            end = log.append(batch(n, devices));
        }
        assertThat(log.awaitDurable(end, SOON)).isTrue();
    }

    static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    static List<Path> segments(Path folder) throws Exception {
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".log")).sorted().toList();
        }
    }
}
