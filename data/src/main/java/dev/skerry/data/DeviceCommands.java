package dev.skerry.data;

import java.time.Duration;

/**
 * Writes to devices, for rules, people and programs. {@code devices} provides it; everybody may call it from any thread.
 */
public interface DeviceCommands {

    /**
     * Writes one value and waits for the device's answer, at most {@code timeout}.
     *
     * @param value a Double, Long, Boolean or String, or a text that the property's type can read
     */
    WriteResult write(String namespace, String device, String property, Object value, String who, Duration timeout)
            throws InterruptedException;

    /** What became of a write; {@code message} says why not, naming the device, or is empty. */
    record WriteResult(boolean done, String message, Duration took) {}
}
