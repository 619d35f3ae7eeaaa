package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The value at a fraction of the sorted values. {@code percentile_cont} interpolates between neighbours as standard SQL has it; eKuiper takes the
 * mean of two neighbours, one place too low. {@code percentile_disc} takes the value of the nearest rank.
 */
final class Percentile extends Gathered {

    private final boolean continuous;
    private final boolean asEkuiper;
    private @Nullable Object fraction;
    private int arguments = 2;

    Percentile(boolean continuous, boolean asEkuiper) {
        this.continuous = continuous;
        this.asEkuiper = asEkuiper;
    }

    @Override
    @Nullable Object kept(@Nullable Object[] args) {
        arguments = args.length;
        fraction = fraction == null && args.length > 1 ? args[1] : fraction;
        return args[0];
    }

    @Override
    @Nullable Object result(List<@Nullable Object> values) {
        if (values.isEmpty()) {
            return null;
        }
        if (arguments != 2) {
            throw new FunctionException("Expect 2 arguments but found " + arguments + ".");
        }
        var sorted = values.stream().filter(Objects::nonNull).mapToDouble(Percentile::number).sorted().toArray();
        if (!Values.isNumber(fraction)) {
            throw new FunctionException("the second parameter requires float64 but found " + Values.described(fraction));
        }
        if (sorted.length == 0) {
            return null;
        }
        return continuous ? continuous(sorted, Values.number(fraction)) : nearest(sorted, Values.number(fraction));
    }

    @Override
    public void merge(Accumulator later) {
        super.merge(later);
        fraction = fraction == null ? ((Percentile) later).fraction : fraction;
    }

    @Override
    public void clear() {
        super.clear();
        fraction = null;
        arguments = 2;
    }

    @Override
    public Object save() {
        return new ArrayList<>(Arrays.asList(fraction, (long) arguments, super.save()));
    }

    @Override
    public void restore(@Nullable Object saved) {
        List<@Nullable Object> list = Values.list(saved, "percentile: no saved state");
        fraction = list.get(0);
        arguments = (int) Values.wholeNumber(list.get(1));
        super.restore(list.get(2));
    }

    private static double number(@Nullable Object value) {
        if (!Values.isNumber(value)) {
            throw new FunctionException("requires float64 slice but found " + Values.described(value));
        }
        return Values.number(value);
    }

    private double continuous(double[] sorted, double fraction) {
        if (asEkuiper) {
            return meanOfNeighbours(sorted, fraction * 100);
        }
        inRange(fraction >= 0 && fraction <= 1);
        var place = fraction * (sorted.length - 1);
        var below = (int) place;
        return below + 1 < sorted.length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }

    private static double meanOfNeighbours(double[] sorted, double percent) {
        if (sorted.length == 1) {
            return sorted[0];
        }
        inRange(percent > 0 && percent <= 100);
        var place = percent / 100 * sorted.length;
        inRange(place >= 1);
        var below = (int) place;
        return place == below ? sorted[below - 1] : (sorted[below - 1] + sorted[below]) / 2;
    }

    private static double nearest(double[] sorted, double fraction) {
        inRange(fraction >= 0 && fraction <= 1);
        var rank = (int) Math.ceil(sorted.length * (fraction * 100) / 100);
        return sorted[Math.clamp(rank - 1, 0, sorted.length - 1)];
    }

    private static void inRange(boolean holds) {
        if (!holds) {
            throw new FunctionException("percentile exec with error: Input is outside of range.");
        }
    }
}
