package dev.skerry.data;

import static dev.skerry.data.DurableLogTest.append;
import static dev.skerry.data.DurableLogTest.range;
import static dev.skerry.data.DurableLogTest.segments;
import static dev.skerry.data.Readings.BEGIN;
import static dev.skerry.data.Readings.SOON;
import static dev.skerry.data.Readings.batch;
import static dev.skerry.data.Readings.counts;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFaultTest {

    private static final LogSettings SMALL = LogSettings.defaults().withSegmentBytes(2048);

    @TempDir
    Path folder;

    @Test
    void aTornEndCostsOnlyWhatWasTornAtEveryByte() throws Exception {
        Path origin = folder.resolve("origin");
        try (var log = open(origin, LogSettings.defaults())) {
            append(log, 0, 8, "a");
        }
        Path file = segments(origin).getFirst();
        byte[] whole = Files.readAllBytes(file);
        long last = 0;
        for (int length = 0; length <= whole.length; length++) {
            Path torn = folder.resolve("torn-" + length);
            Files.createDirectories(torn);
            Files.copy(origin.resolve("epoch"), torn.resolve("epoch"));
            Files.write(torn.resolve(file.getFileName()), Arrays.copyOf(whole, length));
            try (var log = open(torn, LogSettings.defaults())) {
                long end = log.end();
                assertThat(end).isBetween(last, last + 1);
                assertThat(counts(log, "", "a")).isEqualTo(range(0, end));
                last = end;
                if (length % 16 == 0) {
                    append(log, (int) end, (int) end + 1, "a");
                    assertThat(counts(log, "", "a")).isEqualTo(range(0, end + 1));
                }
            }
        }
        assertThat(last).isEqualTo(8);
    }

    @Test
    void damageInTheMiddleCostsOneRecordAndIsReported() throws Exception {
        try (var log = open(folder, SMALL)) {
            append(log, 0, 200, "a");
            // Each of these is a slab of its own, and may open a segment.
            append(log, 200, 210, "a");
        }
        Path damaged = segments(folder).getFirst();
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[bytes.length / 2] ^= 1;
        Files.write(damaged, bytes);

        var notices = new ArrayList<String>();
        try (var log = DurableLog.open(folder, SMALL, InstantSource.fixed(BEGIN), notices::add)) {
            assertThat(log.end()).isEqualTo(210);
            assertThat(counts(log, "", "a")).hasSize(209).startsWith(0L).endsWith(209L);
            assertThat(notices).anySatisfy(n -> assertThat(n).contains("damaged, set aside"));
            assertThat(Path.of(damaged + ".damaged")).exists();
            try (var store = IngestStore.open(folder.resolve("parent"))) {
                IngestStoreTest.drain(log, store, "plant");
                assertThat(store.counts("plant").missing()).isEqualTo(4);
            }
        }
    }

    @Test
    void aFullDiskCostsTheOldestHistoryAndNeverThrows() throws Exception {
        var failures = new AtomicInteger();
        var notices = new CopyOnWriteArrayList<String>();
        LogWriter.Gate gate = bytes -> {
            if (failures.getAndDecrement() > 0) {
                throw new IOException("No space left on device");
            }
        };
        try (var log = DurableLog.open(folder, SMALL, InstantSource.fixed(BEGIN), notices::add, gate)) {
            append(log, 0, 300, "a");
            failures.set(2);
            append(log, 300, 310, "a");
            var kept = counts(log, "", "a");
            assertThat(kept).isEqualTo(range(kept.getFirst(), 310));
            assertThat(kept.getFirst()).isPositive();
            assertThat(notices).anySatisfy(n -> assertThat(n).contains("No space left"))
                    .anySatisfy(n -> assertThat(n).contains("the disk cannot take more"));
        }
    }

    @Test
    void aDiskThatTakesNothingCostsNewBatchesAndSaysSo() throws Exception {
        var notices = new CopyOnWriteArrayList<String>();
        LogWriter.Gate gate = bytes -> {
            throw new IOException("No space left on device");
        };
        try (var log = DurableLog.open(folder, SMALL.withPendingBytes(2048), InstantSource.fixed(BEGIN), notices::add, gate)) {
            long answer = 0;
            for (int n = 0; n < 1000 && answer >= 0; n++) {
                answer = log.append(batch(n, "a"));
            }
            assertThat(answer).isEqualTo(-1);
            assertThat(log.dropped()).isEqualTo(1);
            assertThat(log.awaitDurable(answer, SOON)).isFalse();
            assertThat(log.end()).isZero();
            assertThat(notices).anySatisfy(n -> assertThat(n).contains("new readings are dropped"));
        }
    }

    /** The child says what is durable; what it said before it was killed must be there. */
    @Test
    void nothingDurableIsLostByAKill() throws Exception {
        long reached = 0;
        for (int round = 0; round < 2; round++) {
            var child = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(),
                    "-cp", System.getProperty("java.class.path"), Writer.class.getName(), folder.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            try (var said = new BufferedReader(new InputStreamReader(child.getInputStream()))) {
                for (int line = 0; line < 40; line++) {
                    reached = Long.parseLong(said.readLine());
                }
                child.destroyForcibly();
            } finally {
                child.destroyForcibly();
                assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
            }
            try (var log = open(folder, SMALL)) {
                assertThat(log.end()).isGreaterThanOrEqualTo(reached);
                assertThat(counts(log, "", "a")).isEqualTo(range(0, log.end()));
            }
        }
    }

    /** Appends without end and prints each position that is durable. */
    static final class Writer {
        public static void main(String[] args) throws Exception {
            try (var log = open(Path.of(args[0]), SMALL)) {
                long next = log.end();
                while (true) {
                    long position = 0;
                    for (int i = 0; i < 5; i++) {
                        position = log.append(batch((int) next++, "a"));
                    }
                    if (log.awaitDurable(position, SOON)) {
                        System.out.println(position);
                    }
                }
            }
        }
    }

    static DurableLog open(Path folder, LogSettings settings) throws IOException {
        return DurableLog.open(folder, settings, InstantSource.fixed(BEGIN));
    }
}
