package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** eKuiper's {@code inc_*}: aggregates that give their value with every row. Its planner writes them; users may. */
final class Incremental implements Analytic.State {

    private interface Step {
        @Nullable Object next(@Nullable Object state, @Nullable Object[] args);
    }

    private final Step step;
    private @Nullable Object state;

    private Incremental(Step step) {
        this.step = step;
    }

    static void addTo(Catalogue to) {
        add(to, "inc_count(value)", "integer", "the number of values so far", Checks.exactly(1), (state, args) -> state == null ? 1L : (Long) state + 1);
        add(to, "inc_sum(number)", "float", "the sum so far", Checks.ONE_NUMBER, (state, args) -> (state == null ? 0 : Values.number(state)) + Conversions.toFloat(args[0]));
        add(to, "inc_max(value)", "as the argument", "the greatest value so far", Checks.ONE_NUMBER, (state, args) -> extreme(state, args[0], 1));
        add(to, "inc_min(value)", "as the argument", "the smallest value so far", Checks.ONE_NUMBER, (state, args) -> extreme(state, args[0], -1));
        add(to, "inc_collect(value)", "list", "all values so far", Checks.ONE_NUMBER, Incremental::collect);
        add(to, "inc_merge_agg(object)", "object", "all objects so far laid over one another", Checks.ONE_NUMBER, Incremental::merge);
        add(to, "inc_last_value(value, ignore_null)", "as the argument", "the last value so far", Checks.TWO_NUMBERS, Incremental::last);
        to.analytic("inc_avg(number)", "float", "the mean so far", Checks.ONE_NUMBER, Mean::new);
    }

    private static void add(Catalogue to, String usage, String result, String summary, Check check, Step step) {
        Supplier<Analytic.State> fresh = () -> new Incremental(step);
        to.analytic(usage, result, summary, check, fresh);
    }

    @Override
    public @Nullable Object apply(@Nullable Object[] args, boolean holds, Call call) {
        if (NullRule.NULL.stops(args)) {
            return null;
        }
        if (!holds) {
            return state;
        }
        var next = step.next(state, args);
        state = next == null ? state : next;
        return next;
    }

    private static @Nullable Object extreme(@Nullable Object state, @Nullable Object value, int sign) {
        var both = new ArrayList<@Nullable Object>(2);
        both.add(value);
        both.add(state);
        try {
            return Extreme.of(both, sign, true);
        } catch (FunctionException e) {
            // What does not compare gives nothing and leaves the extreme as it was.
            return null;
        }
    }

    private static Object collect(@Nullable Object state, @Nullable Object[] args) {
        var list = state == null ? new ArrayList<@Nullable Object>() : new ArrayList<>(Values.list(state, ""));
        list.add(args[0]);
        return list;
    }

    private static Object merge(@Nullable Object state, @Nullable Object[] args) {
        var merged = state == null ? new LinkedHashMap<String, @Nullable Object>() : new LinkedHashMap<>(Values.object(state, ""));
        merged.putAll(Values.object(args[0], "argument is not a map[string]interface{}"));
        return merged;
    }

    private static @Nullable Object last(@Nullable Object state, @Nullable Object[] args) {
        Values.bool(args[1], "second argument is not a bool");
        return args[0];
    }

    @Override
    public @Nullable Object save() {
        return state;
    }

    @Override
    public void restore(@Nullable Object saved) {
        state = saved;
    }

    /** A mean needs two numbers. */
    private static final class Mean implements Analytic.State {

        private final Average average = new Average(false);

        @Override
        public @Nullable Object apply(@Nullable Object[] args, boolean holds, Call call) {
            if (NullRule.NULL.stops(args)) {
                return null;
            }
            if (holds) {
                average.addDouble(Conversions.toFloat(args[0]));
            }
            return average.value();
        }

        @Override
        public @Nullable Object save() {
            return average.save();
        }

        @Override
        public void restore(@Nullable Object saved) {
            average.restore(saved);
        }
    }
}
