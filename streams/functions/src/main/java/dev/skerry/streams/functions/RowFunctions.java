package dev.skerry.streams.functions;

import dev.skerry.streams.functions.Implicit.What;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What makes rows, columns, or a value that the caller alone knows. */
final class RowFunctions {

    private RowFunctions() {}

    static void addTo(Catalogue to) {
        to.rows("unnest(list)", "a row for each element; the entries of an object become columns", Checks.exactly(1), args -> unnest(args[0]));
        to.rows("extract(object)", "one row with the entries of the object as columns", Checks.exactly(1), args -> extract(args[0]));
        to.columns("changed_cols(prefix, ignore_null, column, ...)", "those of the columns that differ from the row before, with the prefix before their names",
                Checks.all(args -> args.size() > 2 ? null : "expect more than two args but got " + args.size(), Checks.text(0), Checks.bool(1, "bool")),
                ChangedColumns::new);
        to.implicit("window_start", "integer", "where the window begins, in epoch milliseconds", What.WINDOW_START);
        to.implicit("window_end", "integer", "where the window ends, in epoch milliseconds", What.WINDOW_END);
        to.implicit("window_trigger", "integer", "when the window was emitted, in epoch milliseconds", What.WINDOW_TRIGGER);
        to.implicit("event_time", "integer", "the row's time, in epoch milliseconds", What.EVENT_TIME);
        to.implicit("row_number", "integer", "the row's number within its window or partition, from 1", What.ROW_NUMBER);
    }

    private static List<@Nullable Object> unnest(@Nullable Object value) {
        if (NullRule.NULL.stops(new @Nullable Object[] {value})) {
            return List.of();
        }
        return value instanceof List<?> ? Values.list(value, "") : Collections.singletonList(value);
    }

    private static List<@Nullable Object> extract(@Nullable Object value) {
        if (NullRule.NULL.stops(new @Nullable Object[] {value})) {
            return List.of();
        }
        return Collections.singletonList(Values.object(value, "extract should use map"));
    }

    private static final class ChangedColumns implements Columns.State {

        private final Map<String, @Nullable Object> last = new HashMap<>();

        @Override
        public Map<String, @Nullable Object> apply(@Nullable Object[] args, List<String> names, Call call) {
            if (args.length <= 2) {
                throw new FunctionException("expect more than two args but got " + args.length);
            }
            var prefix = Values.text(args[0], "first arg is not a string but got " + Printed.of(args[0]));
            var ignoreNull = Values.bool(args[1], "second arg is not a bool but got " + Printed.of(args[1]));
            if (args.length != names.size()) {
                throw new FunctionException("the length of keys " + names.size() + " does not match the args " + (args.length - 2));
            }
            var changed = new LinkedHashMap<String, @Nullable Object>();
            for (var i = 2; i < args.length; i++) {
                var value = args[i];
                if (!(ignoreNull && value == null) && !Values.same(value, last.get(names.get(i)))) {
                    changed.put(prefix + names.get(i), value);
                    last.put(names.get(i), value);
                }
            }
            return changed;
        }

        @Override
        public @Nullable Object save() {
            return new LinkedHashMap<>(last);
        }

        @Override
        public void restore(@Nullable Object saved) {
            last.clear();
            last.putAll(Values.object(saved, "changed_cols: no saved state"));
        }
    }
}
