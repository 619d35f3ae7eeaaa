package dev.skerry.streams.functions;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Objects laid over one another, of rows that come and go: keeps each of them. */
final class SlidingMerge extends Gathered {

    @Override
    @Nullable Object kept(@Nullable Object[] args) {
        return args[0] instanceof Map<?, ?> ? args[0] : null;
    }

    @Override
    @Nullable Object result(List<@Nullable Object> values) {
        var merged = new LinkedHashMap<String, @Nullable Object>();
        for (var value : values) {
            if (value != null) {
                merged.putAll(Values.object(value, ""));
            }
        }
        return merged.isEmpty() ? null : merged;
    }
}
