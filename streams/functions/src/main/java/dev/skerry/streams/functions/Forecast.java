package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Exponential smoothing with a trend (Holt 1957) and, if asked, a season that is added (Winters 1960). The first season gives the first level and the
 * first shape of the season; the second corrects it.
 */
final class Forecast implements Analytic.State {

    private static final double LEVEL = 0.3;
    private static final double SLOPE = 0.05;
    private static final double SEASON = 0.2;
    private static final int LONGEST_SEASON = 100_000;
    private static final int FARTHEST = 1_000_000;

    private long rows;
    private double level;
    private double slope;
    private double[] season = {};

    @Override
    public @Nullable Object apply(@Nullable Object[] args, boolean holds, Call call) {
        var steps = Values.size(args[1], FARTHEST, "forecast: steps");
        var length = args.length > 2 ? Values.size(args[2], LONGEST_SEASON, "forecast: season") : 0;
        if (rows == 0) {
            season = new double[length];
        } else if (length != season.length) {
            throw new FunctionException("forecast: season " + length + " (expected: " + season.length + ", as before)");
        }
        if (holds && args[0] != null) {
            take(Values.number(args[0]));
        }
        if (rows < Math.max(2, season.length)) {
            return null;
        }
        return level + steps * slope + (season.length == 0 ? 0 : season[(int) ((rows - 1 + steps) % season.length)]);
    }

    private void take(double value) {
        if (season.length == 0) {
            smooth(value, 0);
        } else if (rows < season.length) {
            learn(value);
        } else {
            var place = (int) (rows % season.length);
            smooth(value, season[place]);
            season[place] += SEASON * (value - level - season[place]);
        }
        rows++;
    }

    private void smooth(double value, double seasonal) {
        if (rows == 0) {
            level = value;
            return;
        }
        var before = level;
        level = LEVEL * (value - seasonal) + (1 - LEVEL) * (level + slope);
        // The second row is all that is known of a slope.
        slope += (rows == 1 ? 1 : SLOPE) * ((rows == 1 ? value : level) - before - slope);
        level = rows == 1 ? value : level;
    }

    private void learn(double value) {
        season[(int) rows] = value;
        level += (value - level) / (rows + 1);
        if (rows == season.length - 1) {
            for (var i = 0; i < season.length; i++) {
                season[i] -= level;
            }
        }
    }

    @Override
    public Object save() {
        var saved = new ArrayList<@Nullable Object>(List.of(rows, level, slope));
        for (var value : season) {
            saved.add(value);
        }
        return saved;
    }

    @Override
    public void restore(@Nullable Object saved) {
        List<@Nullable Object> list = Values.list(saved, "forecast: no saved state");
        rows = Values.wholeNumber(list.get(0));
        level = Values.number(list.get(1));
        slope = Values.number(list.get(2));
        season = new double[list.size() - 3];
        for (var i = 0; i < season.length; i++) {
            season[i] = Values.number(list.get(i + 3));
        }
    }
}
