package dev.skerry.data;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What people must hear of: alerts, rollouts, audit. Append-only and durable when {@link #append} returns. A site's own
 * events have an empty {@code site}; a parent also holds those that came from below.
 */
public interface EventLog {

    /** The random id of this log; new when the log is made anew. */
    String epoch();

    /** Appends an event of this place. Answers its sequence. */
    long append(Event event) throws IOException;

    /** Own events after a sequence, in order: what the link sends up. */
    List<Event> own(long after, int limit);

    /** The parent holds own events up to here: they may be dropped when space is short. */
    void acknowledge(long upTo) throws IOException;

    /** Stores events that came from a site; those that are there already are not doubled. Answers the sequence reached. */
    long receive(String site, String epoch, List<Event> events) throws IOException;

    /** How far a site's events of this epoch have come, 0 if nothing has. */
    long received(String site, String epoch);

    /** The newest events of this place and all below it, newest first. */
    List<Event> newest(int limit);

    /** Is told every event that is appended or received, on the writer's thread after it is durable. */
    AutoCloseable listen(java.util.function.Consumer<Event> listener);

    /**
     * @param sequence in its own log; 0 before it is appended
     * @param kind such as alert, device, rollout, link
     * @param severity info, warning or critical
     * @param site where it comes from, a path of names; empty for this place
     * @param subject what it is about, such as {@code Rule/default/cool-down}
     * @param fields further facts, such as the row that set off an alert
     */
    record Event(
            long sequence, Instant time, String kind, String severity, String site, String subject, String message,
            Map<String, String> fields) {
        public Event {
            fields = Map.copyOf(fields);
        }
    }
}
