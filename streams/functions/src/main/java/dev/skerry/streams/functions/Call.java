package dev.skerry.streams.functions;

import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a function may ask about the call's surroundings. The caller implements it; one object may serve many calls. */
public interface Call {

    /** The rule's name. */
    String ruleId();

    /** When the rule began, in epoch milliseconds. */
    long ruleStart();

    /** The zone of the rule's local times. */
    ZoneId zone();

    /** The present instant, in epoch milliseconds: the rule's clock, not the row's time. */
    long now();

    /** The row's time, in epoch milliseconds. */
    long timestamp();

    /** The source of {@code rand()} and its like. */
    RandomGenerator random();

    /** A value that was kept for all rules under this key. */
    Optional<Object> keyedState(String key);

    /**
     * Keeps a value for all rules under this key; null forgets it.
     *
     * @throws FunctionException if the caller keeps nothing, or has no room left
     */
    default void keepState(String key, @Nullable Object value) {
        throw new FunctionException("put_keyed_state: " + key + " (expected: a rule that runs, not a trial)");
    }

    /** A property of this site, as its configuration has it. */
    Optional<String> property(String name);

    /**
     * Holds the row back for so long.
     *
     * @throws FunctionException if it is longer than the caller allows, or interrupted
     */
    void pause(Duration length);
}
