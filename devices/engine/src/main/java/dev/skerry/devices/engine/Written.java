package dev.skerry.devices.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What became of a write.
 *
 * @param message why it was not done, naming the device and what it accepts; empty if it was
 * @param before the newest reading before it, if there is one: a Double, Long, Boolean or String
 * @param after what the device had after it, if it was read back
 */
public record Written(boolean done, String message, @Nullable Object before, @Nullable Object after, Duration took) {}
