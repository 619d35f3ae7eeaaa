package dev.skerry.devices.engine;

import dev.skerry.devices.spi.RawValue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The writes that wait for a line's thread, and what wakes it. A write that its caller gave up is never sent. The thread
 * announces each call of the driver, for only there may it be interrupted: an interrupt elsewhere would close the files
 * of whoever listens on the bus.
 */
final class WriteQueue {

    static final int CAPACITY = 256;

    /** What became of a write: {@code why} not, or empty; what the device had {@code after} it, if that was asked for and could be read. */
    record Sent(String why, @Nullable RawValue after) {}

    /** One write. */
    record Pending(PlannedPoint point, RawValue value, boolean readBack, CompletableFuture<Sent> result) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private final ArrayDeque<Pending> waiting = new ArrayDeque<>();
    private @Nullable String refusal;
    private boolean stopping;
    private boolean nudged;
    private @Nullable Thread inDriver;
    private long inDriverSince;

    /** Waits for the line's thread, at most {@code timeout}. */
    Sent write(PlannedPoint point, RawValue value, boolean readBack, Duration timeout) throws InterruptedException {
        var pending = new Pending(point, value, readBack, new CompletableFuture<>());
        lock.lock();
        try {
            if (refusal != null) {
                return new Sent(refusal, null);
            }
            if (waiting.size() >= CAPACITY) {
                return new Sent(waiting.size() + " writes wait already (expected: a device that keeps up)", null);
            }
            waiting.addLast(pending);
            wake.signal();
        } finally {
            lock.unlock();
        }
        boolean answered = false;
        try {
            var result = pending.result().get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            answered = true;
            return result;
        } catch (TimeoutException e) {
            return new Sent(withdraw(pending) ? "not written within " + Shown.duration(timeout) + ", the device is busy"
                    : "no answer within " + Shown.duration(timeout) + ", it may have been written", null);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            if (!answered) {
                withdraw(pending);
            }
        }
    }

    /** Whether the write had not been sent, and now never will be. */
    private boolean withdraw(Pending pending) {
        lock.lock();
        try {
            return waiting.removeIf(waits -> waits == pending);
        } finally {
            lock.unlock();
        }
    }

    @Nullable Pending poll() {
        lock.lock();
        try {
            return waiting.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Until a write, a {@link #nudge} or {@link #stop} comes, at most so long. */
    void await(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            while (waiting.isEmpty() && !stopping && !nudged && left > 0) {
                left = wake.awaitNanos(left);
            }
            nudged = false;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes the thread, or lets its next wait end at once. */
    void nudge() {
        lock.lock();
        try {
            nudged = true;
            wake.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Takes writes from now on. */
    void open() {
        lock.lock();
        try {
            if (!stopping) {
                refusal = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Refuses all that wait and all that come, until {@link #open}. */
    void refuse(String why) {
        List<Pending> refused;
        lock.lock();
        try {
            refusal = why;
            refused = new ArrayList<>(waiting);
            waiting.clear();
        } finally {
            lock.unlock();
        }
        refused.forEach(pending -> pending.result().complete(new Sent(why, null)));
    }

    /** For good; wakes the thread, out of the driver too. */
    void stop(String why) {
        lock.lock();
        try {
            stopping = true;
            wake.signalAll();
            if (inDriver != null && inDriver != Thread.currentThread()) {
                inDriver.interrupt();
            }
        } finally {
            lock.unlock();
        }
        refuse(why);
    }

    boolean stopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    /** The thread is about to call the driver. */
    void enterDriver() throws InterruptedException {
        lock.lock();
        try {
            if (stopping) {
                throw new InterruptedException("stopping");
            }
            inDriver = Thread.currentThread();
            inDriverSince = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    /** For how long the thread has been in the driver, in nanoseconds; 0 if it is not. */
    long inDriver() {
        lock.lock();
        try {
            return inDriver == null ? 0 : Math.max(1, System.nanoTime() - inDriverSince);
        } finally {
            lock.unlock();
        }
    }

    /** The driver is left, with no interrupt pending that was meant for it. */
    void leaveDriver() {
        lock.lock();
        try {
            inDriver = null;
            if (stopping && Thread.interrupted()) {
                wake.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
