package dev.skerry.data;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** The bus of one process. Closing it ends every subscription and the threads behind the queued ones. */
public final class LocalBus implements Bus, AutoCloseable {

    private static final Logger LOG = System.getLogger(LocalBus.class.getName());
    private static final String ALL = "*";
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long COMPLAIN_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    @Override
    public void publish(Batch batch) {
        String stream = batch.schema().stream();
        for (var listener : listeners) {
            if (listener.every || listener.stream.equals(stream)) {
                listener.tell(batch);
            }
        }
    }

    @Override
    public Subscription subscribe(String name, String stream, Consumer<Batch> listener) {
        var direct = new Listener(name, stream, listener);
        listeners.add(direct);
        return direct;
    }

    @Override
    public Subscription subscribeQueued(String name, String stream, int capacity, Consumer<Batch> listener) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: " + capacity + " (expected: 1 or more)");
        }
        var queued = new QueuedListener(name, stream, capacity, listener);
        queued.thread.start();
        listeners.add(queued);
        return queued;
    }

    @Override
    public void close() {
        for (var listener : listeners) {
            listener.close();
        }
    }

    private class Listener implements Subscription {
        final String name;
        final String stream;
        final boolean every;
        private final Consumer<Batch> target;
        private final AtomicLong complainedAt = new AtomicLong(System.nanoTime() - COMPLAIN_EVERY_NANOS);

        Listener(String name, String stream, Consumer<Batch> target) {
            this.name = name;
            this.stream = stream;
            this.every = stream.equals(ALL);
            this.target = target;
        }

        void tell(Batch batch) {
            long began = System.nanoTime();
            call(batch);
            long took = System.nanoTime() - began;
            if (took > SLOW_NANOS && mayComplain()) {
                LOG.log(Level.WARNING, "bus subscriber " + name + ": held up a publisher of " + batch.schema().stream()
                        + " for " + TimeUnit.NANOSECONDS.toMillis(took) + " ms");
            }
        }

        final void call(Batch batch) {
            try {
                target.accept(batch);
            } catch (RuntimeException | StackOverflowError e) {
                if (mayComplain()) {
                    LOG.log(Level.WARNING, "bus subscriber " + name + ": failed on " + batch.schema().stream(), e);
                }
            }
        }

        private boolean mayComplain() {
            long last = complainedAt.get();
            long now = System.nanoTime();
            return now - last >= COMPLAIN_EVERY_NANOS && complainedAt.compareAndSet(last, now);
        }

        @Override
        public long dropped() {
            return 0;
        }

        @Override
        public void close() {
            listeners.remove(this);
        }
    }

    private final class QueuedListener extends Listener {
        private final int capacity;
        private final ArrayDeque<Batch> queue = new ArrayDeque<>();
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition arrived = lock.newCondition();
        private final AtomicLong dropped = new AtomicLong();
        private final Thread thread;
        private boolean closed;

        QueuedListener(String name, String stream, int capacity, Consumer<Batch> target) {
            super(name, stream, target);
            this.capacity = capacity;
            thread = Thread.ofVirtual().name("bus-" + name).unstarted(this::run);
        }

        @Override
        void tell(Batch batch) {
            lock.lock();
            try {
                if (closed) {
                    return;
                }
                if (queue.size() == capacity) {
                    queue.removeFirst();
                    dropped.incrementAndGet();
                }
                queue.addLast(batch);
                arrived.signal();
            } finally {
                lock.unlock();
            }
        }

        private void run() {
            try {
                while (true) {
                    Batch next;
                    lock.lockInterruptibly();
                    try {
                        while (queue.isEmpty() && !closed) {
                            arrived.await();
                        }
                        if (closed) {
                            return;
                        }
                        next = queue.removeFirst();
                    } finally {
                        lock.unlock();
                    }
                    call(next);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public long dropped() {
            return dropped.get();
        }

        /** What is still queued is let go; a listener that blocks is interrupted. */
        @Override
        public void close() {
            super.close();
            lock.lock();
            try {
                closed = true;
                queue.clear();
                arrived.signalAll();
            } finally {
                lock.unlock();
            }
            if (Thread.currentThread() != thread) {
                thread.interrupt();
            }
        }
    }
}
