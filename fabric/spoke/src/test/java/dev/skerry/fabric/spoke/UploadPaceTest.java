package dev.skerry.fabric.spoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class UploadPaceTest {

    private static final long WINDOW = 4 << 20;
    private static final double SECOND = Duration.ofSeconds(1).toNanos();

    private record Sent(long bytes, double at, double answered, double queued) {}

    /** A line of any rate and length, simulated: it must be used well, and live readings must not stand behind a long queue. */
    @Property(tries = 300)
    void fillsTheLineAndKeepsItsQueueShort(
            @ForAll @IntRange(min = 20, max = 8_000) int kilobytesASecond, @ForAll @IntRange(min = 1, max = 300) int roundTripMillis) {
        var pace = new UploadPace(WINDOW);
        double rate = kilobytesASecond * 1000 / SECOND;
        double roundTrip = roundTripMillis * SECOND / 1000;
        var sent = new ArrayDeque<Sent>();
        double now = 0;
        double free = 0;
        long outstanding = 0;
        long measured = 0;
        double begin = 0;
        double longest = 0;
        for (int i = 0; i < 3_000; i++) {
            while (sent.isEmpty() || outstanding + pace.chunk() <= pace.limit()) {
                long bytes = pace.chunk();
                double queued = Math.max(0, free - now);
                free = Math.max(free, now) + bytes / rate;
                sent.add(new Sent(bytes, now, free + roundTrip, queued));
                outstanding += bytes;
            }
            var first = sent.remove();
            now = first.answered;
            outstanding -= first.bytes;
            pace.answered(first.bytes, (long) first.at, (long) now);
            assertThat(pace.limit()).isBetween(32L << 10, WINDOW);
            if (i == 1_000) {
                begin = now;
            } else if (i > 1_000) {
                measured += first.bytes;
                longest = Math.max(longest, first.queued);
            }
        }
        assertThat(measured / (now - begin) / rate).as("share of the line that is used").isGreaterThan(0.7);
        assertThat(longest / SECOND).as("seconds in the queue").isLessThan(1 + (64 << 10) / rate / SECOND);
    }
}
