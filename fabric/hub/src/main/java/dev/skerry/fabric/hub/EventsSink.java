package dev.skerry.fabric.hub;

import dev.skerry.data.EventLog;
import dev.skerry.data.EventLog.Event;
import dev.skerry.fabric.link.LogDigest;
import dev.skerry.fabric.link.LogEntry;
import dev.skerry.fabric.link.LogPosition;
import dev.skerry.fabric.link.LogSink;
import dev.skerry.fabric.link.Receiver;
import dev.skerry.fabric.link.wire.EventRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** A site's events, into the event log of this place. What the site had to drop leaves a gap, and no more. */
final class EventsSink implements LogSink {

    private final String site;
    private final String epoch;
    private final EventLog events;

    EventsSink(String site, String epoch, EventLog events) {
        this.site = site;
        this.epoch = epoch;
        this.events = events;
    }

    @Override
    public String log() {
        return "events";
    }

    @Override
    public LogPosition position() {
        return new LogPosition(epoch, events.received(site, epoch));
    }

    @Override
    public Receiver.Outcome accept(LogEntry entry) throws IOException {
        var record = EventRecord.parseFrom(entry.payload());
        var event = new Event(
                record.getSequence(), Instant.ofEpochSecond(0, record.getTimeNanos()), record.getKind(), record.getSeverity(),
                record.getSite(), record.getSubject(), record.getMessage(), record.getFieldsMap());
        events.receive(site, entry.epoch(), List.of(event));
        return Receiver.Outcome.CHANGED;
    }

    @Override
    public List<String> accept(LogDigest digest) throws IOException {
        throw new IOException("events: a digest (expected: entries only)");
    }
}
