package dev.skerry.fabric.hub;

import static dev.skerry.fabric.hub.UploadScene.READINGS_A_ROW;
import static dev.skerry.fabric.hub.UploadScene.SITE;
import static dev.skerry.fabric.hub.UploadScene.append;
import static dev.skerry.fabric.hub.UploadScene.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.skerry.data.DurableLog;
import dev.skerry.data.Ingest.MalformedChunkException;
import dev.skerry.data.Outbox;
import dev.skerry.data.Outbox.Chunk;
import dev.skerry.data.Outbox.Range;
import dev.skerry.data.Outbox.Received;
import dev.skerry.fabric.spoke.Uploader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The site's uploader against the parent's server and store, over a line that the tests spoil. */
class UploadTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void losesNothingAndBringsNothingTwiceHoweverTheLineBehaves(long seed) throws Exception {
        var random = new Random(seed);
        int rows = 0;
        try (var scene = new UploadScene(folder, settings())) {
            try (var uploader = scene.uploader(scene.config().withWindowBytes(64 << 10))) {
                for (int fault = 0; fault < 25; fault++) {
                    int more = random.nextInt(400);
                    if (more > 0) {
                        append(scene.log, rows, rows + more, "note", "a", "b");
                    }
                    rows += more;
                    switch (random.nextInt(6)) {
                        case 0 -> scene.line.cut();
                        case 1 -> scene.line.cutAfter(random.nextInt(40_000));
                        case 2 -> scene.line.blackhole();
                        case 3 -> scene.line.refuse();
                        case 4 -> scene.line.limit(50_000 + random.nextInt(500_000));
                        default -> scene.restartParent();
                    }
                    if (random.nextInt(3) > 0) {
                        long before = scene.store.counts(SITE).stored();
                        scene.line.forward();
                        if (uploader.state().behind() > 0) {
                            await().atMost(LONG).until(() -> scene.store.counts(SITE).stored() > before || uploader.state().behind() == 0);
                        }
                    }
                }
                scene.line.forward();
                append(scene.log, rows, rows + 1, "last", "a", "b");
                rows++;
                await().atMost(LONG).untilAsserted(() -> assertThat(uploader.state().behind()).isZero());
                assertThat(uploader.state().error()).isEmpty();
            }
            for (String device : List.of("a", "b")) {
                assertThat(scene.counts(device)).as("seed " + seed).containsExactlyElementsOf(numbers(0, rows));
                assertThat(scene.sequences(device)).containsExactlyElementsOf(numbers(1, rows + 1));
            }
            assertThat(scene.store.counts(SITE).stored()).isEqualTo((long) rows * 2 * READINGS_A_ROW);
            assertThat(scene.store.counts(SITE).missing()).isZero();
            assertThat(scene.log.acknowledged().ranges()).containsExactly(new Range(0, scene.log.end()));
        }
    }

    @Test
    void waitsWhileTheParentsDiskRefusesAndBringsAllAfterwards() throws Exception {
        try (var scene = new UploadScene(folder, settings())) {
            var asked = new CountDownLatch(3);
            scene.acceptor = chunk -> {
                asked.countDown();
                throw new IOException("no space left on device");
            };
            append(scene.log, 0, 50, "note", "a");
            try (var uploader = scene.uploader(scene.config())) {
                assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
                await().atMost(LONG).untilAsserted(() ->
                        assertThat(uploader.state().error()).contains("UNAVAILABLE: readings cannot be stored"));
                assertThat(uploader.state().behind()).isEqualTo(50);
                scene.acceptor = chunk -> scene.store.accept(SITE, chunk);
                await().atMost(LONG).untilAsserted(() -> assertThat(uploader.state().behind()).isZero());
                assertThat(uploader.state().error()).isEmpty();
                assertThat(uploader.state().readings()).isEqualTo(50 * READINGS_A_ROW);
            }
            assertThat(scene.counts("a")).containsExactlyElementsOf(numbers(0, 50));
            assertThat(scene.store.counts(SITE).duplicates()).isZero();
        }
    }

    @Test
    void bringsWhatIsNewBeforeWhatWaited() throws Exception {
        try (var scene = new UploadScene(folder, settings())) {
            append(scene.log, 0, 6_000, "n".repeat(200), "a");
            long liveFrom = scene.log.end();
            var order = new CopyOnWriteArrayList<Range>();
            scene.acceptor = chunk -> {
                order.add(new Range(chunk.from(), chunk.to()));
                return scene.store.accept(SITE, chunk);
            };
            scene.line.limit(400_000);
            try (var uploader = scene.uploader(scene.config())) {
                await().atMost(LONG).until(() -> !order.isEmpty());
                append(scene.log, 6_000, 6_001, "live", "a");
                await().atMost(LONG).until(() -> order.stream().anyMatch(r -> r.from() >= liveFrom));
                assertThat(order.getLast().to() == liveFrom).as("the backlog was through first: " + order).isFalse();
                scene.line.forward();
                await().atMost(LONG).untilAsserted(() -> assertThat(uploader.state().behind()).isZero());
            }
            assertThat(order.getLast().to()).isEqualTo(liveFrom);
            assertThat(scene.counts("a")).containsExactlyElementsOf(numbers(0, 6_001));
            assertThat(scene.store.counts(SITE).duplicates()).isZero();
        }
    }

    /** Several chunks are on the way at once, but never more than the window. */
    @Test
    void keepsTheWindowWhileTheParentIsSlow() throws Exception {
        int window = 256 << 10;
        try (var scene = new UploadScene(folder, settings())) {
            append(scene.log, 0, 4_000, "n".repeat(1_000), "a");
            var go = new CountDownLatch(1);
            scene.acceptor = chunk -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return scene.store.accept(SITE, chunk);
            };
            try (var uploader = scene.uploader(scene.config().withWindowBytes(window))) {
                await().atMost(LONG).until(() -> scene.line.forwarded() > window * 3 / 4);
                await().during(Duration.ofMillis(300)).atMost(LONG)
                        .until(() -> scene.line.forwarded() < window + (32 << 10));
                go.countDown();
                await().atMost(LONG).untilAsserted(() -> assertThat(uploader.state().behind()).isZero());
            }
            assertThat(scene.counts("a")).containsExactlyElementsOf(numbers(0, 4_000));
        }
    }

    @Test
    void bringsABatchThatIsBiggerThanAFrameAndThanTheWindow() throws Exception {
        try (var scene = new UploadScene(folder, settings().withPendingBytes(32 << 20))) {
            append(scene.log, 0, 1, "n".repeat(3 << 20), "a");
            append(scene.log, 1, 2, "small", "a");
            try (var uploader = scene.uploader(scene.config().withWindowBytes(64 << 10))) {
                await().atMost(LONG).untilAsserted(() -> assertThat(uploader.state().behind()).isZero());
            }
            assertThat(scene.counts("a")).containsExactly(0L, 1L);
        }
    }

    @Test
    void saysWhatHistoryDroppedBeforeItWasSent() throws Exception {
        try (var scene = new UploadScene(folder, settings().withSegmentBytes(4096).withRetention(16_384, Duration.ofDays(9)))) {
            append(scene.log, 0, 2_000, "note", "a");
            await().atMost(LONG).until(() -> {
                append(scene.log, 2_000, 2_001, "note", "b");
                return scene.log.start() > 0;
            });
            try (var uploader = scene.uploader(scene.config())) {
                await().atMost(LONG).untilAsserted(() -> assertThat(uploader.state().behind()).isZero());
                assertThat(uploader.state().lost()).isPositive().isLessThanOrEqualTo(scene.log.start());
                assertThat(scene.notices).anySatisfy(n ->
                        assertThat(n).matches("readings: history dropped \\d+ records before the parent had them .*"));
            }
            var counts = scene.counts("a");
            assertThat(counts).containsExactlyElementsOf(numbers(2_000 - counts.size(), 2_000));
        }
    }

    @Test
    void movesToARenewedCertificateAndAnotherPortWithoutSendingTwice() throws Exception {
        try (var scene = new UploadScene(folder, settings())) {
            append(scene.log, 0, 3_000, "n".repeat(100), "a");
            try (var uploader = Uploader.start(scene.config())) {
                for (int i = 0; i < 6; i++) {
                    int port = i % 2 == 0 ? scene.line.port() : scene.server().port();
                    long before = uploader.state().readings();
                    uploader.channel(scene.channel(port));
                    append(scene.log, 3_000 + i, 3_001 + i, "note", "a");
                    await().atMost(LONG).until(() -> uploader.state().readings() > before);
                }
                await().atMost(LONG).untilAsserted(() -> assertThat(uploader.state().behind()).isZero());
                uploader.noChannel();
                await().atMost(LONG).until(() -> !uploader.state().connected());
                assertThat(uploader.state().error()).isEmpty();
                await().atMost(LONG).until(() -> scene.server().streams() == 0);
            }
            assertThat(scene.counts("a")).containsExactlyElementsOf(numbers(0, 3_006));
            assertThat(scene.store.counts(SITE).duplicates()).isZero();
        }
    }

    @Test
    void leavesOutARecordThatTheParentRefusesAndSaysSo() throws Exception {
        try (var scene = new UploadScene(folder, settings())) {
            scene.acceptor = chunk -> {
                if (chunk.from() <= 70 && 70 < chunk.to()) {
                    throw new MalformedChunkException("chunk.payload: not to our taste");
                }
                return scene.store.accept(SITE, chunk);
            };
            append(scene.log, 0, 200, "note", "a");
            try (var uploader = scene.uploader(scene.config())) {
                await().atMost(LONG).until(() -> uploader.state().behind() == 1);
                append(scene.log, 200, 201, "note", "a");
                await().atMost(LONG).until(() -> scene.counts("a").contains(200L));
            }
            var expected = new java.util.ArrayList<>(numbers(0, 201));
            expected.remove(70);
            assertThat(scene.counts("a")).containsExactlyElementsOf(expected);
            assertThat(scene.notices).singleElement().satisfies(n ->
                    assertThat(n).contains("record 70 is refused by the parent", "not to our taste"));
        }
    }

    @Test
    void beginsAnewWhenTheLogWasMadeAnew() throws Exception {
        try (var scene = new UploadScene(folder, settings());
                var other = DurableLog.open(folder.resolve("other"), settings(), InstantSource.system())) {
            append(scene.log, 0, 30, "note", "a");
            append(other, 30, 40, "note", "a");
            var outbox = new Exchanged(scene.log);
            try (var uploader = scene.uploader(scene.config(outbox))) {
                await().atMost(LONG).until(() -> uploader.state().behind() == 0);
                outbox.log = other;
                await().atMost(LONG).untilAsserted(() -> assertThat(scene.counts("a")).hasSize(40));
            }
            assertThat(other.acknowledged().ranges()).containsExactly(new Range(0, 10));
        }
    }

    @Test
    void saysThatAnotherAuthoritySignedTheParent() throws Exception {
        try (var scene = new UploadScene(folder, settings()); var other = new UploadScene(folder.resolve("other"), settings())) {
            append(scene.log, 0, 1, "note", "a");
            scene.line.redirect(other.server().port());
            try (var uploader = scene.uploader(scene.config())) {
                await().atMost(LONG).untilAsserted(() -> assertThat(uploader.state().error()).contains("parent: its certificate is not signed by its authority"));
                assertThat(uploader.state().connected()).isFalse();
            }
            assertThat(other.counts("a")).isEmpty();
        }
    }

    @Test
    void passesOverWhatTheDiskCannotReadAndSaysSo() throws Exception {
        try (var scene = new UploadScene(folder, settings())) {
            append(scene.log, 0, 200, "note", "a");
            var outbox = new Exchanged(scene.log);
            outbox.damaged = 100;
            try (var uploader = scene.uploader(scene.config(outbox))) {
                await().atMost(LONG).until(() -> scene.counts("a").contains(199L));
                await().atMost(LONG).until(() -> uploader.state().behind() == 64);
            }
            assertThat(scene.counts("a")).containsAll(numbers(0, 100)).containsAll(numbers(164, 200)).hasSize(136);
            assertThat(scene.notices).singleElement().satisfies(n -> assertThat(n).contains("from 100 cannot be read", "bad sector"));
        }
    }

    /** Positions that the parent has already cannot be used again: say so, and leap over them as soon as the log is opened again. */
    @Test
    void saysThatTheLogIsOlderThanWhatTheParentHolds() throws Exception {
        Path place = folder.resolve("older");
        try (var scene = new UploadScene(folder, settings())) {
            try (var log = DurableLog.open(place, settings(), InstantSource.system())) {
                append(log, 0, 50, "note", "a");
            }
            Path copy = folder.resolve("copy");
            Files.createDirectories(copy);
            try (var files = Files.list(place)) {
                for (Path file : files.toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
            try (var log = DurableLog.open(place, settings(), InstantSource.system())) {
                append(log, 50, 100, "note", "a");
                try (var uploader = scene.uploader(scene.config(log))) {
                    await().atMost(LONG).untilAsserted(() -> assertThat(scene.counts("a")).hasSize(100));
                }
            }
            try (var log = DurableLog.open(copy, settings(), InstantSource.system());
                    var uploader = scene.uploader(scene.config(log))) {
                await().atMost(LONG).untilAsserted(() -> assertThat(scene.notices).singleElement()
                        .satisfies(n -> assertThat(n).contains("up to position 100, but it ends at 50")));
                await().atMost(LONG).until(() -> uploader.state().connected());
            }
            try (var log = DurableLog.open(copy, settings(), InstantSource.system());
                    var uploader = scene.uploader(scene.config(log))) {
                append(log, 200, 210, "note", "a");
                await().atMost(LONG).untilAsserted(() -> assertThat(scene.counts("a")).hasSize(110));
            }
            assertThat(scene.counts("a")).containsAll(numbers(0, 100)).containsAll(numbers(200, 210));
        }
    }

    private static List<Long> numbers(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    /** An outbox whose log is exchanged under it, or has a record that cannot be read. */
    private static final class Exchanged implements Outbox {
        volatile DurableLog log;
        volatile long damaged = -1;

        Exchanged(DurableLog log) {
            this.log = log;
        }

        @Override
        public String epoch() {
            return log.epoch();
        }

        @Override
        public long end() {
            return log.end();
        }

        @Override
        public boolean settle(Duration timeout) throws InterruptedException {
            return log.settle(timeout);
        }

        @Override
        public long start() {
            return log.start();
        }

        @Override
        public Optional<Chunk> read(long from, int maxBytes, Duration wait) throws IOException, InterruptedException {
            return log.read(from, maxBytes, wait);
        }

        @Override
        public Optional<Chunk> read(Range stretch, int maxBytes) throws IOException {
            long end = stretch.from() <= damaged ? Math.min(stretch.to(), damaged) : stretch.to();
            if (end == stretch.from()) {
                throw new IOException("bad sector");
            }
            return log.read(new Range(stretch.from(), end), maxBytes);
        }

        @Override
        public void acknowledge(Received received) throws IOException {
            log.acknowledge(received);
        }

        @Override
        public Received acknowledged() {
            return log.acknowledged();
        }
    }
}
