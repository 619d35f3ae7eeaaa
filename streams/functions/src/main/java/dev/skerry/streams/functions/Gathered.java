package dev.skerry.streams.functions;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The base of aggregates that cannot do without the values themselves: their memory grows with the rows. */
abstract class Gathered implements Accumulator {

    /** Stands for null, which the queue does not take. */
    private static final Object NOTHING = new Object();

    private final Deque<Object> values = new ArrayDeque<>();

    /** What of a row shall be kept. */
    abstract @Nullable Object kept(@Nullable Object[] args);

    /** The result for what was kept, oldest first. */
    abstract @Nullable Object result(List<@Nullable Object> values);

    @Override
    public final void add(@Nullable Object[] args) {
        var value = kept(args);
        values.addLast(value == null ? NOTHING : value);
    }

    @Override
    public final boolean isRemovable() {
        return true;
    }

    @Override
    public final void remove(@Nullable Object[] args) {
        values.pollFirst();
    }

    @Override
    public final boolean isMergeable() {
        return true;
    }

    @Override
    public void merge(Accumulator later) {
        values.addAll(((Gathered) later).values);
    }

    @Override
    public final @Nullable Object value() {
        return result(list());
    }

    private List<@Nullable Object> list() {
        var list = new ArrayList<@Nullable Object>(values.size());
        for (var value : values) {
            list.add(value == NOTHING ? null : value);
        }
        return list;
    }

    @Override
    public void clear() {
        values.clear();
    }

    @Override
    public Object save() {
        return list();
    }

    @Override
    public void restore(@Nullable Object saved) {
        values.clear();
        for (var value : Values.list(saved, "no saved state")) {
            values.addLast(value == null ? NOTHING : value);
        }
    }

    /** The first that is not null. */
    static @Nullable Object firstPresent(List<@Nullable Object> values) {
        for (var value : values) {
            if (value != null) {
                return value;
            }
        }
        return null;
    }
}
