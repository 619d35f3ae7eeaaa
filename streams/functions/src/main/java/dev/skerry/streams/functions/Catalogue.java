package dev.skerry.streams.functions;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the groups of functions enter themselves. A usage is written {@code name(arguments)}. */
final class Catalogue {

    private final Map<String, Function> functions = new TreeMap<>();
    private final boolean asEkuiper;

    Catalogue(boolean asEkuiper) {
        this.asEkuiper = asEkuiper;
    }

    /** Whether integers shall be as eKuiper has them. */
    boolean asEkuiper() {
        return asEkuiper;
    }

    Map<String, Function> functions() {
        return functions;
    }

    /** What a scalar computes. */
    interface Body {
        @Nullable Object apply(@Nullable Object[] args, Call call);
    }

    /** What a scalar computes that asks nothing but its arguments. */
    interface PureBody {
        @Nullable Object apply(@Nullable Object[] args);
    }

    void pure(String usage, String result, String summary, Check check, NullRule nulls, PureBody body) {
        enter(new PlainScalar(signature(usage, result, summary, check), nulls, true, (args, call) -> body.apply(args)));
    }

    void scalar(String usage, String result, String summary, Check check, NullRule nulls, Body body) {
        enter(new PlainScalar(signature(usage, result, summary, check), nulls, false, body));
    }

    /** A scalar that remembers: each place of use gets a body of its own. */
    void remembering(String usage, String result, String summary, Check check, NullRule nulls, Supplier<Body> body) {
        enter(new RememberingScalar(signature(usage, result, summary, check), nulls, body));
    }

    void aggregate(String usage, String result, String summary, Check check, Supplier<Accumulator> create) {
        aggregate(usage, result, summary, check, create, create);
    }

    void aggregate(String usage, String result, String summary, Check check, Supplier<Accumulator> create, Supplier<Accumulator> createSliding) {
        enter(new PlainAggregate(signature(usage, result, summary, check), create, createSliding));
    }

    void analytic(String usage, String result, String summary, Check check, Supplier<Analytic.State> create) {
        enter(new PlainAnalytic(signature(usage, result, summary, check), false, create));
    }

    /** An analytic function over windows or groups instead of rows. */
    void analyticOfGroups(String usage, String result, String summary, Check check, Supplier<Analytic.State> create) {
        enter(new PlainAnalytic(signature(usage, result, summary, check), true, create));
    }

    void rows(String usage, String summary, Check check, RowsBody body) {
        enter(new PlainRows(signature(usage, "rows", summary, check), body));
    }

    void columns(String usage, String summary, Check check, Supplier<Columns.State> create) {
        enter(new PlainColumns(signature(usage, "columns", summary, check), create));
    }

    void implicit(String name, String result, String summary, Implicit.What what) {
        enter(new PlainImplicit(signature(name + "()", result, summary, Checks.exactly(0)), what));
    }

    /** Another name for a function that was entered before. */
    void alias(String other, String of) {
        var function = functions.get(of);
        if (function == null) {
            throw new IllegalStateException(other + ": " + of + " (expected: a function that was entered before)");
        }
        var signature = function.signature().named(other);
        enter(switch (function) {
            case PlainScalar f -> new PlainScalar(signature, f.nulls(), f.isPure(), f.body());
            case PlainAggregate f -> new PlainAggregate(signature, f.fresh(), f.freshSliding());
            case PlainAnalytic f -> new PlainAnalytic(signature, f.isAggregate(), f.fresh());
            default -> throw new IllegalStateException(other + ": " + of + " (expected: a scalar, aggregate or analytic function)");
        });
    }

    private static Signature signature(String usage, String result, String summary, Check check) {
        var open = usage.indexOf('(');
        return new Signature(usage.substring(0, open), usage.substring(open + 1, usage.length() - 1), result, summary, check);
    }

    private void enter(Function function) {
        if (functions.put(function.name(), function) != null) {
            throw new IllegalStateException(function.name() + " (expected: a name that is free)");
        }
    }

    /** The elements that a set-returning function gives. */
    interface RowsBody {
        List<@Nullable Object> rows(@Nullable Object[] args);
    }

    private record PlainScalar(Signature signature, NullRule nulls, boolean isPure, Body body) implements Scalar {
        @Override
        public @Nullable Object apply(@Nullable Object[] args, Call call) {
            return body.apply(args, call);
        }
    }

    private record RememberingScalar(Signature signature, NullRule nulls, Supplier<Body> fresh) implements Scalar {
        @Override
        public @Nullable Object apply(@Nullable Object[] args, Call call) {
            return create().apply(args, call);
        }

        @Override
        public boolean isPure() {
            return false;
        }

        @Override
        public Scalar create() {
            return new PlainScalar(signature, nulls, false, fresh.get());
        }
    }

    private record PlainAggregate(Signature signature, Supplier<Accumulator> fresh, Supplier<Accumulator> freshSliding) implements Aggregate {
        @Override
        public Accumulator create() {
            return fresh.get();
        }

        @Override
        public Accumulator createSliding() {
            return freshSliding.get();
        }
    }

    private record PlainAnalytic(Signature signature, boolean isAggregate, Supplier<State> fresh) implements Analytic {
        @Override
        public State create() {
            return fresh.get();
        }
    }

    private record PlainRows(Signature signature, RowsBody body) implements SetReturning {
        @Override
        public List<@Nullable Object> rows(@Nullable Object[] args, Call call) {
            return body.rows(args);
        }
    }

    private record PlainColumns(Signature signature, Supplier<State> fresh) implements Columns {
        @Override
        public State create() {
            return fresh.get();
        }
    }

    private record PlainImplicit(Signature signature, What what) implements Implicit {}
}
