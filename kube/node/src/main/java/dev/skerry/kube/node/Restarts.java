package dev.skerry.kube.node;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * When a container that ended may start again: at once the first time, then after 10 s, twice as long each time, 5 minutes at the
 * most; a container that ran for 10 minutes begins anew. Of one Pod; used by one thread.
 */
final class Restarts {

    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration MOST = Duration.ofMinutes(5);
    private static final Duration WELL = Duration.ofMinutes(10);

    private final Map<String, Duration> delays = new HashMap<>();

    /** How long to wait from now on; empty if it may start. */
    Optional<Duration> wait(String container, Instant finished, Instant now) {
        var delay = delays.get(container);
        if (delay == null) {
            return Optional.empty();
        }
        var left = Duration.between(now, finished.plus(delay));
        return left.isNegative() || left.isZero() ? Optional.empty() : Optional.of(left.compareTo(delay) > 0 ? delay : left);
    }

    /** The wait that the container is in. */
    Duration delay(String container) {
        return delays.getOrDefault(container, FIRST);
    }

    /** It is started again after a run. */
    void restarted(String container, Instant started, Instant finished) {
        var before = delays.get(container);
        if (before == null || Duration.between(started, finished).compareTo(WELL) >= 0) {
            delays.put(container, FIRST);
        } else {
            var twice = before.multipliedBy(2);
            delays.put(container, twice.compareTo(MOST) > 0 ? MOST : twice);
        }
    }
}
