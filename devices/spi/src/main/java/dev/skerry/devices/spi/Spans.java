package dev.skerry.devices.spi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Merges what lies in one row of cells into the cheapest set of requests: a request costs {@link LineCost#requestBytes} and
 * each cell from its first to its last, wanted or not, its bytes. The choice is the least of all (dynamic programming over the
 * sorted starts), not only that of a gap's length.
 */
public final class Spans {

    private Spans() {}

    /**
     * @param start the first cell of an item
     * @param end the cell after its last
     * @param most cells that one request reads at most; an item longer than that stands alone
     * @param cellBytes that a cell costs on the line
     * @return each item in exactly one group, in order of their starts
     */
    public static <T> List<List<T>> merge(
            List<T> items, ToIntFunction<T> start, ToIntFunction<T> end, int most, double cellBytes, LineCost cost) {
        var sorted = items.stream().sorted(Comparator.comparingInt(start).thenComparingInt(end)).toList();
        int n = sorted.size();
        var best = new double[n + 1];
        var from = new int[n + 1];
        Arrays.fill(best, 1, n + 1, Double.POSITIVE_INFINITY);
        for (int first = 0; first < n; first++) {
            int begin = start.applyAsInt(sorted.get(first));
            int reach = begin;
            for (int last = first; last < n; last++) {
                if (last > first && start.applyAsInt(sorted.get(last)) - begin >= most) {
                    break;
                }
                reach = Math.max(reach, end.applyAsInt(sorted.get(last)));
                if (last > first && reach - begin > most) {
                    break;
                }
                double whole = best[first] + cost.requestBytes() + (reach - begin) * cellBytes;
                if (whole <= best[last + 1]) {
                    best[last + 1] = whole;
                    from[last + 1] = first;
                }
            }
        }
        var groups = new ArrayList<List<T>>();
        for (int i = n; i > 0; i = from[i]) {
            groups.addFirst(sorted.subList(from[i], i));
        }
        return List.copyOf(groups);
    }
}
