package dev.skerry.kube.apiserver;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** So many seats, and a bounded queue before them in which the flows take turns. */
final class Seats {

    private final int size;
    private final int maxWaiting;
    private final int maxOfFlow;
    private final ReentrantLock lock = new ReentrantLock();
    /** The flow whose turn it is comes first; one without waiters is not here. */
    private final LinkedHashMap<String, ArrayDeque<Waiter>> flows = new LinkedHashMap<>();
    private int taken;
    private int waiting;

    private static final class Waiter {
        final Condition turn;
        boolean seated;

        Waiter(Condition turn) {
            this.turn = turn;
        }
    }

    /** A flow may fill half of the queue. */
    Seats(int size, int maxWaiting) {
        this.size = size;
        this.maxWaiting = maxWaiting;
        this.maxOfFlow = Math.max(1, maxWaiting / 2);
    }

    int size() {
        return size;
    }

    /** How many wait now. */
    int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /** @return whether there is a seat now; to be given back */
    boolean take(String flow, Duration patience) {
        lock.lock();
        try {
            if (taken < size && waiting == 0) {
                taken++;
                return true;
            }
            var queue = flows.get(flow);
            if (waiting >= maxWaiting || queue != null && queue.size() >= maxOfFlow) {
                return false;
            }
            var waiter = new Waiter(lock.newCondition());
            flows.computeIfAbsent(flow, f -> new ArrayDeque<>()).add(waiter);
            waiting++;
            return await(flow, waiter, patience.toNanos());
        } finally {
            lock.unlock();
        }
    }

    private boolean await(String flow, Waiter waiter, long nanos) {
        var left = nanos;
        try {
            while (!waiter.seated && left > 0) {
                left = waiter.turn.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!waiter.seated) {
            var queue = flows.get(flow);
            if (queue != null && queue.remove(waiter)) {
                waiting--;
                if (queue.isEmpty()) {
                    flows.remove(flow);
                }
            }
        }
        return waiter.seated;
    }

    void give() {
        lock.lock();
        try {
            if (waiting == 0) {
                taken--;
                return;
            }
            var next = flows.pollFirstEntry();
            var waiter = next.getValue().poll();
            if (!next.getValue().isEmpty()) {
                // To the end: the others come first.
                flows.putLast(next.getKey(), next.getValue());
            }
            waiting--;
            if (waiter != null) {
                waiter.seated = true;
                waiter.turn.signal();
            }
        } finally {
            lock.unlock();
        }
    }
}
