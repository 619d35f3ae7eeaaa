package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows whose column has a value that no earlier row had. Its arguments at run time are the row, the column, and whether all are wanted. */
final class Deduplicate extends Gathered {

    @Override
    Object kept(@Nullable Object[] args) {
        return new ArrayList<>(Arrays.asList(args));
    }

    @Override
    @Nullable Object result(List<@Nullable Object> rows) {
        if (rows.isEmpty()) {
            return null;
        }
        var all = wantsAll(rows);
        var seen = new HashSet<String>();
        var found = new ArrayList<@Nullable Object>();
        var lastIsNew = false;
        for (var row : rows) {
            List<@Nullable Object> args = Values.list(row, "");
            lastIsNew = seen.add(args.get(1) == null ? "<nil>" : Printed.of(args.get(1)));
            if (lastIsNew) {
                found.add(args.get(0));
            }
        }
        return all ? found : lastIsNew ? found.getLast() : null;
    }

    private static boolean wantsAll(List<@Nullable Object> rows) {
        for (var row : rows) {
            List<@Nullable Object> args = Values.list(row, "");
            if (args.size() > 2 && args.get(2) != null) {
                return Values.bool(args.get(2), "Invalid argument type found.");
            }
        }
        throw new FunctionException("Invalid argument type found.");
    }
}
