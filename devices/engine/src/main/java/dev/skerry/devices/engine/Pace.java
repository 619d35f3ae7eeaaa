package dev.skerry.devices.engine;

import dev.skerry.devices.spi.LineCost;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Measures a line's round trips, and says when its plan should follow. Used by the line's thread only. */
final class Pace {

    private static final int ENOUGH = 32;
    private static final long LEAST_APART = TimeUnit.SECONDS.toNanos(30);
    private static final double OFF = 3;

    private LineCost planned;
    private double shortest = Double.POSITIVE_INFINITY;
    private int seen;
    private long since;

    Pace(LineCost planned) {
        this.planned = planned;
    }

    /** @param nanos that one request and its answer took */
    void took(long nanos) {
        shortest = Math.min(shortest, nanos);
        seen++;
    }

    /** A cost that differs so much from what was planned for that it is worth another plan. */
    Optional<LineCost> changed(long now) {
        if (seen < ENOUGH || (since != 0 && now - since < LEAST_APART)) {
            return Optional.empty();
        }
        double measured = Math.max(50_000, shortest);
        double expected = Math.max(50_000, planned.roundTrip().toNanos());
        seen = 0;
        shortest = Double.POSITIVE_INFINITY;
        since = now;
        if (measured / expected < OFF && expected / measured < OFF) {
            return Optional.empty();
        }
        planned = planned.withRoundTrip(Duration.ofNanos((long) measured));
        return Optional.of(planned);
    }
}
