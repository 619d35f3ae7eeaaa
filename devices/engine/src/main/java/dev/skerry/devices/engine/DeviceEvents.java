package dev.skerry.devices.engine;

import dev.skerry.data.EventLog;
import dev.skerry.model.DeviceStatus;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Tells people when a device is lost, comes back or is rejected; of one that flaps, once a minute. */
final class DeviceEvents {

    private static final Logger LOG = System.getLogger(DeviceEvents.class.getName());
    private static final Duration APART = Duration.ofMinutes(1);

    /** @param at when a bad state was told last, on the nanosecond clock */
    private record Told(String state, long at) {}

    private final EventLog log;
    private final InstantSource clock;
    private final Map<DeviceKey, Told> told = new ConcurrentHashMap<>();

    DeviceEvents(EventLog log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
    }

    /** @param old what the API said before; null if nothing */
    void turned(DeviceKey key, @Nullable DeviceStatus old, DeviceStatus now) {
        var before = told.get(key);
        var state = String.valueOf(now.state());
        var was = before != null ? before.state() : old == null || old.state() == null ? Statuses.ONLINE : old.state();
        if (state.equals(was)) {
            told.putIfAbsent(key, new Told(state, bad(state) ? System.nanoTime() : longAgo()));
        } else if (bad(state)) {
            if (before == null || System.nanoTime() - before.at() >= APART.toNanos()) {
                told.put(key, new Told(state, System.nanoTime()));
                append(key, "warning", message(key, now));
            }
        } else if (bad(was) && !state.equals(Statuses.CONNECTING)) {
            told.put(key, new Told(state, before == null ? longAgo() : before.at()));
            append(key, "info", "device " + key.name() + ": " + state.toLowerCase(Locale.ROOT) + " again");
        }
    }

    void forget(DeviceKey key) {
        told.remove(key);
    }

    private static long longAgo() {
        return System.nanoTime() - APART.toNanos();
    }

    private static boolean bad(String state) {
        return state.equals(Statuses.LOST) || state.equals(Statuses.REJECTED);
    }

    private static String message(DeviceKey key, DeviceStatus now) {
        var why = now.message() == null ? "" : now.message();
        return why.startsWith("device ") ? why : "device " + key.name() + " rejected: " + why;
    }

    private void append(DeviceKey key, String severity, String message) {
        try {
            log.append(new EventLog.Event(
                    0, clock.instant(), "device", severity, "", "Device/" + key.namespace() + "/" + key.name(), message, Map.of()));
        } catch (IOException e) {
            LOG.log(Level.WARNING, "device " + key.name() + ": no event told of it: " + e.getMessage());
        }
    }
}
