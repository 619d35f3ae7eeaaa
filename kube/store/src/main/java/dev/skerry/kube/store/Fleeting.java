package dev.skerry.kube.store;

import dev.skerry.kube.store.ObjectStore.Change;
import dev.skerry.kube.store.ObjectStore.Entry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * States of renewed Leases that are newer than what the disk has. Each has its row there all the same: what is here only
 * replaces it. One thread writes; a state comes in only when all changes before it are visible in the table.
 */
final class Fleeting {

    /** A Lease is written at least this often, so that the disk never tells of a renewal long past. */
    static final Duration WRITTEN_EVERY = Duration.ofMinutes(15);

    private final ConcurrentSkipListMap<String, State> states = new ConcurrentSkipListMap<>();

    /** @param before what watchers saw before @param durable when the disk had the key's newest state, by the nanosecond clock */
    record State(Entry entry, Entry before, long durable) {}

    @Nullable State find(String key) {
        return states.isEmpty() ? null : states.get(key);
    }

    Optional<Entry> newer(String key, Optional<Entry> row) {
        var state = find(key);
        return state != null && row.isPresent() && state.entry().revision() > row.get().revision() ? Optional.of(state.entry()) : row;
    }

    void put(Entry entry, Entry before) {
        var present = states.get(entry.key());
        states.put(entry.key(), new State(entry, before, present == null ? System.nanoTime() : present.durable()));
    }

    boolean due(String key) {
        var state = find(key);
        return state != null && System.nanoTime() - state.durable() > WRITTEN_EVERY.toNanos();
    }

    void remove(String key) {
        states.remove(key);
    }

    Collection<State> all() {
        return states.values();
    }

    /** Whether some state below the prefix is newer than a revision. */
    boolean ahead(String prefix, long revision) {
        return touches(prefix) && states.values().stream().anyMatch(s -> s.entry().revision() > revision && s.entry().key().startsWith(prefix));
    }

    static boolean touches(String prefix) {
        return Renewals.PREFIX.startsWith(prefix) || prefix.startsWith(Renewals.PREFIX);
    }

    /** Rows, replaced by newer states up to a revision. */
    List<Entry> over(List<Entry> rows, long at) {
        return rows.stream().map(row -> {
            var state = find(row.key());
            return state != null && state.entry().revision() > row.revision() && state.entry().revision() <= at ? state.entry() : row;
        }).toList();
    }

    /** Their changes in {@code (after, upTo]}. Of several renewals the last is told. */
    List<Change> within(String prefix, long after, long upTo) {
        if (states.isEmpty() || !touches(prefix)) {
            return List.of();
        }
        return states.values().stream()
                .filter(s -> s.entry().revision() > after && s.entry().revision() <= upTo && s.entry().key().startsWith(prefix))
                .map(s -> new Change(Change.Type.UPDATED, s.entry(), Optional.of(s.before())))
                .toList();
    }

    /** The table's changes and these, up to a revision, in order; what has been written down meanwhile is in both. */
    static List<Change> merged(List<Change> table, List<Change> renewals, long upTo) {
        var all = new TreeMap<Long, Change>();
        renewals.stream().filter(c -> c.entry().revision() <= upTo).forEach(c -> all.put(c.entry().revision(), c));
        table.forEach(c -> all.put(c.entry().revision(), c));
        return List.copyOf(all.values());
    }
}
