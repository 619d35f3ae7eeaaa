package dev.skerry.devices.engine;

import dev.skerry.data.EventLog;
import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceStatus;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Tells people when a device is lost, comes back or is rejected; of one that flaps, once a minute. */
final class DeviceEvents {

    private static final Logger LOG = System.getLogger(DeviceEvents.class.getName());
    private static final Duration APART = Duration.ofMinutes(1);

    /** @param badAt when a bad state was told last */
    private record Told(String state, Instant badAt) {}

    private final EventLog log;
    private final InstantSource clock;
    private final Map<DeviceKey, Told> told = new ConcurrentHashMap<>();

    DeviceEvents(EventLog log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
    }

    /**
     * The status is about to be written; a bad one that is not told yet is looked at again with the next write.
     *
     * @param old what the API says; null if nothing
     */
    void turned(DeviceKey key, @Nullable DeviceStatus old, DeviceStatus now) {
        var state = String.valueOf(now.state());
        var before = told.computeIfAbsent(key, k -> new Told(old == null || old.state() == null ? Statuses.ONLINE : old.state(), Instant.MIN));
        if (state.equals(before.state())) {
            return;
        }
        if (bad(state)) {
            if (due(before.badAt())) {
                told.put(key, new Told(state, clock.instant()));
                append(key, "warning", message(key, now));
            }
        } else if (bad(before.state()) && !state.equals(Statuses.CONNECTING)) {
            told.put(key, new Told(state, before.badAt()));
            append(key, "info", "device " + key.name() + ": " + state.toLowerCase(Locale.ROOT) + " again");
        }
    }

    /** What a model calls an event; on a thread of its own, for the log is on disk and the caller reads devices. */
    void told(DeviceKey key, DeviceModelSpec.Event event, String message) {
        Thread.ofVirtual().name("device-event").start(() -> append(key, event.severity() == null ? "warning" : event.severity(), message));
    }

    /** Also if the clock was set back. */
    private boolean due(Instant last) {
        var now = clock.instant();
        return last.equals(Instant.MIN) || now.isBefore(last) || !now.isBefore(last.plus(APART));
    }

    void forget(DeviceKey key) {
        told.remove(key);
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
