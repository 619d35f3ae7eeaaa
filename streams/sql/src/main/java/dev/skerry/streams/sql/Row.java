package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row on its way through a rule: one of a source, one that a join has made, or a group that aggregates are taken of.
 * What steps compute for later ones (aliases, analytic functions) lies in slots beside the columns.
 */
abstract sealed class Row {

    /** Tells a column that is not there from one that is null. */
    static final Object ABSENT = new Object();

    private static final Object[] NONE = {};

    private @Nullable Object[] slots = NONE;

    /** The value, or {@link #ABSENT}. An empty stream means: whichever has it first. */
    abstract @Nullable Object get(String stream, String name, boolean ignoreCase);

    /** The value of the message's metadata, or null; {@code *} is all of it. */
    abstract @Nullable Object meta(String stream, String name, boolean ignoreCase);

    /** All columns, as {@code SELECT *} gives them. */
    abstract Map<String, @Nullable Object> columns();

    /** All columns, as {@code *} in an argument gives them; of one stream, or of all if it is empty. */
    abstract Map<String, @Nullable Object> all(String stream);

    /** A row with the same columns whose slots can be filled without touching this one. */
    abstract Row copy();

    @Nullable Object slot(int i) {
        return i < slots.length ? slots[i] : ABSENT;
    }

    void setSlot(int i, @Nullable Object value) {
        if (i >= slots.length) {
            int was = slots.length;
            slots = Arrays.copyOf(slots, Math.max(i + 1, was * 2));
            Arrays.fill(slots, was, slots.length, ABSENT);
        }
        slots[i] = value;
    }

    <R extends Row> R withSlotsOf(Row other, R self) {
        ((Row) self).slots = other.slots.clone();
        return self;
    }

    @Nullable Object[] slots() {
        return slots;
    }

    void restoreSlots(@Nullable Object[] saved) {
        slots = saved;
    }

    /** What a source told. */
    static final class Tuple extends Row {
        final String emitter;
        final Map<String, @Nullable Object> values;
        final Map<String, @Nullable Object> meta;
        final long time;

        Tuple(String emitter, Map<String, @Nullable Object> values, Map<String, @Nullable Object> meta, long time) {
            this.emitter = emitter;
            this.values = values;
            this.meta = meta;
            this.time = time;
        }

        @Override
        @Nullable Object get(String stream, String name, boolean ignoreCase) {
            return find(values, name, ignoreCase);
        }

        @Override
        @Nullable Object meta(String stream, String name, boolean ignoreCase) {
            if (name.equals("*")) {
                return meta;
            }
            var found = find(meta, name, ignoreCase);
            return found == ABSENT ? null : found;
        }

        @Override
        Map<String, @Nullable Object> columns() {
            return values;
        }

        @Override
        Map<String, @Nullable Object> all(String stream) {
            return values;
        }

        @Override
        Tuple copy() {
            return withSlotsOf(this, new Tuple(emitter, values, meta, time));
        }
    }

    /** What a join has put together, from left to right. */
    static final class Joined extends Row {
        final List<Row> parts;

        Joined(List<Row> parts) {
            this.parts = parts;
        }

        @Override
        @Nullable Object get(String stream, String name, boolean ignoreCase) {
            for (var part : parts) {
                boolean ours = stream.isEmpty() || part instanceof Tuple t && t.emitter.equals(stream) || part instanceof Joined;
                if (ours) {
                    var found = part.get(stream, name, ignoreCase);
                    if (found != ABSENT && (stream.isEmpty() || found != null)) {
                        return found;
                    }
                }
            }
            return ABSENT;
        }

        @Override
        @Nullable Object meta(String stream, String name, boolean ignoreCase) {
            for (var part : parts) {
                if (stream.isEmpty() || part instanceof Tuple t && t.emitter.equals(stream) || part instanceof Joined) {
                    var found = part.meta(stream, name, ignoreCase);
                    if (found != null) {
                        return found;
                    }
                }
            }
            return null;
        }

        @Override
        Map<String, @Nullable Object> columns() {
            var all = new LinkedHashMap<String, @Nullable Object>();
            for (int i = parts.size() - 1; i >= 0; i--) {
                all.putAll(parts.get(i).columns());
            }
            return all;
        }

        @Override
        Map<String, @Nullable Object> all(String stream) {
            var all = new LinkedHashMap<String, @Nullable Object>();
            for (var part : parts) {
                if (!stream.isEmpty() && part instanceof Tuple t && t.emitter.equals(stream)) {
                    return part.all("");
                }
                all.putAll(part.all(""));
            }
            return all;
        }

        @Override
        Joined copy() {
            return withSlotsOf(this, new Joined(new ArrayList<>(parts)));
        }
    }

    /** Rows that aggregates are taken of; as a row it is like its first one. */
    static final class Group extends Row {
        final List<Row> rows;
        final @Nullable Range range;
        /** What was aggregated while the rows came; only the first of them is then kept. */
        @Nullable Aggregates sums;

        Group(List<Row> rows, @Nullable Range range) {
            this.rows = rows;
            this.range = range;
        }

        @Override
        @Nullable Object get(String stream, String name, boolean ignoreCase) {
            return rows.isEmpty() ? ABSENT : rows.getFirst().get(stream, name, ignoreCase);
        }

        @Override
        @Nullable Object meta(String stream, String name, boolean ignoreCase) {
            return rows.isEmpty() ? null : rows.getFirst().meta(stream, name, ignoreCase);
        }

        @Override
        Map<String, @Nullable Object> columns() {
            return rows.isEmpty() ? Map.of() : rows.getFirst().columns();
        }

        @Override
        Map<String, @Nullable Object> all(String stream) {
            return rows.isEmpty() ? Map.of() : rows.getFirst().all("");
        }

        @Override
        Group copy() {
            var copy = new Group(rows, range);
            copy.sums = sums;
            return withSlotsOf(this, copy);
        }
    }

    /** The bounds of a window, in epoch milliseconds. */
    record Range(long start, long end, long trigger) {}

    static @Nullable Object find(Map<String, @Nullable Object> values, String name, boolean ignoreCase) {
        var found = values.get(name);
        if (found != null || values.containsKey(name)) {
            return found;
        }
        if (ignoreCase) {
            for (var entry : values.entrySet()) {
                if (entry.getKey().equalsIgnoreCase(name)) {
                    return entry.getValue();
                }
            }
        }
        return ABSENT;
    }
}
