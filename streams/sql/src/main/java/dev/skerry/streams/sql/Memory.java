package dev.skerry.streams.sql;

import dev.skerry.streams.functions.Analytic;
import dev.skerry.streams.functions.Call;
import dev.skerry.streams.functions.Columns;
import dev.skerry.streams.functions.Scalar;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the calls of one running rule remember, and what they may ask about its surroundings. */
final class Memory implements Call {

    /** Partitions of one call that are remembered at most; the oldest are forgotten. */
    private static final int PARTITIONS = 100_000;

    private final Surroundings around;
    private final Map<Integer, Map<String, Analytic.State>> analytic = new HashMap<>();
    private final Map<Integer, Columns.State> columns = new HashMap<>();
    private final Map<Integer, Scalar> scalars = new HashMap<>();
    private final Map<String, Long> hits = new HashMap<>();
    private long timestamp;

    Memory(Surroundings around) {
        this.around = around;
    }

    Analytic.State analytic(int call, String partition, Analytic function) {
        var states = analytic.computeIfAbsent(call, c -> new LinkedHashMap<>());
        var state = states.computeIfAbsent(partition, p -> function.create());
        if (states.size() > PARTITIONS) {
            states.remove(states.keySet().iterator().next());
        }
        return state;
    }

    Columns.State columns(int call, Columns function) {
        return columns.computeIfAbsent(call, c -> function.create());
    }

    Scalar scalar(int call, Scalar function) {
        return scalars.computeIfAbsent(call, c -> function.create());
    }

    /** {@code last_hit_count} and its like: a number that lives with the rule. */
    long hit(String name) {
        return hits.getOrDefault(name, 0L);
    }

    void setHit(String name, long value) {
        hits.put(name, value);
    }

    /** Everything remembered, as plain values. */
    Map<String, Object> save() {
        var states = new LinkedHashMap<String, Object>();
        analytic.forEach((call, byPartition) -> {
            var saved = new LinkedHashMap<String, @Nullable Object>();
            byPartition.forEach((p, s) -> saved.put(p, s.save()));
            states.put(String.valueOf(call), saved);
        });
        var cols = new LinkedHashMap<String, @Nullable Object>();
        columns.forEach((call, s) -> cols.put(String.valueOf(call), s.save()));
        return new LinkedHashMap<>(Map.of("analytic", states, "columns", cols, "hits", new LinkedHashMap<>(hits)));
    }

    /** Continues from {@link #save}; {@code find} gives the function of a call. */
    void restore(Map<?, ?> saved, Map<Integer, Supplier<Analytic.State>> states, Map<Integer, Supplier<Columns.State>> cols) {
        if (saved.get("analytic") instanceof Map<?, ?> calls) {
            calls.forEach((call, byPartition) -> {
                int id = Integer.parseInt(String.valueOf(call));
                var make = states.get(id);
                if (make != null && byPartition instanceof Map<?, ?> partitions) {
                    partitions.forEach((p, value) -> {
                        var state = make.get();
                        state.restore(value);
                        analytic.computeIfAbsent(id, c -> new LinkedHashMap<>()).put(String.valueOf(p), state);
                    });
                }
            });
        }
        if (saved.get("columns") instanceof Map<?, ?> calls) {
            calls.forEach((call, value) -> {
                int id = Integer.parseInt(String.valueOf(call));
                var make = cols.get(id);
                if (make != null) {
                    var state = make.get();
                    state.restore(value);
                    columns.put(id, state);
                }
            });
        }
        if (saved.get("hits") instanceof Map<?, ?> counts) {
            counts.forEach((k, v) -> hits.put(String.valueOf(k), ((Number) v).longValue()));
        }
    }

    Memory at(@Nullable Long time) {
        timestamp = time == null ? 0 : time;
        return this;
    }

    @Override
    public String ruleId() {
        return around.ruleId();
    }

    @Override
    public long ruleStart() {
        return around.ruleStart();
    }

    @Override
    public ZoneId zone() {
        return around.zone();
    }

    @Override
    public long now() {
        return around.now();
    }

    @Override
    public long timestamp() {
        return timestamp;
    }

    @Override
    public RandomGenerator random() {
        return around.random();
    }

    @Override
    public Optional<Object> keyedState(String key) {
        return around.keyedState(key);
    }

    @Override
    public void keepState(String key, @Nullable Object value) {
        around.keepState(key, value);
    }

    @Override
    public Optional<String> property(String name) {
        return around.property(name);
    }

    @Override
    public void pause(Duration length) {
        around.pause(length);
    }
}
