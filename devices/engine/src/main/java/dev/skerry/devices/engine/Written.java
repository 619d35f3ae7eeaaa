package dev.skerry.devices.engine;

import dev.skerry.data.DeviceCommands.WriteResult;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What became of a write.
 *
 * @param message why it was not done, naming the device and what it accepts; empty if it was
 * @param before the newest reading before it, if there is one: a Double, Long, Boolean or String
 * @param after what the device had after it, if it was read back
 */
public record Written(boolean done, String message, @Nullable Object before, @Nullable Object after, Duration took) {

    /** @param began by {@link System#nanoTime} */
    static Written failed(String message, long began) {
        return new Written(false, message, null, null, Duration.ofNanos(System.nanoTime() - began));
    }

    /** Without the values. */
    WriteResult result() {
        return new WriteResult(done, message, took);
    }
}
