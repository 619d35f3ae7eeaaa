package dev.skerry.data;

import dev.skerry.data.Outbox.Range;
import dev.skerry.data.Outbox.Received;
import java.util.Optional;

/**
 * Says what a site sends its parent next. Two lanes share the line: <em>live</em> is all from where the log stood when the
 * link came up, <em>backlog</em> all before. When both have something, live goes first and keeps {@code liveShare} of the
 * turns; a lane alone has the whole line. Used by one thread.
 */
public final class UplinkPlan {

    private final long liveFrom;
    private final double liveShare;
    private double liveCredit = 1;

    /**
     * @param liveFrom the log's end when the link came up
     * @param liveShare which part of the turns live keeps while there is a backlog, 0 to 1
     */
    public UplinkPlan(long liveFrom, double liveShare) {
        if (!(liveShare >= 0 && liveShare <= 1)) {
            throw new IllegalArgumentException("liveShare: " + liveShare + " (expected: 0 to 1)");
        }
        this.liveFrom = liveFrom;
        this.liveShare = liveShare;
    }

    /**
     * The next stretch to read and send, of which the caller sends as much from its beginning as a chunk holds; empty when
     * all of {@code [start, end)} has arrived or is on its way.
     *
     * @param taken what the parent has acknowledged and what is in flight
     */
    public Optional<Range> next(Received taken, long start, long end) {
        var live = Ranges.firstGap(taken.ranges(), Math.max(start, liveFrom), end);
        var backlog = Ranges.firstGap(taken.ranges(), start, Math.min(liveFrom, end));
        if (live.isEmpty() || backlog.isEmpty()) {
            return live.isPresent() ? live : backlog;
        }
        if (liveCredit + 1e-9 >= 1) {
            liveCredit += liveShare - 1;
            return live;
        }
        liveCredit += liveShare;
        return backlog;
    }
}
