package dev.skerry.fabric.spoke;

import java.time.Duration;

/**
 * How much of the backlog may be on the way at once. What stands in the line's queues stands before live readings too, so
 * the limit grows while answers come quickly and shrinks as soon as they come much later than the line can (the idea of
 * TCP Vegas and LEDBAT: the delay above the least one seen is the queue). Used by one thread.
 */
final class UploadPace {

    /** Queueing that live readings put up with. */
    private static final long MOST_QUEUE = Duration.ofMillis(500).toNanos();

    private static final int LEAST = 32 << 10;
    private static final int FIRST = 512 << 10;
    private static final int LEAST_CHUNK = 8 << 10;
    private static final int MOST_CHUNK = 256 << 10;
    private static final int CHUNKS = 4;

    private final long most;
    private long limit;
    private long quickest = Long.MAX_VALUE;
    private boolean queued;
    private long queuedAt;

    /** @param most the whole window */
    UploadPace(long most) {
        this.most = most;
        limit = Math.min(FIRST, most);
    }

    /** Bytes of the backlog that may be on the way. */
    long limit() {
        return limit;
    }

    /** Bytes that one chunk may have: several fit, so that one is stored while others travel. */
    int chunk() {
        return (int) Math.clamp(limit / CHUNKS, LEAST_CHUNK, MOST_CHUNK);
    }

    /** An answer came at {@code now} for so many bytes that went at {@code sentAt}, both as {@link System#nanoTime}. */
    void answered(long bytes, long sentAt, long now) {
        long delay = now - sentAt;
        quickest = Math.min(quickest, delay);
        if (delay - quickest <= MOST_QUEUE) {
            limit = Math.min(most, limit + (queued ? bytes / CHUNKS : bytes));
        } else if (!queued || sentAt - queuedAt > 0) {
            // Only what was sent after the last cut can tell whether it was enough.
            queued = true;
            queuedAt = now;
            limit = Math.max(LEAST, limit * 7 / 10);
        }
    }
}
