package dev.skerry.fabric.link;

import dev.skerry.fabric.link.wire.Frame;
import dev.skerry.fabric.link.wire.Position;
import io.grpc.stub.CallStreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a connection. What controls goes before what carries, acknowledgements are merged, and nothing is
 * given to a line that has no room. One sender at a time, whoever comes; nobody waits.
 */
final class Wire {

    /** Bodies of frames with this number or a higher one may be skipped by those who do not know them. */
    static final int OPTIONAL = 64;

    private static final int MOST_CONTROL = 64;

    private final CallStreamObserver<Frame> call;
    private final Supplier<@Nullable Frame> entries;
    private final Consumer<String> lost;
    private final AtomicInteger asked = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Frame> control = new ArrayDeque<>();
    private final Map<String, Position> acks = new LinkedHashMap<>();
    private @Nullable Long answer;
    private boolean closing;
    private @Nullable String goodbye;
    private boolean closed; // only the sender looks
    private volatile long lastSent = System.nanoTime();

    Wire(CallStreamObserver<Frame> call, Supplier<@Nullable Frame> entries, Consumer<String> lost) {
        this.call = call;
        this.entries = entries;
        this.lost = lost;
    }

    long lastSent() {
        return lastSent;
    }

    void control(Frame frame) {
        boolean full;
        lock.lock();
        try {
            full = control.size() >= MOST_CONTROL;
            if (!full) {
                control.add(frame);
            }
        } finally {
            lock.unlock();
        }
        if (full) {
            lost.accept("the line takes nothing (" + MOST_CONTROL + " control frames wait)");
            close(null);
        }
        pump();
    }

    void acknowledge(Position position) {
        lock.lock();
        try {
            acks.put(position.getLog(), position);
        } finally {
            lock.unlock();
        }
        pump();
    }

    /** Only the newest heartbeat is answered. */
    void answer(long nonce) {
        lock.lock();
        try {
            answer = nonce;
        } finally {
            lock.unlock();
        }
        pump();
    }

    /** Says why, if there is a why, and ends the stream. */
    void close(@Nullable String reason) {
        lock.lock();
        try {
            if (closing) {
                return;
            }
            closing = true;
            goodbye = reason;
        } finally {
            lock.unlock();
        }
        pump();
    }

    void pump() {
        if (asked.getAndIncrement() != 0) {
            return; // Whoever is sending goes round once more.
        }
        int seen = 1;
        do {
            send();
            seen = asked.addAndGet(-seen);
        } while (seen != 0);
    }

    private void send() {
        try {
            while (!closed) {
                if (over()) {
                    return;
                }
                Frame frame = call.isReady() ? next() : null;
                if (frame == null) {
                    return;
                }
                call.onNext(frame);
                lastSent = System.nanoTime();
            }
        } catch (RuntimeException e) {
            closed = true; // The call is cancelled; gRPC has no other word for it.
            lost.accept("the line is gone: " + e.getMessage());
        }
    }

    private boolean over() {
        String reason;
        lock.lock();
        try {
            if (!closing) {
                return false;
            }
            reason = goodbye;
        } finally {
            lock.unlock();
        }
        closed = true;
        if (reason != null) {
            call.onNext(Frames.reject(reason));
        }
        call.onCompleted();
        return true;
    }

    private @Nullable Frame next() {
        lock.lock();
        try {
            if (!control.isEmpty()) {
                return control.remove();
            }
            if (answer != null) {
                long nonce = answer;
                answer = null;
                return Frames.heartbeat(nonce, true);
            }
            if (!acks.isEmpty()) {
                List<Position> all = new ArrayList<>(acks.values());
                acks.clear();
                return Frames.ack(all);
            }
        } finally {
            lock.unlock();
        }
        return entries.get();
    }
}
