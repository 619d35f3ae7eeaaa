package dev.skerry.fabric.spoke;

import dev.skerry.data.EventLog;
import dev.skerry.data.EventLog.Event;
import dev.skerry.fabric.link.LogDigest;
import dev.skerry.fabric.link.LogEntry;
import dev.skerry.fabric.link.LogPosition;
import dev.skerry.fabric.link.LogSource;
import dev.skerry.fabric.link.StateLog;
import dev.skerry.fabric.link.wire.EventRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.temporal.ChronoUnit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The site's own events, from where the parent stands; read in parts from the log on disk. */
final class EventsSource implements LogSource {

    private static final int PART = 200;

    private final EventLog events;

    EventsSource(EventLog events) {
        this.events = events;
    }

    @Override
    public String log() {
        return "events";
    }

    @Override
    public StateLog.Answer after(LogPosition held) {
        var before = held.epoch().equals(events.epoch()) ? held.sequence() : 0;
        var entries = new ArrayList<LogEntry>();
        for (var event : events.own(before, PART)) {
            entries.add(new LogEntry(events.epoch(), before, event.sequence(), "", 0, "", record(event).toByteArray(), false));
            before = event.sequence();
        }
        return new StateLog.Answer.Deltas(entries);
    }

    private static EventRecord record(Event event) {
        return EventRecord.newBuilder()
                .setSequence(event.sequence())
                .setTimeNanos(ChronoUnit.NANOS.between(Instant.EPOCH, event.time()))
                .setKind(event.kind())
                .setSeverity(event.severity())
                .setSite(event.site())
                .setSubject(event.subject())
                .setMessage(event.message())
                .putAllFields(event.fields())
                .build();
    }

    @Override
    public List<LogEntry> wanted(LogDigest digest, Collection<String> keys) {
        return List.of();
    }

    @Override
    public void acknowledged(LogPosition upTo) {
        if (upTo.epoch().equals(events.epoch())) {
            try {
                events.acknowledge(upTo.sequence());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public AutoCloseable onChange(Runnable changed) {
        return events.listen(event -> changed.run());
    }
}
