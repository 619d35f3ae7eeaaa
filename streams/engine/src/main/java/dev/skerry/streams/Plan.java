package dev.skerry.streams;

import dev.skerry.data.StreamSchema;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A compiled SELECT.
 *
 * @param windowMillis length of the tumbling window, or 0 for a rule that filters row by row
 * @param windowUnit ss, mi, hh, dd or ms
 * @param shape what the memory of its window depends on
 * @param steps the steps that rows go through, for people
 * @param keys what GROUP BY names, evaluated on each row
 */
record Plan(
        StreamSchema schema,
        List<String> columns,
        List<Typed> values,
        Expr.@Nullable BoolExpr where,
        List<Typed> keys,
        Expr.@Nullable BoolExpr having,
        List<Supplier<Accumulator>> aggregates,
        String windowUnit,
        long windowLength,
        String shape,
        List<String> steps) {

    boolean windowed() {
        return windowLength > 0;
    }

    Accumulator[] newGroup() {
        var group = new Accumulator[aggregates.size()];
        for (int i = 0; i < group.length; i++) {
            group[i] = aggregates.get(i).get();
        }
        return group;
    }
}
