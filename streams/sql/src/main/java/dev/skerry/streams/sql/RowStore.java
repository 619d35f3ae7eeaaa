package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows as plain values and back, for checkpoints. */
final class RowStore {

    static final RowStore PLAIN = new RowStore(true);

    /** Forgets what was computed beside the columns: it is computed anew. */
    static final RowStore FORGETFUL = new RowStore(false);

    private final boolean slotsToo;

    private RowStore(boolean slotsToo) {
        this.slotsToo = slotsToo;
    }

    private static final String NO_VALUE = "\u0000absent";

    List<Object> saveTuples(List<Row.Tuple> rows) {
        var saved = new ArrayList<Object>();
        for (var r : rows) {
            var slots = new ArrayList<@Nullable Object>();
            for (var s : r.slots()) {
                slots.add(s == Row.ABSENT ? NO_VALUE : s);
            }
            saved.add(new ArrayList<Object>(Arrays.asList(r.emitter, r.values, r.meta, r.time, slots)));
        }
        return saved;
    }

    @SuppressWarnings("unchecked")
    List<Row.Tuple> tuples(@Nullable Object saved) {
        var rows = new ArrayList<Row.Tuple>();
        if (saved instanceof List<?> all) {
            for (var one : all) {
                var parts = (List<Object>) one;
                var tuple = new Row.Tuple((String) parts.get(0), new LinkedHashMap<>((Map<String, @Nullable Object>) parts.get(1)),
                        (Map<String, @Nullable Object>) parts.get(2), number(parts.get(3)));
                var slots = ((List<@Nullable Object>) parts.get(4)).toArray();
                for (int i = 0; i < slots.length; i++) {
                    slots[i] = NO_VALUE.equals(slots[i]) ? Row.ABSENT : slots[i];
                }
                if (slotsToo) {
                    tuple.restoreSlots(slots);
                }
                rows.add(tuple);
            }
        }
        return rows;
    }

    static List<Long> numbers(@Nullable Object saved) {
        var all = new ArrayList<Long>();
        if (saved instanceof List<?> list) {
            list.forEach(n -> all.add(number(n)));
        }
        return all;
    }

    static long number(@Nullable Object value) {
        return value instanceof Number n ? n.longValue() : 0;
    }
}
