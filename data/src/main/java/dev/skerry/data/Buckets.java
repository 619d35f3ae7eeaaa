package dev.skerry.data;

import dev.skerry.data.History.Bucket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sums readings up into equal stretches of time. */
final class Buckets {

    private final long from;
    private final double width;
    private final int size;
    private final long[] counts;
    private final double[] first;
    private final double[] last;
    private final double[] min;
    private final double[] max;
    private final double[] sum;
    private final boolean[] anyBad;

    Buckets(long from, long to, int size) {
        if (size < 1 || size > 100_000) {
            throw new IllegalArgumentException("buckets: " + size + " (expected: 1-100000)");
        }
        if (to <= from) {
            throw new IllegalArgumentException("to: " + to + " (expected: later than from, " + from + ")");
        }
        this.from = from;
        this.size = size;
        width = (double) (to - from) / size;
        counts = new long[size];
        first = new double[size];
        last = new double[size];
        min = new double[size];
        max = new double[size];
        sum = new double[size];
        anyBad = new boolean[size];
        Arrays.fill(min, Double.POSITIVE_INFINITY);
        Arrays.fill(max, Double.NEGATIVE_INFINITY);
    }

    /** In order of sequence. A bad reading is remembered, but has no value to count. */
    void add(long time, boolean bad, double value) {
        int i = Math.min(size - 1, (int) ((time - from) / width));
        if (bad) {
            anyBad[i] = true;
            return;
        }
        if (counts[i]++ == 0) {
            first[i] = value;
        }
        last[i] = value;
        min[i] = Math.min(min[i], value);
        max[i] = Math.max(max[i], value);
        sum[i] += value;
    }

    List<Bucket> toList() {
        var result = new ArrayList<Bucket>(size);
        for (int i = 0; i < size; i++) {
            var start = LogState.instant(from + (long) (i * width));
            result.add(counts[i] == 0
                    ? new Bucket(start, 0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, anyBad[i])
                    : new Bucket(start, counts[i], first[i], last[i], min[i], max[i], sum[i] / counts[i], anyBad[i]));
        }
        return result;
    }
}
