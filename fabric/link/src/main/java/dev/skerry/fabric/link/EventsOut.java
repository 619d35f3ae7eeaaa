package dev.skerry.fabric.link;

import dev.skerry.data.EventLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;

/** This place's own events on their way up: the event log itself is the queue, and forgets what was acknowledged as it likes. */
public final class EventsOut implements Outgoing {

    /** The log's name on the line. */
    public static final String NAME = "events";

    private static final int AHEAD = 64;
    private static final int COUNTED = 1_000;

    private final EventLog events;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<EventLog.Event> read = new ArrayDeque<>();

    public EventsOut(EventLog events) {
        this.events = events;
    }

    @Override
    public String log() {
        return NAME;
    }

    @Override
    public LogPosition head() {
        return new LogPosition(events.epoch(), 0);
    }

    @Override
    public Start start(LogPosition held) {
        lock.lock();
        try {
            read.clear();
        } finally {
            lock.unlock();
        }
        return new Start.Deltas(new LogPosition(events.epoch(), held.epoch().equals(events.epoch()) ? held.sequence() : 0));
    }

    @Override
    public Next next(Pass pass, long after) {
        lock.lock();
        try {
            while (!read.isEmpty() && read.getFirst().sequence() <= after) {
                read.removeFirst();
            }
            if (read.isEmpty()) {
                read.addAll(events.own(after, AHEAD));
            }
            if (read.isEmpty()) {
                return new Next.End();
            }
            EventLog.Event event = read.getFirst();
            byte[] payload = EventText.bytes(event);
            return new Next.Found(new LogEntry(
                    events.epoch(), after, event.sequence(), event.kind(), 0, StateLog.hash(payload), payload, false));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long count(long after) {
        return events.own(after, COUNTED).size();
    }

    @Override
    public void acknowledged(LogPosition position) {
        try {
            events.acknowledge(position.sequence());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
