package dev.skerry.streams.functions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A window may be kept up row by row, in parts, or across a restart: the result is that of adding all its rows to a fresh accumulator. */
class AccumulatorPropertyTest {

    @Property(tries = 100)
    void partsMergeToTheWhole(@ForAll("values") List<Object> first, @ForAll("values") List<Object> second) {
        for (var function : aggregates()) {
            var whole = function.create();
            var left = function.create();
            var right = function.create();
            first.forEach(value -> add(function, value, whole, left));
            second.forEach(value -> add(function, value, whole, right));
            if (left.isMergeable()) {
                left.merge(right);
                assertSame(function, left, whole);
            }
        }
    }

    @Property(tries = 100)
    void aRestartInBetweenChangesNothing(@ForAll("values") List<Object> before, @ForAll("values") List<Object> after) {
        for (var function : aggregates()) {
            var steady = function.create();
            var stopped = function.create();
            before.forEach(value -> add(function, value, steady, stopped));
            var started = function.create();
            started.restore(stopped.save());
            after.forEach(value -> add(function, value, steady, started));
            assertSame(function, started, steady);
        }
    }

    @Property(tries = 100)
    void aSlidingWindowEqualsAFreshOne(@ForAll("integers") List<Object> values) {
        for (var function : aggregates()) {
            var sliding = function.createSliding();
            var window = new ArrayDeque<Object[]>();
            for (var value : values) {
                var row = row(function, value);
                sliding.add(row);
                window.addLast(row);
                if (window.size() > 3 && sliding.isRemovable()) {
                    sliding.remove(window.removeFirst());
                }
            }
            if (sliding.isRemovable()) {
                var fresh = function.create();
                window.forEach(fresh::add);
                assertSame(function, sliding, fresh);
            }
        }
    }

    @Property(tries = 100)
    void analyticFunctionsGoOnAfterARestart(@ForAll("integers") List<Object> before, @ForAll("integers") List<Object> after) {
        for (var name : List.of("lag", "latest", "acc_sum", "acc_avg", "acc_min", "acc_count", "last_hit_count", "last_hit_time", "inc_sum", "inc_avg", "inc_collect",
                "trend", "derivative", "integral", "rate")) {
            var function = (Analytic) FunctionTable.standard().find(name);
            var call = new TrialCall();
            var steady = function.create();
            for (var value : before) {
                answer(steady, value, call);
                call.nextRow();
            }
            var started = function.create();
            started.restore(steady.save());
            for (var value : after) {
                assertThat(answer(started, value, call)).as(name).isEqualTo(answer(steady, value, call));
                call.nextRow();
            }
        }
    }

    private static String answer(Analytic.State state, Object value, Call call) {
        try {
            return CaseText.of(state.apply(new Object[] {value}, true, call));
        } catch (FunctionException e) {
            return e.getMessage();
        }
    }

    private static List<Aggregate> aggregates() {
        var all = new ArrayList<Aggregate>();
        for (var table : List.of(FunctionTable.standard(), FunctionTable.ekuiper())) {
            table.all().stream().filter(Aggregate.class::isInstance).map(Aggregate.class::cast).forEach(all::add);
        }
        return all;
    }

    private static void add(Aggregate function, Object value, Accumulator... accumulators) {
        Arrays.stream(accumulators).forEach(accumulator -> accumulator.add(row(function, value)));
    }

    private static Object[] row(Aggregate function, Object value) {
        return switch (function.name()) {
            case "percentile_cont", "percentile_disc" -> new Object[] {value, 0.75};
            case "last_value" -> new Object[] {value, true};
            case "deduplicate" -> new Object[] {Map.of("row", 1L), value, true};
            case "regr_slope", "regr_intercept", "corr" -> new Object[] {value, value instanceof Long v ? v % 7 : value};
            default -> new Object[] {value};
        };
    }

    private static void assertSame(Function function, Accumulator found, Accumulator expected) {
        var a = result(found);
        var b = result(expected);
        // Sums of floats depend on their order in the last digits.
        if (a instanceof Double x && b instanceof Double y && !x.equals(y)) {
            assertThat(x).as(function.name()).isCloseTo(y, org.assertj.core.data.Offset.offset(1e-6 * Math.max(1, Math.abs(y))));
        } else {
            assertThat(CaseText.of(a)).as(function.name()).isEqualTo(CaseText.of(b));
        }
    }

    private static Object result(Accumulator accumulator) {
        try {
            return accumulator.value();
        } catch (FunctionException e) {
            return "problem";
        }
    }

    @Provide
    Arbitrary<List<Object>> values() {
        return Arbitraries.<Object>oneOf(Arbitraries.longs().between(-1000, 1000).map(v -> v), Arbitraries.doubles().between(-1000, 1000).ofScale(3).map(v -> v))
                .injectNull(0.1).list().ofMaxSize(12);
    }

    @Provide
    Arbitrary<List<Object>> integers() {
        return Arbitraries.longs().between(-1000, 1000).<Object>map(v -> v).injectNull(0.1).list().ofMaxSize(12);
    }
}
