package dev.skerry.fabric.spoke;

import dev.skerry.data.Outbox;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * What an {@link Uploader} is given. {@code withX} changes one part.
 *
 * @param outbox what to send; the caller closes it after the uploader
 * @param liveShare which part of the turns new readings keep while there is a backlog, 0 to 1
 * @param windowBytes how much may be on the way unacknowledged
 * @param firstRetry pause after the first failure; it doubles up to {@code longestRetry}, with jitter
 * @param notices hears what people should know: readings lost or refused; on the uploader's thread, also in the program's log
 */
public record UploaderConfig(
        Outbox outbox,
        double liveShare,
        int windowBytes,
        Duration firstRetry,
        Duration longestRetry,
        InstantSource clock,
        Consumer<String> notices) {

    private static final int WINDOW = 4 << 20;
    private static final int LEAST_WINDOW = 64 << 10;
    private static final int MOST_WINDOW = 64 << 20;
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(60);
    private static final Duration MOST_RETRY = Duration.ofHours(1);

    public UploaderConfig {
        if (!(liveShare >= 0 && liveShare <= 1)) {
            throw new IllegalArgumentException("liveShare: " + liveShare + " (expected: 0 to 1)");
        }
        if (windowBytes < LEAST_WINDOW || windowBytes > MOST_WINDOW) {
            throw new IllegalArgumentException("windowBytes: " + windowBytes + " (expected: " + LEAST_WINDOW + "-" + MOST_WINDOW + ")");
        }
        if (!firstRetry.isPositive() || longestRetry.compareTo(firstRetry) < 0 || longestRetry.compareTo(MOST_RETRY) > 0) {
            throw new IllegalArgumentException("retry: " + firstRetry + " to " + longestRetry
                    + " (expected: over 0, in this order, at most " + MOST_RETRY + ")");
        }
    }

    /** With a window of 4 MiB and pauses from half a second to a minute; notices go to the program's log only. */
    public static UploaderConfig of(Outbox outbox, double liveShare, InstantSource clock) {
        return new UploaderConfig(outbox, liveShare, WINDOW, FIRST_RETRY, LONGEST_RETRY, clock, notice -> {});
    }

    public UploaderConfig withWindowBytes(int bytes) {
        return new UploaderConfig(outbox, liveShare, bytes, firstRetry, longestRetry, clock, notices);
    }

    public UploaderConfig withRetry(Duration first, Duration longest) {
        return new UploaderConfig(outbox, liveShare, windowBytes, first, longest, clock, notices);
    }

    public UploaderConfig withNotices(Consumer<String> listener) {
        return new UploaderConfig(outbox, liveShare, windowBytes, firstRetry, longestRetry, clock, listener);
    }
}
