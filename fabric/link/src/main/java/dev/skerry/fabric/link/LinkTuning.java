package dev.skerry.fabric.link;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The patience of a link.
 *
 * @param heartbeatMin the shortest silence after which a heartbeat is sent
 * @param heartbeatMax the longest; three times as long without a word, and the link counts as dead
 * @param retryMin after the first failure a site waits about so long
 * @param retryMax and never much longer than that
 * @param window bytes of each log that may be on the way unacknowledged
 */
public record LinkTuning(
        Duration heartbeatMin, Duration heartbeatMax, Duration retryMin, Duration retryMax, long window) {

    public static final LinkTuning DEFAULT = new LinkTuning(
            Duration.ofSeconds(15), Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(20), 512 * 1024);

    public LinkTuning {
        if (heartbeatMin.isNegative() || heartbeatMin.isZero() || heartbeatMax.compareTo(heartbeatMin) < 0) {
            throw new IllegalArgumentException("heartbeat: " + heartbeatMin + " to " + heartbeatMax + " (expected: longer than 0, and in order)");
        }
        if (retryMin.isNegative() || retryMin.isZero() || retryMax.compareTo(retryMin) < 0) {
            throw new IllegalArgumentException("retry: " + retryMin + " to " + retryMax + " (expected: longer than 0, and in order)");
        }
        if (window < 1) {
            throw new IllegalArgumentException("window: " + window + " (expected: 1 or more)");
        }
    }

    /** How long to be silent before a heartbeat: jitter keeps a fleet from speaking in chorus. */
    long silenceNanos() {
        long least = heartbeatMin.toNanos();
        return least + ThreadLocalRandom.current().nextLong(heartbeatMax.toNanos() - least + 1);
    }

    long deadAfterNanos() {
        return 3 * heartbeatMax.toNanos();
    }

    /** How long to wait after so many failures in a row: doubled each time, by half to a whole. */
    public Duration retry(int failures) {
        double most = Math.min(retryMax.toNanos(), retryMin.toNanos() * Math.pow(2, Math.min(30, failures - 1)));
        return Duration.ofNanos((long) (most * ThreadLocalRandom.current().nextDouble(0.5, 1)));
    }
}
