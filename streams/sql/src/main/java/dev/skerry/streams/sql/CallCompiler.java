package dev.skerry.streams.sql;

import dev.skerry.streams.functions.Aggregate;
import dev.skerry.streams.functions.Analytic;
import dev.skerry.streams.functions.Columns;
import dev.skerry.streams.functions.FunctionException;
import dev.skerry.streams.functions.FunctionTable;
import dev.skerry.streams.functions.Implicit;
import dev.skerry.streams.functions.Scalar;
import dev.skerry.streams.functions.SetReturning;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns calls into closures. */
final class CallCompiler {

    private static final Set<String> HITS = Set.of("last_hit_count", "last_hit_time", "last_agg_hit_count", "last_agg_hit_time");

    private final FunctionTable functions;
    private final TreeCompiler trees;
    private final boolean asEkuiper;
    private final Set<Integer> quiet = new HashSet<>();
    private final Map<Integer, Supplier<Analytic.State>> analytic = new HashMap<>();
    private final Map<Integer, Supplier<Columns.State>> columns = new HashMap<>();
    private boolean hits;

    CallCompiler(FunctionTable functions, TreeCompiler trees, boolean asEkuiper) {
        this.asEkuiper = asEkuiper;
        this.functions = functions;
        this.trees = trees;
    }

    static boolean isHit(String name) {
        return HITS.contains(name);
    }

    /** From now on this call of a hit function tells only: the step that decides about the hit counts it. */
    void onlyTells(int call) {
        quiet.add(call);
    }

    Map<Integer, Supplier<Analytic.State>> analyticStates() {
        return analytic;
    }

    Map<Integer, Supplier<Columns.State>> columnStates() {
        return columns;
    }

    /** Whether a call that was compiled remembers earlier rows. */
    boolean remembers() {
        return hits || !analytic.isEmpty() || !columns.isEmpty();
    }

    Eval compile(Tree.Call c) {
        if (HITS.contains(c.name())) {
            hits = true;
            return hit(c);
        }
        var function = functions.find(c.name());
        return switch (function) {
            case null -> throw new SqlException(c.at(), "function " + c.name() + " not found");
            case Scalar s -> scalar(c, s);
            case Aggregate a -> aggregate(c, a);
            case Analytic a -> analytic(c, a);
            case Columns f -> columns(c, f);
            case SetReturning s -> returning(c, s);
            case Implicit i -> implicit(c, i);
        };
    }

    private static EvalException failed(String name, FunctionException e) {
        return new EvalException("call func " + name + " error: " + e.getMessage());
    }

    private Eval scalar(Tree.Call c, Scalar function) {
        var args = trees.compileAll(c.args()).toArray(new Eval[0]);
        int id = c.id();
        boolean fresh = function.create() != function;
        var name = c.name();
        return env -> {
            var values = values(args, env);
            try {
                var own = fresh ? env.memory.scalar(id, function) : function;
                return own.call(values, env.memory.at(env.eventTime()));
            } catch (FunctionException e) {
                throw failed(name, e);
            }
        };
    }

    private static @Nullable Object[] values(Eval[] args, Env env) {
        var values = new @Nullable Object[args.length];
        for (int i = 0; i < args.length; i++) {
            values[i] = args[i].of(env);
        }
        return values;
    }

    /** The compiled arguments of an aggregate as its accumulator wants them. */
    Eval[] aggregateArgs(Tree.Call c) {
        var args = new ArrayList<Tree>(c.args());
        if (c.name().equals("deduplicate")) {
            args.addFirst(new Tree.Wildcard(List.of(), List.of()));
        }
        return trees.compileAll(args).toArray(new Eval[0]);
    }

    private Eval aggregate(Tree.Call c, Aggregate function) {
        var args = aggregateArgs(c);
        int id = c.id();
        var name = c.name();
        // Of no rows the count is 0, for eKuiper null.
        boolean ofNothing = !name.equals("collect") && (asEkuiper || !name.equals("count"));
        return env -> {
            try {
                if (env.row instanceof Row.Group g) {
                    if (g.sums != null) {
                        return g.sums.value(id);
                    }
                    if (g.rows.isEmpty() && ofNothing) {
                        return null;
                    }
                    var accumulator = function.create();
                    var inner = new Env(env.memory, env.row, g.range);
                    for (var row : g.rows) {
                        inner.row = row;
                        accumulator.add(values(args, inner));
                    }
                    return accumulator.value();
                }
                var accumulator = function.create();
                accumulator.add(values(args, env));
                return accumulator.value();
            } catch (FunctionException e) {
                throw failed(name, e);
            }
        };
    }

