package dev.skerry.kube.apiserver;

import java.time.Duration;

/**
 * How much is done at once.
 *
 * @param inFlight requests that are worked on at the same time, of all levels; watches do not count
 * @param queued requests that wait for that, of all levels
 * @param watchesPerClient watches that one user may have open
 * @param requestTime how long a request may take to arrive and to wait; {@code timeout} in the query may shorten it
 */
public record Limits(int inFlight, int queued, int watchesPerClient, Duration requestTime) {

    /** What suits a site. */
    public static final Limits USUAL = new Limits(400, 800, 1_500, Duration.ofSeconds(60));

    public Limits {
        if (inFlight < 20) {
            throw new IllegalArgumentException("inFlight: " + inFlight + " (expected: 20 or more)");
        }
        if (queued < 0) {
            throw new IllegalArgumentException("queued: " + queued + " (expected: 0 or more)");
        }
        if (watchesPerClient < 1) {
            throw new IllegalArgumentException("watchesPerClient: " + watchesPerClient + " (expected: 1 or more)");
        }
        if (requestTime.isNegative() || requestTime.isZero()) {
            throw new IllegalArgumentException("requestTime: " + requestTime + " (expected: more than 0)");
        }
    }
}
