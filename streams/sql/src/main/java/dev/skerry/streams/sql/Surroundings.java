package dev.skerry.streams.sql;

import dev.skerry.streams.functions.FunctionException;
import dev.skerry.streams.functions.KeyedStates;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a rule may ask about the site that it runs at. */
public interface Surroundings {

    /** The rule's name. */
    String ruleId();

    /** When it began, in epoch milliseconds. */
    long ruleStart();

    /** The zone of its local times, and of its windows' alignment. */
    ZoneId zone();

    /** The present instant, in epoch milliseconds. */
    long now();

    /** The source of random values. */
    default RandomGenerator random() {
        return RandomGenerator.getDefault();
    }

    /** A value kept for all rules. */
    default Optional<Object> keyedState(String key) {
        return Optional.empty();
    }

    /** Keeps a value for all rules; refused unless overridden. */
    default void keepState(String key, @Nullable Object value) {
        throw new FunctionException("put_keyed_state: " + key + " (expected: a rule that runs, not a trial)");
    }

    /** A property of the site. */
    default Optional<String> property(String name) {
        return Optional.empty();
    }

    /** Holds a row back; refused unless overridden, since rows behind it would wait. */
    default void pause(Duration length) {
        throw new FunctionException("delay of " + length + " (expected: none, rows behind it would wait)");
    }

    /** The plain ones of a rule that begins now and shares nothing. */
    static Surroundings of(String ruleId, InstantSource clock, ZoneId zone) {
        return of(ruleId, clock, zone, new KeyedStates());
    }

    /** Those of a rule that begins now and shares kept values with others. */
    static Surroundings of(String ruleId, InstantSource clock, ZoneId zone, KeyedStates kept) {
        long start = clock.millis();
        return new Surroundings() {
            @Override
            public String ruleId() {
                return ruleId;
            }

            @Override
            public long ruleStart() {
                return start;
            }

            @Override
            public ZoneId zone() {
                return zone;
            }

            @Override
            public long now() {
                return clock.millis();
            }

            @Override
            public Optional<Object> keyedState(String key) {
                return kept.find(key);
            }

            @Override
            public void keepState(String key, @Nullable Object value) {
                kept.keep(key, value);
            }
        };
    }
}
