package dev.skerry.devices.engine;

import dev.skerry.data.Bus;
import dev.skerry.data.DeviceCommands;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The lines that run, one a device, and the way to write to them. While a line is replaced, the writes that were sent come
 * to their end and those that come wait for the new line.
 */
final class Lines implements DeviceCommands, AutoCloseable {

    private static final Logger LOG = System.getLogger(Lines.class.getName());
    static final Duration LAST_WRITES = Duration.ofSeconds(2);

    private static final class Slot {
        /** Writes hold it shared, a replacement alone; fair, so that a replacement gets its turn. */
        final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(true);
        volatile @Nullable DeviceLine line;
    }

    private final Bus bus;
    private final InstantSource clock;
    private final Backoff backoff;
    private final Duration lastWrites;
    private final Map<DeviceKey, Slot> slots = new ConcurrentHashMap<>();
    private final ReentrantLock starting = new ReentrantLock();
    private boolean closed;

    /** @param lastWrites how long a replacement waits for the writes that are on their way */
    Lines(Bus bus, InstantSource clock, Backoff backoff, Duration lastWrites) {
        this.bus = bus;
        this.clock = clock;
        this.backoff = backoff;
        this.lastWrites = lastWrites;
    }

    /**
     * The line of a plan: the one that runs, if its plan is equal, else a new one in its place. One thread at a time calls
     * it for a device. Blocks while an old line stops.
     *
     * @param listener of a new line
     * @return empty if closed meanwhile
     */
    Optional<DeviceLine> keep(DevicePlan plan, LineState.Listener listener) throws InterruptedException {
        var slot = slots.computeIfAbsent(new DeviceKey(plan.namespace(), plan.device()), k -> new Slot());
        var old = slot.line;
        if (old != null && old.alive() && old.plan().equals(plan)) {
            return Optional.of(old);
        }
        boolean alone = slot.gate.writeLock().tryLock(lastWrites.toNanos(), TimeUnit.NANOSECONDS);
        try {
            if (old != null) {
                old.close();
            }
            var line = start(plan, listener);
            slot.line = line.orElse(null);
            return line;
        } finally {
            if (alone) {
                slot.gate.writeLock().unlock();
            }
        }
    }

    private Optional<DeviceLine> start(DevicePlan plan, LineState.Listener listener) {
        starting.lock();
        try {
            return closed ? Optional.empty() : Optional.of(DeviceLine.start(plan, bus, clock, backoff, listener));
        } finally {
            starting.unlock();
        }
    }

    /** Stops the device's line, if there is one. */
    void remove(DeviceKey key) {
        var slot = slots.remove(key);
        if (slot != null) {
            stop(slot);
        }
    }

    private static void stop(Slot slot) {
        var line = slot.line;
        if (line != null) {
            line.close();
        }
    }

    Optional<DeviceLine> find(DeviceKey key) {
        return Optional.ofNullable(slots.get(key)).map(slot -> slot.line);
    }

    /** Writes and replacements that wait until another replacement or write of this device is over. */
    int waits(DeviceKey key) {
        var slot = slots.get(key);
        return slot == null ? 0 : slot.gate.getQueueLength();
    }

    @Override
    public WriteResult write(String namespace, String device, String property, Object value, String who, Duration timeout)
            throws InterruptedException {
        long began = System.nanoTime();
        var slot = slots.get(new DeviceKey(namespace, device));
        if (slot == null) {
            return new WriteResult(false, "device " + device + ": unknown in namespace " + namespace
                    + " (expected: a Device whose specification is accepted)", Duration.ZERO);
        }
        var result = write(slot, device, property, value, timeout, began);
        LOG.log(Level.DEBUG, () -> "device " + device + ": " + property + " = " + value + " by " + who + ": "
                + (result.done() ? "done" : result.message()));
        return result;
    }

    private static WriteResult write(Slot slot, String device, String property, Object value, Duration timeout, long began)
            throws InterruptedException {
        if (!slot.gate.readLock().tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            return new WriteResult(false, "device " + device + " " + property + ": not written within " + Shown.duration(timeout)
                    + ", its specification is being changed", since(began));
        }
        try {
            var line = slot.line;
            if (line == null) {
                return new WriteResult(false, "device " + device + " " + property + ": stopped", since(began));
            }
            var left = timeout.minus(since(began));
            return line.write(property, value, left.isNegative() ? Duration.ZERO : left);
        } finally {
            slot.gate.readLock().unlock();
        }
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Stops all lines, together. */
    @Override
    public void close() {
        starting.lock();
        try {
            closed = true;
        } finally {
            starting.unlock();
        }
        var stopping = new ArrayList<Thread>();
        for (var slot : List.copyOf(slots.values())) {
            stopping.add(Thread.ofVirtual().name("device-stop").start(() -> stop(slot)));
        }
        slots.clear();
        try {
            for (var thread : stopping) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
