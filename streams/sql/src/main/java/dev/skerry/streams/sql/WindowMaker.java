package dev.skerry.streams.sql;

import dev.skerry.streams.functions.FunctionTable;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes the step that a window stands for. */
final class WindowMaker {

    private final Plan plan;
    private final FunctionTable functions;
    private final RuleOptions options;
    private final TreeCompiler compiler;
    private final Env env;

    WindowMaker(Plan plan, FunctionTable functions, TreeCompiler compiler, Env env) {
        this.plan = plan;
        this.functions = functions;
        options = plan.options();
        this.compiler = compiler;
        this.env = env;
    }

    WindowStep make(Tree.Window w, long now, Consumer<Rows> out) {
        if (w.kind() == Tree.Window.Kind.STATE) {
            var begins = test(w.begin());
            return new StateWindow(begins, w.end() == null ? null : test(w.end()), partition(w.partition()), out);
        }
        var spec = WindowSpec.of(w, options, test(w.trigger()));
        if (plan.incremental()) {
            return new PaneWindow(spec, w.standard(), options.eventTime(), now, Condition.of("Where", plan.where(), compiler), compiler.compileAll(plan.groups()),
                    Incremental.takers(plan, functions, compiler), env, out);
        }
        if (w.standard()) {
            return new StandardWindow(spec, options.eventTime(), partition(w.partition()), out);
        }
        if (options.leftOpen() && w.kind() == Tree.Window.Kind.SLIDING) {
            return new LeftOpenWindow(spec, options.eventTime(), out);
        }
        return options.eventTime() ? new EventWindow(spec, out) : new ClockWindow(spec, now, out);
    }

    private Predicate<Row.Tuple> test(@Nullable Tree tree) {
        var condition = Condition.of("Window", tree, compiler);
        return row -> {
            if (condition == null) {
                return true;
            }
            env.row = row;
            env.range = null;
            return condition.triggers(env);
        };
    }

    private Function<Row.Tuple, String> partition(List<Tree> by) {
        var keys = compiler.compileAll(by);
        return row -> {
            env.row = row;
            env.range = null;
            return RowSteps.key(keys, env, "partition By");
        };
    }
}