    private Eval analytic(Tree.Call c, Analytic function) {
        var args = trees.compileAll(c.args()).toArray(new Eval[0]);
        var partition = trees.compileAll(c.partition());
        var when = c.when() == null ? null : trees.compile(c.when());
        int id = c.id();
        var name = c.name();
        analytic.put(id, function::create);
        return env -> {
            var values = values(args, env);
            boolean holds = when == null || !Objects.equals(when.of(env), false);
            var key = "self";
            if (!partition.isEmpty()) {
                var keys = new StringBuilder();
                partition.forEach(p -> keys.append(GoText.of(p.of(env))));
                key = keys.toString();
            }
            try {
                return env.memory.analytic(id, key, function).apply(values, holds, env.memory.at(env.eventTime()));
            } catch (FunctionException e) {
                throw failed(name, e);
            }
        };
    }

    private Eval columns(Tree.Call c, Columns function) {
        var args = c.args();
        var evals = trees.compileAll(args);
        int id = c.id();
        columns.put(id, function::create);
        return env -> {
            var values = new ArrayList<@Nullable Object>();
            var names = new ArrayList<String>();
            for (int i = 0; i < args.size(); i++) {
                var value = evals.get(i).of(env);
                if (args.get(i) instanceof Tree.Wildcard && value instanceof Map<?, ?> all) {
                    all.forEach((k, v) -> {
                        names.add(String.valueOf(k));
                        values.add(v);
                    });
                } else {
                    names.add(nameOf(args.get(i)));
                    values.add(value);
                }
            }
            try {
                return new Chosen(env.memory.columns(id, function).apply(values.toArray(), names, env.memory.at(env.eventTime())));
            } catch (FunctionException e) {
                throw failed(c.name(), e);
            }
        };
    }

    /** Columns whose names a function has chosen. */
    record Chosen(Map<String, @Nullable Object> columns) {}

    private static String nameOf(Tree tree) {
        return switch (tree) {
            case Tree.Column c -> c.name();
            case Tree.Alias a -> a.name();
            case Tree.Call c -> c.name();
            default -> "";
        };
    }

    /** A list, or what is no list as it is: the step that makes the rows tells the difference. */
    private Eval returning(Tree.Call c, SetReturning function) {
        var arg = trees.compile(c.args().getFirst());
        boolean unnest = c.name().equals("unnest");
        return env -> {
            var value = arg.of(env);
            if (value == null || unnest) {
                return value;
            }
            try {
                return function.rows(new @Nullable Object[] {value}, env.memory.at(env.eventTime()));
            } catch (FunctionException e) {
                throw failed(c.name(), e);
            }
        };
    }

    private static Eval implicit(Tree.Call c, Implicit function) {
        return switch (function.what()) {
            case EVENT_TIME -> Env::eventTime;
            case WINDOW_START -> env -> env.window() instanceof Row.Range r ? (Long) r.start() : null;
            case WINDOW_END -> env -> env.window() instanceof Row.Range r ? (Long) r.end() : null;
            case WINDOW_TRIGGER -> env -> env.window() instanceof Row.Range r ? (Long) r.trigger() : null;
            // A lone row is the first of its kind; rows of a window are numbered by a step of their own.
            case ROW_NUMBER -> env -> 1L;
        };
    }

    private Eval hit(Tree.Call c) {
        var name = c.name();
        int id = c.id();
        return env -> {
            long was = env.memory.hit(name);
            if (!quiet.contains(id)) {
                count(name, env);
            }
            return was;
        };
    }

    static void count(String name, Env env) {
        if (name.endsWith("_count")) {
            env.memory.setHit(name, env.memory.hit(name) + 1);
        } else {
            var time = env.eventTime();
            env.memory.setHit(name, time == null ? env.memory.now() : time);
        }
    }
}
