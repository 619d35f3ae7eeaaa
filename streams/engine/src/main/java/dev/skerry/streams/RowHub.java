package dev.skerry.streams;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Rows of streams that no device tells, by namespace and stream. A source gives them on its own thread and so waits for the rules; a
 * rule that feeds others gives them to a queue, since it holds its lock, and two rules may feed one another.
 */
final class RowHub implements AutoCloseable {

    private static final Logger LOG = System.getLogger(RowHub.class.getName());
    private static final int QUEUE = 10_000;

    /** Takes rows, on the thread of whoever gives them. */
    interface Listener {
        void rows(String stream, List<Map<String, @Nullable Object>> rows, Map<String, @Nullable Object> meta);
    }

    private final Map<String, List<Listener>> listeners = new ConcurrentHashMap<>();
    private final Map<String, Channel> channels = new ConcurrentHashMap<>();

    /** Columns of the topics that rules feed. */
    private final Map<String, List<String>> topics = new ConcurrentHashMap<>();

    /** A rule feeds the topic with rows of these columns. */
    void declare(String namespace, String topic, List<String> columns) {
        topics.put(key(namespace, topic), columns);
    }

    /** The columns of a topic that some rule feeds, or fed. */
    Optional<List<String>> columns(String namespace, String topic) {
        return Optional.ofNullable(topics.get(key(namespace, topic)));
    }

    private static String key(String namespace, String stream) {
        return namespace + "/" + stream;
    }

    AutoCloseable subscribe(String namespace, String stream, Listener listener) {
        var all = listeners.computeIfAbsent(key(namespace, stream), k -> new CopyOnWriteArrayList<>());
        all.add(listener);
        return () -> all.remove(listener);
    }

    void publish(String namespace, String stream, List<Map<String, @Nullable Object>> rows, Map<String, @Nullable Object> meta) {
        for (var listener : listeners.getOrDefault(key(namespace, stream), List.of())) {
            try {
                listener.rows(stream, rows, meta);
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "stream " + stream + ": a rule failed", e);
            }
        }
    }

    /** For rules: never waits; false if the oldest row had to go. */
    boolean offer(String namespace, String topic, Map<String, @Nullable Object> row) {
        return channels.computeIfAbsent(key(namespace, topic), k -> new Channel(namespace, topic)).offer(row);
    }

    /** The rows of one topic on their way. */
    private final class Channel {
        private final String namespace;
        private final String topic;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition arrived = lock.newCondition();
        private final ArrayDeque<Map<String, @Nullable Object>> rows = new ArrayDeque<>();
        private final Thread thread;

        Channel(String namespace, String topic) {
            this.namespace = namespace;
            this.topic = topic;
            thread = Thread.ofVirtual().name("memory " + topic).start(this::run);
        }

        boolean offer(Map<String, @Nullable Object> row) {
            lock.lock();
            try {
                boolean room = rows.size() < QUEUE;
                if (!room) {
                    rows.removeFirst();
                }
                rows.addLast(row);
                arrived.signal();
                return room;
            } finally {
                lock.unlock();
            }
        }

        private void run() {
            try {
                while (true) {
                    List<Map<String, @Nullable Object>> next;
                    lock.lockInterruptibly();
                    try {
                        while (rows.isEmpty()) {
                            arrived.await();
                        }
                        next = new ArrayList<>(rows);
                        rows.clear();
                    } finally {
                        lock.unlock();
                    }
                    publish(namespace, topic, next, Map.of("topic", topic));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        channels.values().forEach(c -> c.thread.interrupt());
    }
}
