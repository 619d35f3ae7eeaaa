package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a controller wrote of late, by the object for which it wrote. Until the cache shows it, the cache must not be judged: that is
 * how none creates a Pod twice. A cache that shows nothing for five minutes is believed again.
 */
final class Written {

    /** When to look again while the cache is behind. */
    static final Duration SOON = Duration.ofMillis(20);

    private static final long PATIENCE_NANOS = Duration.ofMinutes(5).toNanos();

    private record Mark(long revision, long untilNanos) {}

    private final Map<String, Mark> marks = new ConcurrentHashMap<>();
    private final Cache<?> cache;

    Written(Cache<?> cache) {
        this.cache = cache;
    }

    /** @param object as the API answered it */
    void note(String key, HasMetadata object) {
        note(key, Long.parseLong(object.getMetadata().getResourceVersion()));
    }

    void note(String key, long revision) {
        var mark = new Mark(revision, System.nanoTime() + PATIENCE_NANOS);
        marks.merge(key, mark, (a, b) -> a.revision > b.revision ? a : b);
    }

    boolean shown(String key) {
        var mark = marks.get(key);
        if (mark == null) {
            return true;
        }
        if (!cache.hasSeen(mark.revision) && System.nanoTime() - mark.untilNanos < 0) {
            return false;
        }
        marks.remove(key, mark);
        return true;
    }
}
