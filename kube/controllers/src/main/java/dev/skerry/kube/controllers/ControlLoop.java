package dev.skerry.kube.controllers;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Brings objects to their wished state, key by key. A key that waits is not queued twice, and never worked on by two threads at once;
 * one that comes while it is worked on is worked on again. What fails is tried again, later each time. The queue holds at most
 * one entry an object, and there are as many threads as asked for.
 */
final class ControlLoop implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(ControlLoop.class.getName());
    private static final long FIRST_RETRY_NANOS = Duration.ofMillis(10).toNanos();
    private static final long LAST_RETRY_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int MAX_DOUBLINGS = 20;
    private static final int SILENT_TRIES = 3;
    private static final Duration CLOSING = Duration.ofSeconds(5);

    /** Looks at one object and does what is missing. */
    interface Work {
        /** @return when to look again although nothing has changed; empty for never */
        Optional<Duration> reconcile(String key) throws InterruptedException;
    }

    private record Later(String key, long atNanos) {}

    private final String name;
    private final Work work;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<String> ready = new ArrayDeque<>();
    private final Set<String> queued = new HashSet<>();
    private final Set<String> running = new HashSet<>();
    private final Set<String> again = new HashSet<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<String, Later> next = new HashMap<>();
    private final PriorityQueue<Later> later = new PriorityQueue<>((a, b) -> Long.compare(a.atNanos - b.atNanos, 0));
    private final List<Thread> threads = new ArrayList<>();
    private boolean closed;

    ControlLoop(String name, int workers, Work work) {
        this.name = name;
        this.work = work;
        for (int i = 0; i < workers; i++) {
            threads.add(Thread.ofVirtual().name(name + "-" + i).unstarted(this::run));
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    /** Looks at the key as soon as a thread is free. */
    void add(String key) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (running.contains(key)) {
                again.add(key);
            } else if (queued.add(key)) {
                ready.add(key);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (true) {
                var key = take();
                if (key.isEmpty()) {
                    return;
                }
                work(key.get());
            }
        } catch (InterruptedException e) {
            // Closed: the thread ends here.
            return;
        }
    }

    private void work(String key) throws InterruptedException {
        Optional<Duration> comeBack = Optional.empty();
        @Nullable RuntimeException failure = null;
        try {
            comeBack = work.reconcile(key);
        } catch (RuntimeException e) {
            // The edge of the thread: whatever it was, the key is tried again. Only in a namespace that goes nothing is made any more.
            failure = e instanceof KubernetesClientException refused && NewPods.namespaceLeaves(refused) ? null : e;
        }
        var wait = failure == null ? comeBack.map(Duration::toNanos) : Optional.of(failed(key, failure));
        lock.lock();
        try {
            running.remove(key);
            if (failure == null) {
                failures.remove(key);
            }
            if (again.remove(key) && failure == null) {
                add(key);
            }
            wait.ifPresent(nanos -> delay(key, nanos));
        } finally {
            lock.unlock();
        }
    }

    private long failed(String key, RuntimeException failure) throws InterruptedException {
        int tries;
        lock.lock();
        try {
            if (closed) {
                throw new InterruptedException();
            }
            tries = failures.merge(key, 1, Integer::sum);
        } finally {
            lock.unlock();
        }
        var wait = Math.min(LAST_RETRY_NANOS, FIRST_RETRY_NANOS << Math.min(tries - 1, MAX_DOUBLINGS));
        // Somebody else was faster, or an object has just come or gone: no wonder the first few times.
        var level = expected(failure) && tries <= SILENT_TRIES ? DEBUG : WARNING;
        var text = name + " " + key + ": " + failure.getMessage() + " (try " + tries + ", next in " + wait / 1_000_000 + " ms)";
        if (failure instanceof KubernetesClientException) {
            LOG.log(level, text);
        } else {
            LOG.log(WARNING, text, failure);
        }
        return wait;
    }

    private static boolean expected(RuntimeException failure) {
        return failure instanceof KubernetesClientException e
                && (e.getCode() == HttpURLConnection.HTTP_CONFLICT || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND || e.getCode() == HttpURLConnection.HTTP_FORBIDDEN);
    }

    /** The soonest wish counts; the others are forgotten. */
    private void delay(String key, long nanos) {
        var wish = new Later(key, System.nanoTime() + nanos);
        var there = next.get(key);
        if (there != null && there.atNanos - wish.atNanos <= 0) {
            return;
        }
        if (there != null) {
            later.remove(there);
        }
        next.put(key, wish);
        later.add(wish);
        changed.signal();
    }

    private Optional<String> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                wake();
                var key = ready.poll();
                if (key != null) {
                    queued.remove(key);
                    running.add(key);
                    return Optional.of(key);
                }
                var first = later.peek();
                if (first == null) {
                    changed.await();
                } else {
                    changed.awaitNanos(Math.max(1, first.atNanos - System.nanoTime()));
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        var now = System.nanoTime();
        while (true) {
            var first = later.peek();
            if (first == null || first.atNanos - now > 0) {
                return;
            }
            later.remove();
            next.remove(first.key);
            add(first.key);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        threads.forEach(Thread::interrupt);
        var end = System.nanoTime() + CLOSING.toNanos();
        for (var thread : threads) {
            try {
                if (thread.isAlive() && !thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
                    LOG.log(WARNING, "{0}: did not end within {1}", thread.getName(), CLOSING);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
