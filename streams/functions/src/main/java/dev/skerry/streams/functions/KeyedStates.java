package dev.skerry.streams.functions;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Values that rules keep for one another under keys: what {@code put_keyed_state} writes and {@code get_keyed_state} reads. Safe for several threads. */
public final class KeyedStates {

    private static final int MOST = 10_000;
    private static final int LONGEST_KEY = 1_000;

    private final Map<String, Object> values = new ConcurrentHashMap<>();

    /** The value of a key. */
    public Optional<Object> find(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /**
     * Keeps a value; null forgets the key.
     *
     * @throws FunctionException if there is no room left, or the key is too long
     */
    public void keep(String key, @Nullable Object value) {
        if (value == null) {
            values.remove(key);
            return;
        }
        if (key.length() > LONGEST_KEY) {
            throw new FunctionException("put_keyed_state: a key of " + key.length() + " characters (expected: at most " + LONGEST_KEY + ")");
        }
        if (values.size() >= MOST && !values.containsKey(key)) {
            throw new FunctionException("put_keyed_state: " + key + " (expected: at most " + MOST + " keys; put null to forget one)");
        }
        values.put(key, value);
    }

    /** All keys and values, for a checkpoint. */
    public Map<String, Object> save() {
        return new LinkedHashMap<>(values);
    }

    /** Takes over what {@link #save} gave. */
    public void restore(Map<String, Object> saved) {
        values.clear();
        values.putAll(saved);
    }
}
