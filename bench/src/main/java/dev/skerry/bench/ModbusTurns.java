package dev.skerry.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Turns of the loop between a Modbus unit and whoever serves it, one after the other. Changes come at random moments between polls, so half
 * a pause between polls is in {@code …Loop}; {@code …ReadToWrite} begins when the unit is read.
 */
final class ModbusTurns {

    private static final Duration TURN = Duration.ofSeconds(2);
    private static final long SEED = 7;
    private static final int HIGHEST = 30_000;

    private ModbusTurns() {}

    /**
     * @param state what to tell when a turn does not end
     * @param prefix of the figures' names
     */
    static void measure(
            ModbusUnit unit, int warmUp, int samples, Duration pollEvery, Supplier<String> state, String prefix, Figures figures)
            throws IOException, InterruptedException {
        var whole = new Latencies(samples);
        var inner = new Latencies(samples);
        var random = new Random(SEED);
        for (int i = 0; i < warmUp + samples; i++) {
            LockSupport.parkNanos((long) (random.nextDouble() * pollEvery.toNanos()));
            var passage = unit.turn(1 + i % HIGHEST, TURN.toMillis())
                    .orElseThrow(() -> new IOException("no write in " + TURN.toSeconds() + "s (" + state.get() + ")"));
            if (i >= warmUp) {
                whole.add(passage.writtenAt() - passage.changedAt());
                inner.add(passage.writtenAt() - passage.readAt());
            }
        }
        whole.into(figures, prefix + "Loop");
        inner.into(figures, prefix + "ReadToWrite");
        figures.add(prefix + "PollEveryMs", pollEvery.toNanos() / 1e6, "ms");
    }
}
