package dev.skerry.fabric.link;

import java.time.Duration;

/**
 * How a session behaves.
 *
 * @param windowBytes how much of a log may be on the way unacknowledged
 * @param leastBeat and {@code mostBeat}: a heartbeat is sent after a silence between them, chosen anew each time
 * @param ackWithin how late an acknowledgement may be
 */
public record LinkSettings(long windowBytes, Duration leastBeat, Duration mostBeat, Duration ackWithin) {

    /** So many heartbeats missed, and the line counts as dead. */
    static final int MISSED = 3;

    /** 1 MiB, 15 to 60 s, 50 ms. */
    public static LinkSettings defaults() {
        return new LinkSettings(1 << 20, Duration.ofSeconds(15), Duration.ofSeconds(60), Duration.ofMillis(50));
    }

    public LinkSettings withBeat(Duration least, Duration most) {
        return new LinkSettings(windowBytes, least, most, ackWithin);
    }

    public LinkSettings withWindowBytes(long bytes) {
        return new LinkSettings(bytes, leastBeat, mostBeat, ackWithin);
    }
}
