package dev.skerry.streams.functions;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The line through the last rows, over their times. */
final class Trend implements Analytic.State {

    private static final int USUAL_ROWS = 100;
    private static final int MOST_ROWS = 10_000;

    private record Point(long time, double value) {}

    private final boolean toLimit;
    private final Deque<Point> points = new ArrayDeque<>();

    /** With the time to a limit instead of the slope. */
    Trend(boolean toLimit) {
        this.toLimit = toLimit;
    }

    @Override
    public @Nullable Object apply(@Nullable Object[] args, boolean holds, Call call) {
        var rowsAt = toLimit ? 2 : 1;
        var most = args.length > rowsAt ? Math.max(2, Values.size(args[rowsAt], MOST_ROWS, "trend: rows")) : USUAL_ROWS;
        if (holds && args[0] != null) {
            points.addLast(new Point(call.timestamp(), Values.number(args[0])));
            while (points.size() > most) {
                points.removeFirst();
            }
        }
        var line = new Regression(Regression.Kind.SLOPE);
        var last = points.peekLast();
        if (last == null) {
            return null;
        }
        for (var point : points) {
            line.take((point.time() - last.time()) / 1000.0, point.value());
        }
        if (!line.isLine()) {
            return null;
        }
        return toLimit ? secondsTo(Values.number(args[1]), last.value(), line) : (Object) line.slope();
    }

    private static @Nullable Object secondsTo(double limit, double last, Regression line) {
        var slope = line.slope();
        if (slope > 0 && last >= limit || slope < 0 && last <= limit || last == limit) {
            return 0.0;
        }
        var seconds = (limit - line.at(0)) / slope;
        return slope == 0 || seconds < 0 ? null : (Object) seconds;
    }

    @Override
    public Object save() {
        var saved = new ArrayList<@Nullable Object>(points.size() * 2);
        for (var point : points) {
            saved.add(point.time());
            saved.add(point.value());
        }
        return saved;
    }

    @Override
    public void restore(@Nullable Object saved) {
        points.clear();
        List<@Nullable Object> list = Values.list(saved, "trend: no saved state");
        for (var i = 0; i + 1 < list.size(); i += 2) {
            points.addLast(new Point(Values.wholeNumber(list.get(i)), Values.number(list.get(i + 1))));
        }
    }
}
