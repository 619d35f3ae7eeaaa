package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A compiled condition, with the hits that it counts once it holds. */
final class Condition {

    private final String step;
    private final Eval test;
    private final List<String> counted;

    private Condition(String step, Eval test, List<String> counted) {
        this.step = step;
        this.test = test;
        this.counted = counted;
    }

    /** @param step how messages call it, such as Where */
    static @Nullable Condition of(String step, @Nullable Tree tree, TreeCompiler compiler) {
        if (tree == null) {
            return null;
        }
        var counted = new ArrayList<String>();
        Set<Integer> seen = new HashSet<>();
        tree.anyWithAliases(t -> {
            if (t instanceof Tree.Call c && CallCompiler.isHit(c.name()) && seen.add(c.id())) {
                compiler.calls().onlyTells(c.id());
                counted.add(c.name());
            }
            return false;
        });
        return new Condition(step, compiler.compile(tree), counted);
    }

    /** Null is not true; anything that is no boolean is an error. */
    boolean holds(Env env, boolean nullIsError) {
        Object value;
        try {
            value = test.of(env);
        } catch (EvalException e) {
            throw new EvalException("run " + step + " error: " + e.text());
        }
        if (value instanceof Boolean b) {
            return b;
        }
        if (value == null && !nullIsError) {
            return false;
        }
        throw new EvalException("run " + step + " error: invalid condition that returns non-bool value " + GoText.typed(value));
    }

    void count(Env env) {
        counted.forEach(name -> CallCompiler.count(name, env));
    }

    /** Whether a row triggers a window; one that fails does not. */
    boolean triggers(Env env) {
        try {
            boolean hit = Boolean.TRUE.equals(test.of(env));
            if (hit) {
                count(env);
            }
            return hit;
        } catch (EvalException e) {
            return false;
        }
    }
}
