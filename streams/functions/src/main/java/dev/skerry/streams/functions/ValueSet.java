package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A set of values by {@link Values#same}. Java's own equality differs only for zeros and bytes, which get keys of their own. */
final class ValueSet {

    private static final Object NULL = new Object();

    private final Set<Object> keys = new HashSet<>();

    /** With these values to begin with. */
    ValueSet(List<@Nullable Object> values) {
        for (var value : values) {
            add(value);
        }
    }

    boolean add(@Nullable Object value) {
        return keys.add(key(value));
    }

    boolean contains(@Nullable Object value) {
        return keys.contains(key(value));
    }

    boolean remove(@Nullable Object value) {
        return keys.remove(key(value));
    }

    private static Object key(@Nullable Object value) {
        return switch (value) {
            case null -> NULL;
            case Double v when v == 0 -> 0.0;
            case byte[] v -> new Bytes(v);
            case List<?> v -> {
                var list = new ArrayList<Object>(v.size());
                for (var element : v) {
                    list.add(key(element));
                }
                yield list;
            }
            default -> value;
        };
    }

    private record Bytes(byte[] value) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Bytes bytes && Arrays.equals(value, bytes.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }
    }
}
