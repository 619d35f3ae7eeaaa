package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Variance and standard deviation by Welford's running update, merged as Chan, Golub and LeVeque have it (1979). */
final class Spread implements Accumulator {

    /** What is asked of the sum of squares. */
    enum Kind { VAR, VAR_SAMPLE, STDDEV, STDDEV_SAMPLE }

    private final Kind kind;
    private final boolean asEkuiper;
    private long count;
    private double mean;
    private double squares;
    private @Nullable String problem;

    Spread(Kind kind, boolean asEkuiper) {
        this.kind = kind;
        this.asEkuiper = asEkuiper;
    }

    @Override
    public void add(@Nullable Object[] args) {
        switch (args[0]) {
            case null -> {}
            case Long v -> addDouble(v);
            case Double v -> addDouble(v);
            default -> problem = problem == null ? "requires float64 slice but found " + Values.described(args[0]) : problem;
        }
    }

    @Override
    public void addLong(long value) {
        addDouble(value);
    }

    @Override
    public void addDouble(double value) {
        count++;
        var before = value - mean;
        mean += before / count;
        squares += before * (value - mean);
    }

    @Override
    public boolean isMergeable() {
        return true;
    }

    @Override
    public void merge(Accumulator later) {
        var other = (Spread) later;
        problem = problem == null ? other.problem : problem;
        if (other.count > 0) {
            var all = count + other.count;
            var apart = other.mean - mean;
            squares += other.squares + apart * apart * count * other.count / all;
            mean += apart * other.count / all;
            count = all;
        }
    }

    @Override
    public @Nullable Object value() {
        if (problem != null) {
            throw new FunctionException(problem);
        }
        var sample = kind == Kind.VAR_SAMPLE || kind == Kind.STDDEV_SAMPLE;
        // One value says nothing about the spread of what it was drawn from; eKuiper divides by zero.
        if (count == 0 || sample && count == 1 && !asEkuiper) {
            return null;
        }
        var variance = squares / (sample ? count - 1 : count);
        return kind == Kind.STDDEV || kind == Kind.STDDEV_SAMPLE ? Math.sqrt(variance) : variance;
    }

    @Override
    public void clear() {
        count = 0;
        mean = 0;
        squares = 0;
        problem = null;
    }

    @Override
    public Object save() {
        return new ArrayList<>(Arrays.<@Nullable Object>asList(count, mean, squares, problem));
    }

    @Override
    public void restore(@Nullable Object saved) {
        List<@Nullable Object> list = Values.list(saved, "no saved state");
        count = Values.wholeNumber(list.get(0));
        mean = Values.number(list.get(1));
        squares = Values.number(list.get(2));
        problem = (String) list.get(3);
    }
}
