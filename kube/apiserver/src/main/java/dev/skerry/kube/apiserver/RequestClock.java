package dev.skerry.kube.apiserver;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The time that one request has: to arrive whole, and to wait for its turn. */
final class RequestClock {

    private final Timer timer;
    private final long end;

    RequestClock(Timer timer, Duration time) {
        this.timer = timer;
        this.end = System.nanoTime() + time.toNanos();
    }

    Duration left() {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    void check() throws Failure {
        if (left().isZero()) {
            throw Failure.timeout();
        }
    }

    interface Reading<T> {
        T read() throws java.io.IOException;
    }

    /** Reads what the client sends. If that takes too long the thread is interrupted, which ends the connection. */
    <T> T reading(Reading<T> reading) throws java.io.IOException, Failure {
        var limit = new Interruption(Thread.currentThread());
        var alarm = timer.executor.schedule(limit::ring, left().toNanos(), TimeUnit.NANOSECONDS);
        try {
            return reading.read();
        } catch (java.io.IOException | RuntimeException e) {
            if (limit.rung()) {
                throw Failure.timeout();
            }
            throw e;
        } finally {
            alarm.cancel(false);
            if (limit.end()) {
                // It was meant for the reading alone.
                Thread.interrupted();
            }
        }
    }

    /** Interrupts a thread, but never after the end. */
    private static final class Interruption {
        private final Thread thread;
        private boolean ended;
        private boolean rung;

        Interruption(Thread thread) {
            this.thread = thread;
        }

        synchronized void ring() {
            if (!ended) {
                rung = true;
                thread.interrupt();
            }
        }

        synchronized boolean rung() {
            return rung;
        }

        synchronized boolean end() {
            ended = true;
            return rung;
        }
    }

    /** One thread that watches over the slow senders of a server. */
    static final class Timer implements AutoCloseable {
        private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, Thread.ofVirtual().name("request timer").factory());

        Timer() {
            executor.setRemoveOnCancelPolicy(true);
        }

        @Override
        public void close() {
            executor.shutdownNow();
        }
    }
}
