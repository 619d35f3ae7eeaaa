package dev.skerry.fabric.link;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What came and is not committed. While one batch is being committed the next gathers, so that a slow disk makes larger
 * batches. It has no thread while it is empty, and holds the line up when it is full.
 */
final class Inbox {

    private static final long MOST_BYTES = 4 << 20;
    private static final int BATCH = 256;
    private static final long OVERHEAD = 200;
    private static final long PATIENCE_SECONDS = 60;

    /** Is told what was committed, and what went wrong. */
    interface Reader {
        void committed(String log, LogPosition at);

        void wants(String log, LogDigest digest, List<String> keys);

        void failed(Exception e);
    }

    private sealed interface Item {
        record Value(Incoming log, LogEntry entry) implements Item {}

        record Whole(Incoming log, LogDigest digest) implements Item {}
    }

    private final Executor executor;
    private final Reader reader;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final ArrayDeque<Item> items = new ArrayDeque<>();
    private long bytes;
    private boolean draining;
    private boolean closed;

    Inbox(Executor executor, Reader reader) {
        this.executor = executor;
        this.reader = reader;
    }

    void put(Incoming log, LogEntry entry) throws LinkException {
        put(new Item.Value(log, entry), entry.payload().length + OVERHEAD);
    }

    void put(Incoming log, LogDigest digest) throws LinkException {
        put(new Item.Whole(log, digest), 0);
    }

    private void put(Item item, long size) throws LinkException {
        boolean start;
        lock.lock();
        try {
            while (bytes > MOST_BYTES && !closed) {
                if (!room.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    throw new LinkException("inbox: nothing was stored for " + PATIENCE_SECONDS + "s (expected: a disk that keeps up)");
                }
            }
            if (closed) {
                return;
            }
            items.add(item);
            bytes += size;
            start = !draining;
            draining = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LinkException("inbox: interrupted");
        } finally {
            lock.unlock();
        }
        if (start) {
            executor.execute(this::drain);
        }
    }

    private void drain() {
        try {
            for (var batch = take(); !batch.isEmpty(); batch = take()) {
                switch (batch.getFirst()) {
                    case Item.Whole(Incoming log, LogDigest digest) -> {
                        List<String> keys = log.accept(digest);
                        reader.wants(log.log(), digest, keys);
                    }
                    case Item.Value(Incoming log, LogEntry first) ->
                        reader.committed(log.log(), log.accept(batch.stream().map(i -> ((Item.Value) i).entry()).toList()));
                }
            }
        } catch (IOException | LinkException | RuntimeException e) {
            close();
            reader.failed(e);
        }
    }

    /** A digest alone, or as many entries of one log as lie together; empty when there is nothing, and then this run ends. */
    private List<Item> take() {
        lock.lock();
        try {
            var batch = new ArrayList<Item>();
            while (!closed && batch.size() < BATCH && items.peek() instanceof Item next) {
                if (!batch.isEmpty() && !(next instanceof Item.Value(Incoming log, LogEntry entry)
                        && batch.getFirst() instanceof Item.Value(Incoming first, LogEntry e) && first == log)) {
                    break;
                }
                batch.add(items.remove());
                if (next instanceof Item.Value(Incoming log, LogEntry entry)) {
                    bytes -= entry.payload().length + OVERHEAD;
                }
            }
            room.signalAll();
            draining = !batch.isEmpty();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            items.clear();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
