package dev.skerry.devices.engine;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One at a time on a shared line: writes before reads, each in the order in which they came. After some writes in a row a read
 * that waits has its turn, or a rule that writes without end would blind the site.
 */
final class Turns {

    private static final int WRITES_IN_A_ROW = 16;

    private static final class Waiter {
        final Condition called;
        boolean turn;

        Waiter(Condition called) {
            this.called = called;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Waiter> writes = new ArrayDeque<>();
    private final ArrayDeque<Waiter> reads = new ArrayDeque<>();
    private boolean taken;
    private int writesInARow;

    /** Waits for its turn, to be ended by {@link #give}. */
    void take(boolean write) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!taken) {
                taken = true;
                count(write);
                return;
            }
            var waiter = new Waiter(lock.newCondition());
            var queue = write ? writes : reads;
            queue.addLast(waiter);
            try {
                while (!waiter.turn) {
                    waiter.called.await();
                }
            } catch (InterruptedException e) {
                if (waiter.turn) {
                    next();
                } else {
                    queue.remove(waiter);
                }
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    void give() {
        lock.lock();
        try {
            next();
        } finally {
            lock.unlock();
        }
    }

    private void next() {
        boolean write = !writes.isEmpty() && (reads.isEmpty() || writesInARow < WRITES_IN_A_ROW);
        @Nullable Waiter waiter = write ? writes.pollFirst() : reads.pollFirst();
        if (waiter == null) {
            taken = false;
            return;
        }
        count(write);
        waiter.turn = true;
        waiter.called.signal();
    }

    private void count(boolean write) {
        writesInARow = write ? writesInARow + 1 : 0;
    }

    /** Who waits. */
    int waiting() {
        lock.lock();
        try {
            return writes.size() + reads.size();
        } finally {
            lock.unlock();
        }
    }
}
