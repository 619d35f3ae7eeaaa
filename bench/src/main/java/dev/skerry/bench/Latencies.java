package dev.skerry.bench;

import java.util.Arrays;

/** Nanoseconds that things took; one thread adds, and asks when all are there. */
final class Latencies {

    private static final double NANOS_A_MILLI = 1e6;

    private final long[] nanos;
    private int size;

    Latencies(int most) {
        nanos = new long[most];
    }

    void add(long took) {
        nanos[size++] = took;
    }

    /** The smallest that at least {@code percent} of all do not exceed. */
    double millis(double percent) {
        if (size == 0) {
            throw new IllegalStateException("latencies: none (expected: at least one)");
        }
        Arrays.sort(nanos, 0, size);
        int rank = (int) Math.ceil(percent / 100 * size);
        return nanos[Math.max(rank, 1) - 1] / NANOS_A_MILLI;
    }

    /** Adds {@code <name>P50Ms} and {@code <name>P99Ms}. */
    void into(Figures figures, String name) {
        figures.add(name + "P50Ms", millis(50), "ms");
        figures.add(name + "P99Ms", millis(99), "ms");
    }
}
