package dev.skerry.streams.sql;

import dev.skerry.streams.functions.FunctionException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;
import java.util.random.RandomGenerator;

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

    /** A property of the site. */
    default Optional<String> property(String name) {
        return Optional.empty();
    }

    /** Holds a row back; refused unless overridden, since rows behind it would wait. */
    default void pause(Duration length) {
        throw new FunctionException("delay of " + length + " (expected: none, rows behind it would wait)");
    }

    /** The plain ones of a rule that begins now. */
    static Surroundings of(String ruleId, InstantSource clock, ZoneId zone) {
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
        };
    }
}
