package dev.skerry.devices.engine;

import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.PushingConnection.Heard;
import dev.skerry.devices.spi.RawValue;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a device told by itself, until the line's thread takes it. A full one makes the driver wait, which its protocol passes on
 * to the device; after some seconds the oldest is dropped and counted.
 */
final class Inbox implements Heard {

    static final int CAPACITY = 1_024;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

    /** One message. */
    record Told(List<PointAddress> points, List<RawValue> values, long micros) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final ArrayDeque<Told> told = new ArrayDeque<>();
    private final Runnable wake;
    private @Nullable DriverException broken;
    private long dropped;
    private boolean closed;

    /** @param wake the line's thread */
    Inbox(Runnable wake) {
        this.wake = wake;
    }

    @Override
    public void values(List<PointAddress> points, List<RawValue> values, long micros) {
        if (points.size() != values.size()) {
            broke(new DriverException(DriverException.Kind.GARBAGE, values.size() + " values for " + points.size() + " points"));
            return;
        }
        lock.lock();
        try {
            long left = PATIENCE;
            while (told.size() >= CAPACITY && !closed && left > 0) {
                left = room.awaitNanos(left);
            }
            if (closed) {
                return;
            }
            if (told.size() >= CAPACITY) {
                told.removeFirst();
                dropped++;
            }
            told.addLast(new Told(List.copyOf(points), List.copyOf(values), micros));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        wake.run();
    }

    @Override
    public void broke(DriverException why) {
        lock.lock();
        try {
            if (broken == null) {
                broken = why;
            }
        } finally {
            lock.unlock();
        }
        wake.run();
    }

    /** The oldest message; empty if there is none. What was told before the line broke comes first. */
    @Nullable Told poll() throws DriverException {
        lock.lock();
        try {
            var next = told.pollFirst();
            if (next != null) {
                room.signal();
                return next;
            }
            if (broken != null) {
                var why = broken;
                broken = null;
                throw why;
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return told.isEmpty() && broken == null;
        } finally {
            lock.unlock();
        }
    }

    long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of drivers that wait. */
    void close() {
        lock.lock();
        try {
            closed = true;
            told.clear();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
