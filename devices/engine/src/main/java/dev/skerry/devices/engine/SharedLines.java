package dev.skerry.devices.engine;

import dev.skerry.devices.spi.SharedLine;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which devices are on which shared line. All of one line agree on its settings: the first that came says which. */
final class SharedLines {

    private static final class Held {
        final Turns turns = new Turns();
        final Map<DeviceKey, String> settings = new LinkedHashMap<>();
        /** Those that were turned away, and may try again when somebody leaves. */
        final Set<DeviceKey> refused = new HashSet<>();
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Held> lines = new HashMap<>();
    private final Map<DeviceKey, String> where = new HashMap<>();
    private volatile Consumer<DeviceKey> onFree = device -> {};

    /** Is told of a device that was refused and may be accepted now. */
    void onFree(Consumer<DeviceKey> listener) {
        onFree = listener;
    }

    /**
     * Puts a device on a line, and off the one that it was on.
     *
     * @return why not, as {@code spec.endpoint: ... (expected: ...)}
     */
    Optional<String> claim(DeviceKey device, SharedLine line) {
        Set<DeviceKey> free;
        Optional<String> fault;
        lock.lock();
        try {
            free = left(device, line.name());
            var held = lines.computeIfAbsent(line.name(), name -> new Held());
            fault = held.settings.entrySet().stream()
                    .filter(other -> !other.getKey().equals(device) && !other.getValue().equals(line.settings()))
                    .findFirst()
                    .map(other -> "spec.endpoint: " + line.name() + " at " + line.settings() + " (expected: " + other.getValue()
                            + ", as device " + other.getKey().name() + " has it on the same line)");
            if (fault.isEmpty()) {
                held.settings.put(device, line.settings());
                held.refused.remove(device);
            } else {
                boolean had = held.settings.remove(device) != null;
                if (had) {
                    free = new HashSet<>(held.refused);
                }
                held.refused.add(device);
            }
            where.put(device, line.name());
        } finally {
            lock.unlock();
        }
        free.forEach(onFree);
        return fault;
    }

    void release(DeviceKey device) {
        Set<DeviceKey> free;
        lock.lock();
        try {
            free = left(device, null);
        } finally {
            lock.unlock();
        }
        free.forEach(onFree);
    }

    private Set<DeviceKey> left(DeviceKey device, @Nullable String to) {
        var name = where.get(device);
        if (name == null || name.equals(to)) {
            return Set.of();
        }
        where.remove(device);
        var held = lines.get(name);
        if (held == null) {
            return Set.of();
        }
        held.refused.remove(device);
        held.settings.remove(device);
        if (held.settings.isEmpty() && held.refused.isEmpty()) {
            lines.remove(name);
        }
        return new HashSet<>(held.refused);
    }

    /** The turns of a line that was claimed. */
    Turns turns(SharedLine line) {
        lock.lock();
        try {
            return lines.computeIfAbsent(line.name(), name -> new Held()).turns;
        } finally {
            lock.unlock();
        }
    }

    /** How many devices are on it. */
    int users(SharedLine line) {
        lock.lock();
        try {
            var held = lines.get(line.name());
            return held == null ? 0 : held.settings.size();
        } finally {
            lock.unlock();
        }
    }
}
