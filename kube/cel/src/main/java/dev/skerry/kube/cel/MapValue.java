package dev.skerry.kube.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelValue;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A map that the runtime takes as it is, without walking through it. Read only. */
@SuppressWarnings("Immutable")
abstract class MapValue extends CelValue implements Map<Object, Object> {

    /** The keys that an expression can see. */
    abstract Collection<String> names();

    /** The value of a key, null if there is none. */
    abstract @Nullable Object find(String name);

    @Override
    public Object value() {
        return this;
    }

    @Override
    public boolean isZeroValue() {
        return isEmpty();
    }

    @Override
    public CelType celType() {
        return MapType.create(SimpleType.STRING, SimpleType.DYN);
    }

    @Override
    public int size() {
        return names().size();
    }

    @Override
    public boolean isEmpty() {
        return names().isEmpty();
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return key instanceof String name && find(name) != null;
    }

    @Override
    public boolean containsValue(@Nullable Object value) {
        return value != null && values().stream().anyMatch(v -> Equality.same(v, value));
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
        return key instanceof String name ? find(name) : null;
    }

    @Override
    public Set<Object> keySet() {
        return new LinkedHashSet<>(names());
    }

    @Override
    public Collection<Object> values() {
        List<Object> values = new ArrayList<>();
        for (String name : names()) {
            Object value = find(name);
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    @Override
    public Set<Entry<Object, Object>> entrySet() {
        Set<Entry<Object, Object>> entries = new LinkedHashSet<>();
        for (String name : names()) {
            Object value = find(name);
            if (value != null) {
                entries.add(new AbstractMap.SimpleImmutableEntry<>(name, value));
            }
        }
        return entries;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Map<?, ?> && Equality.same(this, other);
    }

    @Override
    public int hashCode() {
        return names().hashCode();
    }

    @Override
    public String toString() {
        return entrySet().toString();
    }

    @Override
    public @Nullable Object put(Object key, Object value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable Object remove(@Nullable Object key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void putAll(Map<? extends Object, ? extends Object> m) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void clear() {
        throw new UnsupportedOperationException();
    }
}
