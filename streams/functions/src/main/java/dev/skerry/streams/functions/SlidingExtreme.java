package dev.skerry.streams.functions;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An extreme of rows that come and go: keeps the values that no later one has beaten, since each may be the extreme once older ones are gone. */
final class SlidingExtreme extends Extreme {

    private final Deque<Object> candidates = new ArrayDeque<>();

    SlidingExtreme(int sign, boolean asEkuiper) {
        super(sign, asEkuiper);
    }

    @Override
    void keep(Object value) {
        while (!candidates.isEmpty() && beats(value, candidates.peekLast())) {
            candidates.removeLast();
        }
        candidates.addLast(value);
    }

    @Override
    public boolean isRemovable() {
        return !hasProblem();
    }

    @Override
    public void remove(@Nullable Object[] args) {
        var gone = args[0];
        var oldest = candidates.peekFirst();
        if (gone != null && oldest != null && order(oldest, gone) == 0) {
            candidates.removeFirst();
        }
        if (candidates.isEmpty()) {
            forgetKind();
        }
    }

    @Override
    public void merge(Accumulator later) {
        var other = (SlidingExtreme) later;
        other.candidates.forEach(this::take);
        noteProblem(other);
    }

    @Override
    @Nullable Object best() {
        return candidates.peekFirst();
    }

    @Override
    public void clear() {
        super.clear();
        candidates.clear();
    }

    @Override
    public Object save() {
        var saved = new ArrayList<@Nullable Object>();
        saved.add(super.save());
        saved.addAll(candidates);
        return saved;
    }

    @Override
    public void restore(@Nullable Object saved) {
        List<@Nullable Object> list = Values.list(saved, "no saved state");
        super.restore(list.getFirst());
        candidates.clear();
        for (var candidate : list.subList(1, list.size())) {
            if (candidate != null) {
                candidates.addLast(candidate);
            }
        }
    }
}
