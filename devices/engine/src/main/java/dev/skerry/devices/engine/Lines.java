package dev.skerry.devices.engine;

import dev.skerry.data.Bus;
import dev.skerry.data.DeviceCommands;
import dev.skerry.devices.spi.Secrets;
import dev.skerry.model.DeviceModelSpec.Event;
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
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The lines that run, one a device, and the way to write to them. While a line is replaced, the writes that were sent come
 * to their end and those that come wait for the new line.
 */
final class Lines implements DeviceCommands, AutoCloseable {

    static final Duration LAST_WRITES = Duration.ofSeconds(2);

    private static final class Slot {
        /** Writes hold it shared, a replacement alone; fair, so that a replacement gets its turn. */
        final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(true);
        volatile @Nullable DeviceLine line;
    }

    /**
     * What the lines tell others, and ask them.
     *
     * @param secrets what a device asks for
     * @param notices is told a device's events; must not block
     */
    record Surroundings(Function<DevicePlan, Secrets> secrets, Notices notices, Optional<WriteAudit> audit, boolean preempt) {

        static final Surroundings NONE = new Surroundings(plan -> Secrets.NONE, (device, event, message) -> {}, Optional.empty(), true);

        Surroundings withPreempt(boolean wished) {
            return new Surroundings(secrets, notices, audit, wished);
        }
    }

    /** Hears of what models call events. */
    interface Notices {
        void tell(DeviceKey device, Event event, String message);
    }

    private static final Duration WATCH = Duration.ofSeconds(5);

    private final Bus bus;
    private final InstantSource clock;
    private final Backoff backoff;
    private final Duration lastWrites;
    private final Surroundings surroundings;
    private final SharedLines shared = new SharedLines();
    private final Thread watch;
    private final Map<DeviceKey, Slot> slots = new ConcurrentHashMap<>();
    private final ReentrantLock starting = new ReentrantLock();
    private boolean closed;

    /** @param lastWrites how long a replacement waits for the writes that are on their way */
    Lines(Bus bus, InstantSource clock, Backoff backoff, Duration lastWrites) {
        this(bus, clock, backoff, lastWrites, Surroundings.NONE);
    }

    Lines(Bus bus, InstantSource clock, Backoff backoff, Duration lastWrites, Surroundings surroundings) {
        this.surroundings = surroundings;
        this.watch = Thread.ofVirtual().name("device-watch").start(this::watch);
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
            if (closed) {
                return Optional.empty();
            }
            var setting = new DeviceLine.Setting(
                    bus, clock, backoff, plan.shared().map(shared::turns).orElse(null), surroundings.secrets(),
                    (event, message) -> surroundings.notices().tell(plan.key(), event, message),
                    surroundings.preempt());
            return Optional.of(DeviceLine.start(plan, setting, listener));
        } finally {
            starting.unlock();
        }
    }

    /** Puts a device on the line that it shares with others, if it does. Answers why that cannot be. */
    Optional<String> claim(DevicePlan plan) {
        if (plan.shared().isPresent()) {
            return shared.claim(plan.key(), plan.shared().get());
        }
        shared.release(plan.key());
        return Optional.empty();
    }

    /** Is told of devices that could not have a shared line and may try again. */
    void onFree(Consumer<DeviceKey> listener) {
        shared.onFree(listener);
    }

    /** Stops the device's line, if there is one, and lets go of what it shared. */
    void forget(DeviceKey key) {
        remove(key);
        shared.release(key);
    }

    /** Drivers that never come back harm their own device only; this tells people of them. */
    private void watch() {
        try {
            while (true) {
                Thread.sleep(WATCH);
                for (var slot : slots.values()) {
                    var line = slot.line;
                    if (line != null && line.stuck()) {
                        line.tellStuck();
                    }
                }
            }
        } catch (InterruptedException e) {
            // Closed.
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
        return write(new DeviceKey(namespace, device), property, value, who, false, timeout).result();
    }

    /** The same with the values before and after it. */
    Written write(DeviceKey key, String property, Object value, String who, boolean readBack, Duration timeout) throws InterruptedException {
        long began = System.nanoTime();
        var slot = slots.get(key);
        if (slot == null) {
            return Written.failed("device " + key.name() + ": unknown in namespace " + key.namespace()
                    + " (expected: a Device whose specification is accepted)", began);
        }
        var written = write(slot, key.name(), property, value, readBack, timeout, began);
        if (surroundings.audit().isPresent()) {
            surroundings.audit().get().wrote(key, property, who, value, written);
        }
        return written;
    }

    private static Written write(Slot slot, String device, String property, Object value, boolean readBack, Duration timeout, long began)
            throws InterruptedException {
        if (!slot.gate.readLock().tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            return Written.failed("device " + device + " " + property + ": not written within " + Shown.duration(timeout)
                    + ", its specification is being changed", began);
        }
        try {
            var line = slot.line;
            if (line == null) {
                return Written.failed("device " + device + " " + property + ": stopped", began);
            }
            var left = timeout.minus(since(began));
            return line.write(property, value, readBack, left.isNegative() ? Duration.ZERO : left);
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
        watch.interrupt();
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
