package dev.skerry.fabric.link;

import dev.skerry.data.EventLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A site's events, into the log of this place, which takes each of them once. */
public final class EventsIn implements Incoming {

    private final EventLog events;
    private final String site;
    private final String epoch;

    /** @param epoch of the site's log, as the site says it in its hello */
    public EventsIn(EventLog events, String site, String epoch) {
        this.events = events;
        this.site = site;
        this.epoch = epoch;
    }

    @Override
    public String log() {
        return EventsOut.NAME;
    }

    @Override
    public LogPosition position() {
        return new LogPosition(epoch, events.received(site, epoch));
    }

    @Override
    public LogPosition accept(List<LogEntry> entries) throws IOException, LinkException {
        LogEntry first = entries.getFirst();
        long held = events.received(site, epoch);
        if (!first.epoch().equals(epoch) || first.previous() > held) {
            throw new LinkException("events: entry " + first.sequence() + " follows " + first.previous() + " (expected: at most " + held + ", which is held)");
        }
        var came = new ArrayList<EventLog.Event>();
        for (LogEntry entry : entries) {
            came.add(EventText.parse(entry.sequence(), entry.payload()));
        }
        return new LogPosition(epoch, events.receive(site, epoch, came));
    }

    @Override
    public List<String> accept(LogDigest digest) throws LinkException {
        throw new LinkException("events: a digest (expected: entries; events are no state)");
    }
}
