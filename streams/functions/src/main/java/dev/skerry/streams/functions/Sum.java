package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds numbers up: integers as integers for as long as they suffice, then as floats. As eKuiper has it, the first value decides: integers wrap around and
 * cut later floats off, floats refuse later integers.
 */
class Sum implements Accumulator {

    private final String name;
    private final boolean asEkuiper;
    private long count;
    private long whole;
    private double fraction;
    private boolean isFloat;
    private @Nullable String problem;

    Sum(String name, boolean asEkuiper) {
        this.name = name;
        this.asEkuiper = asEkuiper;
    }

    @Override
    public final void add(@Nullable Object[] args) {
        switch (args[0]) {
            case null -> {}
            case Long v -> addLong(v);
            case Double v -> addDouble(v);
            default -> fail(count == 0
                    ? "run " + name + " function error: found invalid arg " + Values.described(args[0])
                    : "requires " + (isFloat ? "float64" : "int") + " but found " + Values.described(args[0]));
        }
    }

    @Override
    public final void addLong(long value) {
        if (isFloat) {
            if (asEkuiper) {
                fail("requires float64 but found " + Values.described(value));
            }
            fraction += value;
        } else {
            var sum = whole + value;
            if (((whole ^ sum) & (value ^ sum)) < 0 && !asEkuiper) {
                becomeFloat();
                fraction += value;
            } else {
                whole = sum;
            }
        }
        count++;
    }

    @Override
    public final void addDouble(double value) {
        if (!isFloat && asEkuiper && count > 0) {
            whole += (long) value;
        } else {
            becomeFloat();
            fraction += value;
        }
        count++;
    }

    private void becomeFloat() {
        if (!isFloat) {
            isFloat = true;
            fraction = whole;
        }
    }

    private void fail(String problem) {
        if (this.problem == null) {
            this.problem = problem;
        }
    }

    @Override
    public final boolean isRemovable() {
        return !isFloat && problem == null;
    }

    @Override
    public final void remove(@Nullable Object[] args) {
        if (args[0] != null) {
            whole -= Values.cutNumber(args[0]);
            count--;
        }
    }

    @Override
    public final boolean isMergeable() {
        // In eKuiper the first value of all decides over the kind, which a later part cannot know.
        return !asEkuiper;
    }

    @Override
    public final void merge(Accumulator later) {
        var other = (Sum) later;
        if (other.problem != null) {
            fail(other.problem);
        } else if (other.count > 0) {
            var others = other.count;
            var ours = count;
            if (other.isFloat) {
                addDouble(other.fraction);
            } else {
                addLong(other.whole);
            }
            count = ours + others;
        }
    }

    @Override
    public @Nullable Object value() {
        if (problem != null) {
            throw new FunctionException(problem);
        }
        return count == 0 ? null : isFloat ? (Object) fraction : (Object) whole;
    }

    final long count() {
        return count;
    }

    @Override
    public final void clear() {
        count = 0;
        whole = 0;
        fraction = 0;
        isFloat = false;
        problem = null;
    }

    @Override
    public final Object save() {
        return new ArrayList<>(Arrays.<@Nullable Object>asList(count, whole, fraction, isFloat, problem));
    }

    @Override
    public final void restore(@Nullable Object saved) {
        List<@Nullable Object> list = Values.list(saved, name + ": no saved state");
        count = Values.wholeNumber(list.get(0));
        whole = Values.wholeNumber(list.get(1));
        fraction = Values.number(list.get(2));
        isFloat = Boolean.TRUE.equals(list.get(3));
        problem = (String) list.get(4);
    }
}
