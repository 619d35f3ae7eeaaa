package dev.skerry.data;

import dev.skerry.data.Outbox.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sets of positions as sorted, disjoint, non-touching ranges. */
final class Ranges {

    private Ranges() {}

    /** The set with {@code added} in it. */
    static List<Range> union(List<Range> ranges, Range added) {
        if (added.from() >= added.to()) {
            return ranges;
        }
        var result = new ArrayList<Range>(ranges.size() + 1);
        long from = added.from();
        long to = added.to();
        boolean placed = false;
        for (Range range : ranges) {
            if (range.to() < from) {
                result.add(range);
            } else if (range.from() > to) {
                if (!placed) {
                    result.add(new Range(from, to));
                    placed = true;
                }
                result.add(range);
            } else {
                from = Math.min(from, range.from());
                to = Math.max(to, range.to());
            }
        }
        if (!placed) {
            result.add(new Range(from, to));
        }
        return List.copyOf(result);
    }

    static boolean covers(List<Range> ranges, Range wanted) {
        for (Range range : ranges) {
            if (range.from() <= wanted.from() && wanted.to() <= range.to()) {
                return true;
            }
        }
        return false;
    }

    /** The first stretch of {@code [from, to)} that is not in the set. */
    static Optional<Range> firstGap(List<Range> ranges, long from, long to) {
        long at = from;
        for (Range range : ranges) {
            if (range.to() <= at) {
                continue;
            }
            if (range.from() > at) {
                long end = Math.min(range.from(), to);
                return at < end ? Optional.of(new Range(at, end)) : Optional.empty();
            }
            at = range.to();
        }
        return at < to ? Optional.of(new Range(at, to)) : Optional.empty();
    }

    /** How many positions of {@code [from, to)} are not in the set. */
    static long missing(List<Range> ranges, long from, long to) {
        long missing = Math.max(0, to - from);
        for (Range range : ranges) {
            missing -= Math.max(0, Math.min(range.to(), to) - Math.max(range.from(), from));
        }
        return missing;
    }
}
