package dev.skerry.fabric.spoke;

import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.data.EventLog;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;

/** Tells what happened at this site, in its event log; from there it goes up. */
final class SiteEvents {

    private static final System.Logger LOG = System.getLogger(SiteEvents.class.getName());

    private final EventLog events;
    private final InstantSource clock;

    SiteEvents(EventLog events, InstantSource clock) {
        this.events = events;
        this.clock = clock;
    }

    void tell(String kind, String severity, String subject, String message) {
        try {
            events.append(new EventLog.Event(0, clock.instant(), kind, severity, "", subject, message, Map.of()));
        } catch (IOException e) {
            LOG.log(WARNING, "event log: cannot be written: {0}: {1}: {2}", e.getMessage(), subject, message);
        }
    }
}
