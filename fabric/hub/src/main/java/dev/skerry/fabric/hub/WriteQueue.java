package dev.skerry.fabric.hub;

import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is to be written to the API, by name. A name waits once however often it is added, is written by one worker at a
 * time, and comes back a little later if that failed. Bounded by the number of objects.
 */
final class WriteQueue<K> implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(WriteQueue.class.getName());
    private static final long AGAIN_MILLIS = 2_000;
    private static final long RACE_MILLIS = 50;

    /** Brings one object up to date, from all that is known now. */
    interface Writer<K> {
        void write(K key) throws Exception;
    }

    private final String name;
    private final Writer<K> writer;
    private final ScheduledExecutorService timer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition some = lock.newCondition();
    private final LinkedHashSet<K> waiting = new LinkedHashSet<>();
    private final Set<K> busy = new HashSet<>();
    private boolean closed;

    WriteQueue(String name, int workers, ScheduledExecutorService timer, Writer<K> writer) {
        this.name = name;
        this.writer = writer;
        this.timer = timer;
        for (int i = 0; i < workers; i++) {
            Thread.ofVirtual().name("hub-" + name + "-" + i).start(this::work);
        }
    }

    void add(K key) {
        lock.lock();
        try {
            if (!closed && waiting.add(key)) {
                some.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        try {
            while (true) {
                K key = take();
                if (key == null) {
                    return;
                }
                write(key);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(K key) {
        long again = 0;
        try {
            writer.write(key);
        } catch (KubernetesClientException e) {
            switch (e.getCode()) {
                case HttpURLConnection.HTTP_NOT_FOUND -> again = 0; // It was deleted meanwhile: nothing to write.
                case HttpURLConnection.HTTP_CONFLICT -> again = RACE_MILLIS;
                default -> again = failed(key, e);
            }
        } catch (Exception e) {
            again = failed(key, e);
        } finally {
            done(key);
        }
        if (again > 0 && !isClosed()) {
            timer.schedule(() -> add(key), again, TimeUnit.MILLISECONDS);
        }
    }

    private long failed(K key, Exception e) {
        if (!isClosed()) {
            LOG.log(WARNING, "{0} of {1}: cannot be written (next try in {2}ms): {3}", name, key, AGAIN_MILLIS, e.getMessage());
        }
        return AGAIN_MILLIS;
    }

    private @org.jspecify.annotations.Nullable K take() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                if (closed) {
                    return null;
                }
                for (K key : waiting) {
                    if (busy.add(key)) {
                        waiting.remove(key);
                        return key;
                    }
                }
                some.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void done(K key) {
        lock.lock();
        try {
            busy.remove(key);
            some.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            some.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
