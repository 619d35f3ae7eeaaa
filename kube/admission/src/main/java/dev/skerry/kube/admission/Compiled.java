package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** What has been made of policies and configurations, kept until one of them changes. */
final class Compiled<T> {

    private record Made<T>(long changes, T value) {}

    private final Followed followed;
    private final Function<ObjectNode, T> compiler;
    private final Map<String, Made<T>> made = new ConcurrentHashMap<>();

    Compiled(Followed followed, Function<ObjectNode, T> compiler) {
        this.followed = followed;
        this.compiler = compiler;
    }

    /** Two requests that come first may both compile; one result is kept. */
    T of(ObjectNode object) {
        var key = object.path("metadata").path("uid").asText() + "/" + object.path("metadata").path("resourceVersion").asText();
        var there = made.get(key);
        if (there != null) {
            return there.value();
        }
        var value = compiler.apply(object);
        var changes = followed.policyChanges();
        // Forget those that are no more, at the latest when the next one comes.
        made.values().removeIf(m -> m.changes() < changes);
        made.put(key, new Made<>(changes, value));
        return value;
    }
}
