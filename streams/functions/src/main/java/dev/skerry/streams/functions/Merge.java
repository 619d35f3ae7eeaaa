package dev.skerry.streams.functions;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Objects laid over one another. What is no object is passed over. */
final class Merge implements Accumulator {

    private final Map<String, @Nullable Object> merged = new LinkedHashMap<>();

    @Override
    public void add(@Nullable Object[] args) {
        if (args[0] instanceof Map<?, ?> object) {
            merged.putAll(Values.object(object, ""));
        }
    }

    @Override
    public boolean isMergeable() {
        return true;
    }

    @Override
    public void merge(Accumulator later) {
        merged.putAll(((Merge) later).merged);
    }

    @Override
    public @Nullable Object value() {
        return merged.isEmpty() ? null : new LinkedHashMap<>(merged);
    }

    @Override
    public void clear() {
        merged.clear();
    }

    @Override
    public Object save() {
        return new LinkedHashMap<>(merged);
    }

    @Override
    public void restore(@Nullable Object saved) {
        merged.clear();
        merged.putAll(Values.object(saved, "merge_agg: no saved state"));
    }
}
