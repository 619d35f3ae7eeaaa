package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows whose column has a value that no earlier row had, or the last row if its value is new. Its arguments at run time are the row, the column, and
 * whether all are wanted. Keeps a row for each value, not each row.
 */
final class Deduplicate implements Accumulator {

    private final Map<String, @Nullable Object> firstRows = new LinkedHashMap<>();
    private boolean any;
    private boolean lastIsNew;
    private @Nullable Object lastRow;
    private @Nullable Object all;

    @Override
    public void add(@Nullable Object[] args) {
        any = true;
        all = all == null && args.length > 2 ? args[2] : all;
        var key = args[1] == null ? "<nil>" : Printed.of(args[1]);
        lastIsNew = !firstRows.containsKey(key);
        lastRow = args[0];
        if (lastIsNew) {
            // Without all, only the last row can ever be the result.
            firstRows.put(key, Boolean.FALSE.equals(all) ? null : args[0]);
        }
    }

    @Override
    public @Nullable Object value() {
        if (!any) {
            return null;
        }
        if (Values.bool(all, "Invalid argument type found.")) {
            return new ArrayList<>(firstRows.values());
        }
        return lastIsNew ? lastRow : null;
    }

    @Override
    public void clear() {
        firstRows.clear();
        any = false;
        lastIsNew = false;
        lastRow = null;
        all = null;
    }

    @Override
    public Object save() {
        var saved = new ArrayList<@Nullable Object>();
        saved.add(any);
        saved.add(lastIsNew);
        saved.add(lastRow);
        saved.add(all);
        saved.add(new LinkedHashMap<>(firstRows));
        return saved;
    }

    @Override
    public void restore(@Nullable Object saved) {
        List<@Nullable Object> list = Values.list(saved, "deduplicate: no saved state");
        any = Boolean.TRUE.equals(list.get(0));
        lastIsNew = Boolean.TRUE.equals(list.get(1));
        lastRow = list.get(2);
        all = list.get(3);
        firstRows.clear();
        firstRows.putAll(Values.object(list.get(4), "deduplicate: no saved state"));
    }
}
