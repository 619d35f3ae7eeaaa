package dev.skerry.devices.engine;

import dev.skerry.data.DeviceCommands;
import dev.skerry.model.DeviceModelSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Devices for people and programs: what they read last, writes with their result, commands. From any thread. */
public final class DeviceAccess {

    private final Lines lines;
    private final Models models;

    DeviceAccess(Lines lines, Models models) {
        this.lines = lines;
        this.models = models;
    }

    /**
     * The newest reading of each point that was read, in the model's order. Empty if there is no such device, or its specification
     * was rejected.
     */
    public Optional<List<PointValue>> values(String namespace, String device) {
        return lines.find(new DeviceKey(namespace, device)).map(DeviceLine::values);
    }

    /** How the device is, why, and how it is read, for people. */
    public Optional<DeviceState> state(String namespace, String device) {
        return lines.find(new DeviceKey(namespace, device))
                .map(line -> new DeviceState(line.state().kind().name().charAt(0) + line.state().kind().name().substring(1).toLowerCase(java.util.Locale.ROOT),
                        line.state().message(), line.explained()));
    }

    /** @param plan how the points are merged into requests */
    public record DeviceState(String state, String message, String plan) {}

    /**
     * Writes one value, waits for the device's answer and reads the point back, all in {@code timeout}.
     *
     * @param value a Double, Long, Boolean or String, or a text that the property's type can read
     * @param who for the audit
     */
    public Written write(String namespace, String device, String property, Object value, String who, Duration timeout) throws InterruptedException {
        return lines.write(new DeviceKey(namespace, device), property, value, who, true, timeout);
    }

    /** Writes several, in this order; each has a result of its own, and one that fails stops none. */
    public Map<String, Written> write(String namespace, String device, Map<String, Object> values, String who, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        var results = new LinkedHashMap<String, Written>();
        for (var entry : values.entrySet()) {
            results.put(entry.getKey(), write(namespace, device, entry.getKey(), entry.getValue(), who, left(end)));
        }
        return results;
    }

    /**
     * Gives a command of the device's model; its steps are written in order, until one fails.
     *
     * @param arguments by property, for the steps that have no value of their own
     * @return the steps that were tried, by property; empty if there is no such device or command
     */
    public Optional<Map<String, Written>> command(
            String namespace, String device, String command, Map<String, Object> arguments, String who, Duration timeout) throws InterruptedException {
        var found = lines.find(new DeviceKey(namespace, device)).flatMap(line -> models.find(new DeviceKey(namespace, line.plan().schema().stream())))
                .flatMap(model -> commands(model).stream().filter(c -> c.name().equals(command)).findFirst());
        if (found.isEmpty()) {
            return Optional.empty();
        }
        long end = System.nanoTime() + timeout.toNanos();
        var results = new LinkedHashMap<String, Written>();
        for (var step : found.get().steps()) {
            var value = step.value() != null ? step.value() : arguments.get(step.property());
            var result = value == null
                    ? new Written(false, "device " + device + " " + step.property() + ": none (expected: an argument of command " + command + ")", null, null, Duration.ZERO)
                    : write(namespace, device, step.property(), value, who, left(end));
            results.put(step.property(), result);
            if (!result.done()) {
                break;
            }
        }
        return Optional.of(results);
    }

    private static List<DeviceModelSpec.Command> commands(DeviceModelSpec model) {
        return model.commands() == null ? List.of() : new ArrayList<>(model.commands());
    }

    private static Duration left(long end) {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }
}
