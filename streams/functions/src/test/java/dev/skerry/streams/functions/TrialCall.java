package dev.skerry.streams.functions;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Surroundings that never change by themselves: noon of 2026-11-25, a second later with every row. */
final class TrialCall implements Call {

    static final long NOON = 1795608000000L;

    private final RandomGenerator random = new Random(7);
    private final Map<String, Object> kept = new HashMap<>(Map.of("number", 5L));
    private long timestamp = NOON;

    void nextRow() {
        timestamp += 1000;
    }

    @Override
    public String ruleId() {
        return "trial";
    }

    @Override
    public long ruleStart() {
        return NOON - 60_000;
    }

    @Override
    public ZoneId zone() {
        return ZoneOffset.UTC;
    }

    @Override
    public long now() {
        return NOON;
    }

    @Override
    public long timestamp() {
        return timestamp;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Optional<Object> keyedState(String key) {
        return Optional.ofNullable(kept.get(key));
    }

    @Override
    public void keepState(String key, Object value) {
        kept.put(key, value);
    }

    @Override
    public Optional<String> property(String name) {
        return name.equals("site") ? Optional.of("north") : Optional.empty();
    }

    @Override
    public void pause(Duration length) {
        // A trial does not wait.
    }
}
