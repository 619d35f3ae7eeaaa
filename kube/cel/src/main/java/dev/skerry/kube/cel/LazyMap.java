package dev.skerry.kube.cel;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Members that are computed at their first use. */
@SuppressWarnings("Immutable")
final class LazyMap extends MapValue {
    private final Map<String, Supplier<Object>> members;
    private final Map<String, Object> found = new ConcurrentHashMap<>();

    LazyMap(Map<String, Supplier<Object>> members) {
        this.members = members;
    }

    @Override
    Collection<String> names() {
        return members.keySet();
    }

    @Override
    @Nullable Object find(String name) {
        Object known = found.get(name);
        Supplier<Object> source = members.get(name);
        if (known != null || source == null) {
            return known;
        }
        Object value = source.get();
        found.put(name, value);
        return value;
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return key instanceof String name && members.containsKey(name);
    }
}
