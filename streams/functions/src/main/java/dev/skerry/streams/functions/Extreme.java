package dev.skerry.streams.functions;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The greatest or smallest value. It keeps the values that may still become the extreme when older ones go, which are few: those that no later
 * value has beaten.
 */
final class Extreme implements Accumulator {

    private final int sign;
    private final boolean asEkuiper;
    private final Deque<Object> candidates = new ArrayDeque<>();
    private @Nullable Object first;
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
    public void add(@Nullable Object[] args) {
        take(args[0]);
    }

    private void take(@Nullable Object value) {
        if (value == null || problem != null) {
            return;
        }
        var fitting = fitting(value);
        if (fitting == null) {
            return;
        }
        while (!candidates.isEmpty() && compare(fitting, candidates.peekLast()) > 0) {
            candidates.removeLast();
        }
        candidates.addLast(fitting);
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

    private int compare(Object a, Object b) {
        return sign * order(a, b);
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
    public boolean isRemovable() {
        return problem == null;
    }

    @Override
    public void remove(@Nullable Object[] args) {
        var gone = args[0];
        var oldest = candidates.peekFirst();
        if (gone != null && oldest != null && order(oldest, gone) == 0) {
            candidates.removeFirst();
        }
        if (candidates.isEmpty()) {
            first = null;
        }
    }

    @Override
    public boolean isMergeable() {
        // In eKuiper the first value of all decides over the kind, which a later part cannot know.
        return !asEkuiper;
    }

    @Override
    public void merge(Accumulator later) {
        var other = (Extreme) later;
        for (var candidate : other.candidates) {
            take(candidate);
        }
        if (problem == null) {
            problem = other.problem;
        }
    }

    @Override
    public @Nullable Object value() {
        if (problem != null) {
            throw new FunctionException(problem);
        }
        return candidates.peekFirst();
    }

    @Override
    public void clear() {
        candidates.clear();
        first = null;
        problem = null;
    }

    @Override
    public Object save() {
        var saved = new ArrayList<@Nullable Object>();
        saved.add(first);
        saved.add(problem);
        saved.addAll(candidates);
        return saved;
    }

    @Override
    public void restore(@Nullable Object saved) {
        clear();
        List<@Nullable Object> list = Values.list(saved, "no saved state");
        first = list.get(0);
        problem = (String) list.get(1);
        for (var candidate : list.subList(2, list.size())) {
            if (candidate != null) {
                candidates.addLast(candidate);
            }
        }
    }
}
