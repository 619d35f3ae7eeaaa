package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Calls any function on rows of arguments and tells what it gives, as the files of cases have it. */
final class FunctionTrial {

    private FunctionTrial() {}

    /** The results after {@code =}, or the problem after {@code !}. */
    static String run(Function function, List<Object[]> rows) {
        try {
            var results = results(function, rows);
            return "= " + (results.isEmpty() ? "nothing" : results.stream().map(CaseText::of).collect(Collectors.joining("; ")));
        } catch (FunctionException e) {
            return "! " + e.getMessage();
        }
    }

    private static List<Object> results(Function function, List<Object[]> rows) {
        var call = new TrialCall();
        var results = new ArrayList<Object>();
        switch (function) {
            case Scalar scalar -> {
                var one = scalar.create();
                rows.forEach(row -> results.add(one.call(row.clone(), call)));
            }
            case Analytic analytic -> {
                var state = analytic.create();
                for (var row : rows) {
                    results.add(state.apply(row, true, call));
                    call.nextRow();
                }
            }
            case Aggregate aggregate -> {
                var accumulator = aggregate.create();
                rows.stream().filter(row -> row.length > 0).forEach(accumulator::add);
                results.add(accumulator.value());
            }
            case SetReturning set -> rows.forEach(row -> results.addAll(set.rows(row, call)));
            case Columns columns -> {
                var state = columns.create();
                rows.forEach(row -> results.add(state.apply(row, names(row), call)));
            }
            case Implicit implicit -> results.add(implicit.what().name());
        }
        return results;
    }

    private static List<String> names(Object[] row) {
        return IntStream.range(0, row.length).mapToObj(i -> "c" + i).toList();
    }

    /** What is wrong with the written arguments, if literals stand for themselves. */
    static String check(Function function, Object[] row) {
        return function.check(Arrays.stream(row).map(FunctionTrial::argument).toList()).map(problem -> "! " + problem).orElse("= ok");
    }

    private static Argument argument(Object value) {
        return switch (value) {
            case Long v -> new Argument(Argument.Shape.INTEGER, v);
            case Double v -> new Argument(Argument.Shape.FLOAT, v);
            case String v -> new Argument(Argument.Shape.STRING, v);
            case Boolean v -> new Argument(Argument.Shape.BOOLEAN, v);
            case null, default -> Argument.ANY;
        };
    }
}
