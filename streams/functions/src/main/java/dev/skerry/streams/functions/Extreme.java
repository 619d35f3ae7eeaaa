package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The greatest or smallest value. As eKuiper has it, the first value's kind decides over all later ones. */
class Extreme implements Accumulator {

    private final int sign;
    private final boolean asEkuiper;
    private @Nullable Object first;
    private @Nullable Object best;
    private @Nullable String problem;

    /** With 1 the greatest, with -1 the smallest. */
    Extreme(int sign, boolean asEkuiper) {
        this.sign = sign;
        this.asEkuiper = asEkuiper;
    }

    /** The extreme of a whole list. */
    static @Nullable Object of(List<@Nullable Object> values, int sign, boolean asEkuiper) {
        var extreme = new Extreme(sign, asEkuiper);
        for (var value : values) {
            extreme.take(value);
        }
        return extreme.value();
    }

    @Override
    public final void add(@Nullable Object[] args) {
        take(args[0]);
    }

    final void take(@Nullable Object value) {
        if (value == null || problem != null) {
            return;
        }
        var fitting = fitting(value);
        if (fitting != null) {
            keep(fitting);
        }
    }

    /** Another value of the right kind. */
    void keep(Object value) {
        if (best == null || beats(value, best)) {
            best = value;
        }
    }

    final boolean beats(Object a, Object b) {
        return sign * order(a, b) > 0;
    }

    /** The value as the first one's kind asks, or null with the problem noted. */
    private @Nullable Object fitting(Object value) {
        var kind = first;
        if (kind == null) {
            if (!(value instanceof String) && !Values.isNumber(value)) {
                problem = "found invalid arg " + Values.described(value);
                return null;
            }
            first = value;
            return value;
        }
        if (kind instanceof String ? value instanceof String : Values.isNumber(value)) {
            if (!asEkuiper || kind.getClass() == value.getClass()) {
                return value;
            }
            if (kind instanceof Long) {
                return Values.cutNumber(value);
            }
        }
        problem = "requires " + (kind instanceof String ? "string" : kind instanceof Double ? "float64" : "int64") + " but found " + Values.described(value);
        return null;
    }

    /** Numbers by their value, whatever their kind; texts by their characters. */
    static int order(Object a, Object b) {
        return switch (a) {
            case Long x when b instanceof Long y -> x.compareTo(y);
            case String x when b instanceof String y -> x.compareTo(y);
            default -> Double.compare(Values.number(a), Values.number(b));
        };
    }

    @Override
    public boolean isMergeable() {
        // In eKuiper the first value of all decides over the kind, which a later part cannot know.
        return !asEkuiper;
    }

    @Override
    public void merge(Accumulator later) {
        var other = (Extreme) later;
        take(other.best);
        noteProblem(other);
    }

    final void noteProblem(Extreme other) {
        problem = problem == null ? other.problem : problem;
    }

    final boolean hasProblem() {
        return problem != null;
    }

    /** The next value decides anew. */
    final void forgetKind() {
        first = null;
    }

    /** What beats all others. */
    @Nullable Object best() {
        return best;
    }

    @Override
    public final @Nullable Object value() {
        if (problem != null) {
            throw new FunctionException(problem);
        }
        return best();
    }

    @Override
    public void clear() {
        first = null;
        best = null;
        problem = null;
    }

    @Override
    public Object save() {
        return new ArrayList<>(Arrays.<@Nullable Object>asList(first, problem, best));
    }

    @Override
    public void restore(@Nullable Object saved) {
        List<@Nullable Object> list = Values.list(saved, "no saved state");
        first = list.get(0);
        problem = (String) list.get(1);
        best = list.get(2);
    }
}
