package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.Canonical;
import dev.skerry.fabric.link.LogDigest;
import dev.skerry.fabric.link.LogEntry;
import dev.skerry.fabric.link.LogPosition;
import dev.skerry.fabric.link.Outgoing;
import dev.skerry.fabric.link.StateLog;
import dev.skerry.model.Work;
import dev.skerry.model.WorkSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one site shall have: its Works, in the order of their revisions in the store. It refers to the objects of the
 * informer and copies none. What was deleted before this hub began it does not know, so each site begins with a digest.
 */
final class DesiredLog implements Outgoing {

    static final String NAME = "desired";
    private static final int TOMBSTONES = 1_000;

    /** @param work null when it was deleted */
    private record Slot(long sequence, String key, long revision, String hash, @Nullable Work work) {}

    private final Lineage lineage;
    private final BooleanSupplier accepted;
    private final Map<String, Slot> byKey = new HashMap<>();
    private final TreeMap<Long, Slot> bySequence = new TreeMap<>();
    private long sequence;
    private long forgotten;

    /** @param accepted whether an operator accepts, for this site, what a restored store holds */
    DesiredLog(Lineage lineage, BooleanSupplier accepted) {
        this.lineage = lineage;
        this.accepted = accepted;
        sequence = lineage.begin();
    }

    /** Takes a Work as it is now; true if that is news to the site. Its status is none. */
    synchronized boolean put(Work work) {
        String key = work.getMetadata().getName();
        String hash = StateLog.hash(payload(work));
        Slot old = byKey.get(key);
        if (old != null && old.hash().equals(hash)) {
            var same = new Slot(old.sequence(), key, old.revision(), hash, work);
            byKey.put(key, same);
            bySequence.put(old.sequence(), same);
            return false;
        }
        replace(old, new Slot(next(work), key, work.getSpec().revision(), hash, work));
        return true;
    }

    synchronized boolean delete(Work work) {
        Slot old = byKey.get(work.getMetadata().getName());
        if (old == null || old.work() == null) {
            return false;
        }
        replace(old, new Slot(next(work), old.key(), old.revision(), "", null));
        var gone = bySequence.values().stream().filter(s -> s.work() == null).toList();
        if (gone.size() > TOMBSTONES) {
            Slot oldest = gone.getFirst();
            bySequence.remove(oldest.sequence());
            byKey.remove(oldest.key());
            forgotten = oldest.sequence();
        }
        return true;
    }

    /** The store's own revision. A deletion that was not seen itself took a revision after the last one that was. */
    private long next(Work work) {
        return Math.max(sequence + 1, Long.parseLong(work.getMetadata().getResourceVersion()));
    }

    private void replace(@Nullable Slot old, Slot slot) {
        if (old != null) {
            bySequence.remove(old.sequence());
        }
        sequence = slot.sequence();
        byKey.put(slot.key(), slot);
        bySequence.put(slot.sequence(), slot);
    }

    private static byte[] payload(Work work) {
        return Canonical.bytes(tree(work.getSpec()));
    }

    static com.fasterxml.jackson.databind.node.ObjectNode tree(WorkSpec spec) {
        return Json.tree(spec);
    }

    /** How the site does, of all that is meant for it. */
    synchronized List<Work> works() {
        var all = new ArrayList<Work>();
        byKey.values().forEach(s -> {
            if (s.work() != null) {
                all.add(s.work());
            }
        });
        return all;
    }

    synchronized @Nullable Work find(String name) {
        Slot slot = byKey.get(name);
        return slot == null ? null : slot.work();
    }

    @Override
    public String log() {
        return NAME;
    }

    @Override
    public synchronized LogPosition head() {
        return new LogPosition(lineage.epoch(), sequence);
    }

    @Override
    public synchronized Start start(LogPosition held) {
        boolean same = held.epoch().equals(lineage.epoch());
        boolean accept = accepted.getAsBoolean();
        if (!accept && same && held.sequence() >= Math.max(forgotten, lineage.begin()) && held.sequence() <= sequence) {
            return new Start.Deltas(held);
        }
        boolean restored = lineage.isBehind(held) || (same && held.sequence() > sequence);
        var lines = new HashMap<String, LogDigest.Line>();
        byKey.values().forEach(s -> {
            if (s.work() != null) {
                lines.put(s.key(), new LogDigest.Line(s.revision(), s.hash()));
            }
        });
        return new Start.Full(new LogDigest(lineage.epoch(), sequence, lines, restored && !accept, accept));
    }

    @Override
    public synchronized Next next(Pass pass, long after) {
        if (!pass.epoch().equals(lineage.epoch()) || Math.max(after, pass.floor()) < forgotten) {
            return new Next.Lost();
        }
        for (Slot s : bySequence.tailMap(after, false).values()) {
            if (s.sequence() > pass.floor() || pass.keys().contains(s.key())) {
                Work work = s.work();
                byte[] payload = work == null ? new byte[0] : payload(work);
                return new Next.Found(new LogEntry(
                        lineage.epoch(), after, s.sequence(), s.key(), s.revision(), s.hash(), payload, work == null));
            }
        }
        return new Next.End();
    }

    @Override
    public synchronized long count(long after) {
        return bySequence.tailMap(after, false).size();
    }

    @Override
    public void acknowledged(LogPosition position) {
        // State stays.
    }
}
