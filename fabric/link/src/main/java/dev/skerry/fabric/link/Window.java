package dev.skerry.fabric.link;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How many bytes may be on the way unacknowledged. Acknowledgement is cumulative. One sender, any acknowledger. */
public final class Window {

    private final long limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final ArrayDeque<Sent> sent = new ArrayDeque<>();
    private long bytes;

    public Window(long limit) {
        this.limit = limit;
    }

    /** Waits for room and takes it; false if none came within {@code wait}. An entry larger than the window goes alone. */
    public boolean take(long sequence, long size, Duration wait) throws InterruptedException {
        long left = wait.toNanos();
        lock.lockInterruptibly();
        try {
            while (!sent.isEmpty() && bytes + size > limit) {
                if (left <= 0) {
                    return false;
                }
                left = room.awaitNanos(left);
            }
            sent.add(new Sent(sequence, size));
            bytes += size;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** All up to this sequence is committed at the other end. */
    public void acknowledged(long upTo) {
        lock.lock();
        try {
            while (!sent.isEmpty() && sent.getFirst().sequence() <= upTo) {
                bytes -= sent.removeFirst().size();
            }
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Bytes on the way. */
    public long outstanding() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Entries on the way. */
    int entries() {
        lock.lock();
        try {
            return sent.size();
        } finally {
            lock.unlock();
        }
    }

    private record Sent(long sequence, long size) {}
}
