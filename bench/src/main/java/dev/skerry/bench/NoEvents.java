package dev.skerry.bench;

import dev.skerry.data.EventLog;
import java.util.List;
import java.util.function.Consumer;

/** An event log for rules that tell none. */
final class NoEvents implements EventLog {

    @Override
    public String epoch() {
        return "none";
    }

    @Override
    public long append(Event event) {
        return 0;
    }

    @Override
    public List<Event> own(long after, int limit) {
        return List.of();
    }

    @Override
    public void acknowledge(long upTo) {}

    @Override
    public long receive(String site, String epoch, List<Event> events) {
        return 0;
    }

    @Override
    public long received(String site, String epoch) {
        return 0;
    }

    @Override
    public List<Event> newest(int limit) {
        return List.of();
    }

    @Override
    public AutoCloseable listen(Consumer<Event> listener) {
        return () -> { };
    }
}
