package dev.skerry.streams.sql;

import dev.skerry.streams.functions.FunctionTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of a plan its memory depends on: two plans of one shape can go on with one another's memory. */
final class StateShape {

    private StateShape() {}

    /** Everything that the plan does. */
    static String whole(Plan p) {
        var all = new ArrayList<String>();
        all.add(PlanText.of(p));
        p.fields().forEach(f -> all.add(f.outName() + "=" + TreeText.of(f.expr())));
        all.add(window(p.window()));
        return String.join("\n", all);
    }

    /** What comes before and in the window. What is done with its rows afterwards may change. */
    static String kept(Plan p, FunctionTable functions) {
        if (!p.analytic().isEmpty() || !p.numbered().isEmpty()) {
            // Values from earlier rows lie in numbered places, which go by the whole text.
            return whole(p);
        }
        var all = new ArrayList<String>();
        p.sources().forEach(s -> all.add(s.name() + " of " + s.definition().name() + " by " + s.timeColumn()));
        p.atSource().forEach((name, condition) -> all.add(name + ": " + TreeText.of(condition)));
        all.add(p.options().eventTime() + " " + p.options().lateTolerance() + " " + p.options().zone() + " " + p.options().asEkuiper());
        all.add(text(p.beforeWindow()));
        all.add(window(p.window()));
        all.add(String.valueOf(p.incremental()));
        if (p.incremental()) {
            all.add(text(p.where()));
            all.add(texts(p.groups()));
            Incremental.calls(p, functions).forEach((id, call) -> all.add(id + " " + TreeText.of(call)));
        }
        return String.join("\n", all);
    }

    private static String window(Tree.@Nullable Window w) {
        return w == null ? "" : w.kind() + " " + w.length() + w.unit() + " " + w.interval() + " " + w.delay() + " " + text(w.filter()) + " " + text(w.trigger())
                + " " + text(w.begin()) + " " + text(w.end()) + " " + texts(w.partition()) + " " + w.standard();
    }

    private static String text(@Nullable Tree tree) {
        return tree == null ? "" : TreeText.of(tree);
    }

    private static String texts(List<Tree> trees) {
        return String.join(", ", trees.stream().map(TreeText::of).toList());
    }
}
