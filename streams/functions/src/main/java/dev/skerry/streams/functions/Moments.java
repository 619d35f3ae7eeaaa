package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Features of a vibration: effective value, shape and peaks, from central moments that are updated value by value and merged (Pébay 2008).
 */
final class Moments implements Accumulator {

    /** What is asked of the moments. */
    enum Kind {
        RMS("rms", "the effective value: the root of the mean of the squares"),
        KURTOSIS("kurtosis", "how heavy the tails are: 3 for a normal distribution, more for knocks"),
        SKEWNESS("skewness", "how far the values lean: 0 if to neither side"),
        CREST_FACTOR("crest_factor", "the greatest magnitude over the effective value"),
        PEAK_TO_PEAK("peak_to_peak", "the greatest value less the smallest");

        private final String function;
        private final String summary;

        Kind(String function, String summary) {
            this.function = function;
            this.summary = summary;
        }
    }

    private final Kind kind;
    private long count;
    private double mean;
    private double second;
    private double third;
    private double fourth;
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;
    private @Nullable String problem;

    Moments(Kind kind) {
        this.kind = kind;
    }

    static void addTo(Catalogue to) {
        for (var kind : Kind.values()) {
            to.aggregate(kind.function + "(number)", "float", kind.summary, Checks.ONE_NUMBER, () -> new Moments(kind));
            to.pure("array_" + kind.function + "(list)", "float", kind.summary + ", within one list", Checks.exactly(1), NullRule.NULL, args -> {
                var moments = new Moments(kind);
                for (var element : Values.list(args[0], "first argument should be array of interface{}")) {
                    moments.add(new @Nullable Object[] {element});
                }
                return moments.value();
            });
        }
    }

    @Override
    public void add(@Nullable Object[] args) {
        switch (args[0]) {
            case null -> {}
            case Long v -> addDouble(v);
            case Double v -> addDouble(v);
            default -> problem = problem == null ? "requires float64 but found " + Values.described(args[0]) : problem;
        }
    }

    @Override
    public void addLong(long value) {
        addDouble(value);
    }

    @Override
    public void addDouble(double value) {
        var before = count++;
        var apart = value - mean;
        var share = apart / count;
        var squared = share * share;
        var term = apart * share * before;
        mean += share;
        fourth += term * squared * ((double) count * count - 3.0 * count + 3) + 6 * squared * second - 4 * share * third;
        third += term * share * (count - 2) - 3 * share * second;
        second += term;
        least = Math.min(least, value);
        most = Math.max(most, value);
    }

    @Override
    public boolean isMergeable() {
        return true;
    }

    @Override
    public void merge(Accumulator later) {
        var other = (Moments) later;
        problem = problem == null ? other.problem : problem;
        if (other.count == 0) {
            return;
        }
        double a = count;
        double b = other.count;
        var n = a + b;
        var d = other.mean - mean;
        fourth += other.fourth + d * d * d * d * a * b * (a * a - a * b + b * b) / (n * n * n)
                + 6 * d * d * (a * a * other.second + b * b * second) / (n * n) + 4 * d * (a * other.third - b * third) / n;
        third += other.third + d * d * d * a * b * (a - b) / (n * n) + 3 * d * (a * other.second - b * second) / n;
        second += other.second + d * d * a * b / n;
        mean += d * b / n;
        count += other.count;
        least = Math.min(least, other.least);
        most = Math.max(most, other.most);
    }

    @Override
    public @Nullable Object value() {
        if (problem != null) {
            throw new FunctionException(problem);
        }
        if (count == 0) {
            return null;
        }
        var rms = Math.sqrt(second / count + mean * mean);
        var feature = switch (kind) {
            case RMS -> rms;
            case PEAK_TO_PEAK -> most - least;
            case CREST_FACTOR -> Math.max(Math.abs(most), Math.abs(least)) / rms;
            case KURTOSIS -> count * fourth / (second * second);
            case SKEWNESS -> Math.sqrt(count) * third / Math.pow(second, 1.5);
        };
        // Values that are all the same have no shape, and numbers that are too large for their squares none that we can tell.
        return Double.isFinite(feature) && Double.isFinite(rms) ? (Object) feature : null;
    }

    @Override
    public void clear() {
        count = 0;
        mean = 0;
        second = 0;
        third = 0;
        fourth = 0;
        least = Double.POSITIVE_INFINITY;
        most = Double.NEGATIVE_INFINITY;
        problem = null;
    }

    @Override
    public Object save() {
        var saved = new ArrayList<@Nullable Object>(List.of(count, mean, second, third, fourth, least, most));
        saved.add(problem);
        return saved;
    }

    @Override
    public void restore(@Nullable Object saved) {
        List<@Nullable Object> list = Values.list(saved, "no saved state");
        count = Values.wholeNumber(list.get(0));
        mean = Values.number(list.get(1));
        second = Values.number(list.get(2));
        third = Values.number(list.get(3));
        fourth = Values.number(list.get(4));
        least = Values.number(list.get(5));
        most = Values.number(list.get(6));
        problem = (String) list.get(7);
    }
}
