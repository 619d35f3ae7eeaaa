package dev.skerry.streams.sql;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The newest rows of the tables that a query joins with. */
final class Tables {

    private final Map<String, Integer> sizes = new LinkedHashMap<>();
    private final Map<String, ArrayDeque<Row.Tuple>> rows = new LinkedHashMap<>();

    Tables(List<Plan.Input> sources) {
        sources.stream().filter(Plan.Input::isTable).forEach(t -> {
            sizes.put(t.name(), t.retain());
            rows.put(t.name(), new ArrayDeque<>());
        });
    }

    boolean isEmpty() {
        return sizes.isEmpty();
    }

    void add(Row.Tuple row) {
        var kept = rows.computeIfAbsent(row.emitter, e -> new ArrayDeque<>());
        int size = sizes.getOrDefault(row.emitter, 1);
        while (kept.size() >= size) {
            kept.removeFirst();
        }
        kept.addLast(row);
    }

    /** The rows of all tables. */
    List<Row> all() {
        var all = new ArrayList<Row>();
        rows.values().forEach(all::addAll);
        return all;
    }

    Iterable<Row.Tuple> of(String table) {
        return rows.getOrDefault(table, new ArrayDeque<>());
    }

    Object save() {
        var saved = new LinkedHashMap<String, Object>();
        rows.forEach((k, v) -> saved.put(k, RowStore.PLAIN.saveTuples(List.copyOf(v))));
        return saved;
    }

    void restore(@Nullable Object saved) {
        if (saved instanceof Map<?, ?> m) {
            m.forEach((k, v) -> rows.put(String.valueOf(k), new ArrayDeque<>(RowStore.PLAIN.tuples(v))));
        }
    }
}
