package dev.skerry.fabric.link;

import dev.skerry.fabric.link.wire.Digest;
import dev.skerry.fabric.link.wire.Frame;
import dev.skerry.fabric.link.wire.Want;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Where one log that we send stands on one connection. It pulls from the log only what the window has room for. */
final class OutLane {

    private static final int LINES_A_PART = 500;

    private sealed interface State {
        /** The other end has not said what it holds, or does not know the log. */
        record Closed() implements State {}

        record Telling(LogDigest digest, Iterator<Map.Entry<String, LogDigest.Line>> rest) implements State {}

        /** The digest is out, its answer is not in. */
        record Asked(LogDigest digest) implements State {}

        record Passing(Outgoing.Pass pass) implements State {}
    }

    private final Outgoing log;
    private final ReentrantLock lock = new ReentrantLock();
    private final long windowBytes;
    private Window window;
    private State state = new State.Closed();
    private long cursor;
    private long sent; // what the receiver will hold; the cursor goes on over what it did not ask for

    OutLane(Outgoing log, long windowBytes) {
        this.log = log;
        this.windowBytes = windowBytes;
        window = new Window(windowBytes);
    }

    Outgoing log() {
        return log;
    }

    void open(LogPosition held) {
        lock.lock();
        try {
            begin(log.start(held));
        } finally {
            lock.unlock();
        }
    }

    private void begin(Outgoing.Start start) {
        window = new Window(windowBytes);
        switch (start) {
            case Outgoing.Start.Deltas(LogPosition from) -> pass(new Outgoing.Pass(from.epoch(), from.sequence(), Set.of()), from.sequence());
            case Outgoing.Start.Full(LogDigest digest) -> {
                state = new State.Telling(digest, digest.lines().entrySet().iterator());
                cursor = 0;
                sent = 0;
            }
        }
    }

    private void pass(Outgoing.Pass pass, long from) {
        state = new State.Passing(pass);
        cursor = from;
        sent = from;
    }

    /** The next frame, if there is one and the window has room for it. */
    @Nullable Frame next() {
        lock.lock();
        try {
            return switch (state) {
                case State.Closed() -> null;
                case State.Asked(LogDigest digest) -> null;
                case State.Telling telling -> part(telling);
                case State.Passing(Outgoing.Pass pass) -> entry(pass);
            };
        } finally {
            lock.unlock();
        }
    }

    private Frame part(State.Telling telling) {
        Digest.Builder part = Frames.digest(log.log(), telling.digest());
        for (int i = 0; i < LINES_A_PART && telling.rest().hasNext(); i++) {
            var line = telling.rest().next();
            part.addLines(Frames.line(line.getKey(), line.getValue()));
        }
        if (!telling.rest().hasNext()) {
            part.setLast(true);
            state = new State.Asked(telling.digest());
        }
        return Frame.newBuilder().setDigest(part).build();
    }

    private @Nullable Frame entry(Outgoing.Pass pass) {
        if (window.outstanding() >= windowBytes) {
            return null; // What has no room now may be another value when it has.
        }
        return switch (log.next(pass, cursor)) {
            case Outgoing.Next.End() -> {
                cursor = Math.max(cursor, pass.floor());
                yield null;
            }
            case Outgoing.Next.Found(LogEntry entry) -> {
                if (!room(entry)) {
                    yield null;
                }
                LogEntry chained = entry.after(sent);
                cursor = entry.sequence();
                sent = entry.sequence();
                yield Frames.entry(log.log(), chained);
            }
            case Outgoing.Next.Lost() -> {
                begin(log.start(LogPosition.NONE));
                yield state instanceof State.Telling telling ? part(telling) : null;
            }
        };
    }

    private boolean room(LogEntry entry) {
        try {
            return window.take(entry.sequence(), entry.payload().length + 200L, Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void wanted(Want want) {
        lock.lock();
        try {
            if (state instanceof State.Asked(LogDigest digest)
                    && digest.epoch().equals(want.getEpoch())
                    && digest.sequence() == want.getSequence()) {
                var keys = Set.copyOf(want.getKeysList());
                pass(new Outgoing.Pass(digest.epoch(), digest.sequence(), keys), keys.isEmpty() ? digest.sequence() : 0);
            }
        } finally {
            lock.unlock();
        }
    }

    void acknowledged(LogPosition at) {
        boolean current;
        lock.lock();
        try {
            current = state instanceof State.Passing(Outgoing.Pass pass) && pass.epoch().equals(at.epoch());
            if (current) {
                window.acknowledged(at.sequence());
            }
        } finally {
            lock.unlock();
        }
        if (current) {
            log.acknowledged(at);
        }
    }

    /** Entries that are still to be sent or acknowledged; while a digest is under way all of them, and at least one. */
    long behind() {
        lock.lock();
        try {
            return switch (state) {
                case State.Passing passing -> log.count(cursor) + window.entries();
                case State.Closed closed -> Math.max(1, log.count(0));
                case State.Telling telling -> Math.max(1, log.count(0));
                case State.Asked asked -> Math.max(1, log.count(0));
            };
        } finally {
            lock.unlock();
        }
    }
}
