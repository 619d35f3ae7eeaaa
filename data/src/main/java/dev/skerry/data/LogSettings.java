package dev.skerry.data;

import java.time.Duration;

/**
 * How a {@link DurableLog} keeps its readings.
 *
 * @param segmentBytes size at which a file is closed and the next one begun; the grain of retention
 * @param maxBytes history kept; the oldest files beyond it are dropped
 * @param maxAge history kept; files whose newest reading was appended longer ago are dropped
 * @param syncEvery longest time that a reading waits for the disk
 * @param syncBytes bytes waiting that bring the disk forward
 * @param pendingBytes bytes that may wait for a slow or full disk; batches beyond are dropped and counted
 */
public record LogSettings(
        long segmentBytes, long maxBytes, Duration maxAge, Duration syncEvery, int syncBytes, int pendingBytes) {

    private static final long MIB = 1 << 20;

    public LogSettings {
        check("segmentBytes", segmentBytes, 1024, 1 << 30);
        check("maxBytes", maxBytes, segmentBytes, Long.MAX_VALUE);
        check("syncBytes", syncBytes, 1, Integer.MAX_VALUE);
        check("pendingBytes", pendingBytes, 1024, Integer.MAX_VALUE);
    }

    /** 16 MiB files, 1 GiB or 30 days of history, on disk within a second. */
    public static LogSettings defaults() {
        return new LogSettings(16 * MIB, 1024 * MIB, Duration.ofDays(30), Duration.ofSeconds(1), (int) MIB, (int) (32 * MIB));
    }

    public LogSettings withSegmentBytes(long bytes) {
        return new LogSettings(bytes, Math.max(bytes, maxBytes), maxAge, syncEvery, syncBytes, pendingBytes);
    }

    public LogSettings withRetention(long bytes, Duration age) {
        return new LogSettings(segmentBytes, bytes, age, syncEvery, syncBytes, pendingBytes);
    }

    public LogSettings withSync(Duration every, int bytes) {
        return new LogSettings(segmentBytes, maxBytes, maxAge, every, bytes, pendingBytes);
    }

    public LogSettings withPendingBytes(int bytes) {
        return new LogSettings(segmentBytes, maxBytes, maxAge, syncEvery, syncBytes, bytes);
    }

    private static void check(String field, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(field + ": " + value + " (expected: " + least + "-" + most + ")");
        }
    }
}
