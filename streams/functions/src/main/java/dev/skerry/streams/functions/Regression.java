package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Line and correlation of pairs, updated and merged like {@link Spread}. A pair with a null is passed over. */
final class Regression implements Accumulator {

    /** What is asked of the sums. */
    enum Kind { SLOPE, INTERCEPT, CORRELATION }

    private final Kind kind;
    private long count;
    private double meanX;
    private double meanY;
    private double squaresX;
    private double squaresY;
    private double products;
    private @Nullable String problem;

    Regression(Kind kind) {
        this.kind = kind;
    }

    @Override
    public void add(@Nullable Object[] args) {
        if (args[0] == null || args[1] == null) {
            return;
        }
        if (!Values.isNumber(args[0]) || !Values.isNumber(args[1])) {
            problem = "requires float64 but found " + Values.described(Values.isNumber(args[0]) ? args[1] : args[0]);
            return;
        }
        take(Values.number(args[1]), Values.number(args[0]));
    }

    void take(double x, double y) {
        count++;
        var apartX = x - meanX;
        var apartY = y - meanY;
        meanX += apartX / count;
        meanY += apartY / count;
        squaresX += apartX * (x - meanX);
        squaresY += apartY * (y - meanY);
        products += apartX * (y - meanY);
    }

    @Override
    public boolean isMergeable() {
        return true;
    }

    @Override
    public void merge(Accumulator later) {
        var other = (Regression) later;
        problem = problem == null ? other.problem : problem;
        if (other.count == 0) {
            return;
        }
        var all = (double) count + other.count;
        var apartX = other.meanX - meanX;
        var apartY = other.meanY - meanY;
        var weight = count * other.count / all;
        squaresX += other.squaresX + apartX * apartX * weight;
        squaresY += other.squaresY + apartY * apartY * weight;
        products += other.products + apartX * apartY * weight;
        meanX += apartX * other.count / all;
        meanY += apartY * other.count / all;
        count += other.count;
    }

    @Override
    public @Nullable Object value() {
        if (problem != null) {
            throw new FunctionException(problem);
        }
        if (count < 2 || squaresX == 0) {
            return null;
        }
        return switch (kind) {
            case SLOPE -> (Object) slope();
            case INTERCEPT -> (Object) at(0);
            case CORRELATION -> squaresY == 0 ? null : (Object) (products / Math.sqrt(squaresX * squaresY));
        };
    }

    boolean isLine() {
        return count >= 2 && squaresX > 0;
    }

    double slope() {
        return products / squaresX;
    }

    /** The line's height. */
    double at(double x) {
        return meanY + slope() * (x - meanX);
    }

    @Override
    public void clear() {
        count = 0;
        meanX = 0;
        meanY = 0;
        squaresX = 0;
        squaresY = 0;
        products = 0;
        problem = null;
    }

    @Override
    public Object save() {
        var saved = new ArrayList<@Nullable Object>(List.of(count, meanX, meanY, squaresX, squaresY, products));
        saved.add(problem);
        return saved;
    }

    @Override
    public void restore(@Nullable Object saved) {
        List<@Nullable Object> list = Values.list(saved, "no saved state");
        count = Values.wholeNumber(list.get(0));
        meanX = Values.number(list.get(1));
        meanY = Values.number(list.get(2));
        squaresX = Values.number(list.get(3));
        squaresY = Values.number(list.get(4));
        products = Values.number(list.get(5));
        problem = (String) list.get(6);
    }
}
