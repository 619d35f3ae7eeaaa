package dev.skerry.streams.functions;

import dev.skerry.streams.functions.Argument.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A ring of the last values; until it is filled once, it holds the default. */
final class Lag implements Analytic.State {

    private static final int MOST = 100_000;

    private @Nullable Object @Nullable [] ring;
    private int oldest;

    static @Nullable String check(List<Argument> args) {
        if (args.size() >= 2) {
            var back = args.get(1);
            if (back.is(Shape.FLOAT, Shape.TIME, Shape.BOOLEAN, Shape.STRING, Shape.FIELD)) {
                return Checks.wrongType(1, "int");
            }
            if (back.is(Shape.INTEGER) && back.value() instanceof Long value && value < 0) {
                return "the index should not be a nagtive integer";
            }
        }
        return args.size() == 4 && args.get(3).is(Shape.INTEGER, Shape.FLOAT, Shape.TIME, Shape.STRING) ? Checks.wrongType(3, "bool") : null;
    }

    @Override
    public @Nullable Object apply(@Nullable Object[] args, boolean holds, Call call) {
        if (args.length < 1 || args.length > 4) {
            throw new FunctionException("expect from 1 to 4 args but got " + args.length);
        }
        var back = args.length >= 2 ? Values.size(args[1], MOST, "lag") : 1;
        var ignoreNull = args.length < 4 || Values.bool(args[3], "The fourth arg is not a bool but got " + Printed.of(args[0]));
        var values = ring;
        if (values == null) {
            values = new @Nullable Object[back];
            java.util.Arrays.fill(values, args.length >= 3 ? args[2] : null);
            ring = values;
        }
        if (values.length == 0) {
            return null;
        }
        var result = values[oldest];
        if (holds && !(ignoreNull && args[0] == null)) {
            values[oldest] = args[0];
            oldest = (oldest + 1) % values.length;
        }
        return result;
    }

    @Override
    public @Nullable Object save() {
        var values = ring;
        if (values == null) {
            return null;
        }
        var saved = new ArrayList<@Nullable Object>(values.length);
        for (var i = 0; i < values.length; i++) {
            saved.add(values[(oldest + i) % values.length]);
        }
        return saved;
    }

    @Override
    public void restore(@Nullable Object saved) {
        oldest = 0;
        ring = saved == null ? null : Values.list(saved, "lag: no saved state").toArray(new @Nullable Object[0]);
    }
}
