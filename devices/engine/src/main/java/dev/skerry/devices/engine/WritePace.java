package dev.skerry.devices.engine;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the writes of an object's status a second apart. That also hides from a reconciler that its cache lags behind what
 * it wrote just now.
 */
final class WritePace {

    private static final Duration APART = Duration.ofSeconds(1);

    private final Map<DeviceKey, Long> writtenAt = new ConcurrentHashMap<>();

    /** Zero if the status may be written now, which then counts as done; else how long to wait. One thread an object. */
    Duration take(DeviceKey key) {
        long now = System.nanoTime();
        var before = writtenAt.get(key);
        long left = before == null ? 0 : before + APART.toNanos() - now;
        if (left > 0) {
            return Duration.ofNanos(left).plusMillis(1);
        }
        writtenAt.put(key, now);
        return Duration.ZERO;
    }

    void forget(DeviceKey key) {
        writtenAt.remove(key);
    }
}
