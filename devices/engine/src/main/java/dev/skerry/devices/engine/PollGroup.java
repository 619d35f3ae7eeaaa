package dev.skerry.devices.engine;

import dev.skerry.devices.spi.DeviceDriver;
import dev.skerry.devices.spi.LineCost;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.ReadPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The points of one device that are read together, every so often; used by the line's thread only. */
final class PollGroup {

    private static final int SHOWN_READS = 4;
    private static final Duration SLOW = Duration.ofMillis(100);
    /** A device that needs more than this share of its interval is asked less often, so that writes and its neighbours get through. */
    private static final double MOST_BUSY = 0.9;
    private static final double BUSY_PAUSE = 1.25;
    private static final int ROUNDS_TO_JUDGE = 3;
    private static final double SLOWEST_STRETCH = 60;

    /** One request, and for each of its points what it stands for. */
    record Read(ReadPlan plan, PlannedPoint[][] points) {}

    private final DeviceDriver driver;
    private final Duration every;
    private final double phase;
    private final Map<PointAddress, List<PlannedPoint>> points;
    private LineCost cost;
    private List<Read> reads;

    /** On the nanosecond clock. */
    private long due;

    private boolean polled;
    private boolean staggered;
    private boolean split;
    private boolean readBack;
    private long readBackAt;
    private boolean readBackDone;
    private double stretch = 1;
    private int busy;

    private PollGroup(DeviceDriver driver, LineCost cost, double phase, Duration every, List<PlannedPoint> planned) {
        this.driver = driver;
        this.cost = cost;
        this.phase = phase;
        this.every = every;
        points = new LinkedHashMap<>();
        for (var point : planned) {
            points.computeIfAbsent(point.address(), a -> new ArrayList<>()).add(point);
        }
        reads = merged(List.copyOf(points.keySet()));
    }

    /** The polled points of a plan by interval, the fastest first. */
    static List<PollGroup> of(DevicePlan plan) {
        return of(plan, plan.points().stream().filter(PlannedPoint::polled).toList(), plan.cost());
    }

    /** Some points of a plan by interval, the fastest first. */
    static List<PollGroup> of(DevicePlan plan, List<PlannedPoint> polled, LineCost cost) {
        double phase = (plan.key().hashCode() * 0x9E3779B9 >>> 8) / (double) (1 << 24);
        return polled.stream()
                .collect(Collectors.groupingBy(PlannedPoint::every, TreeMap::new, Collectors.toList()))
                .entrySet().stream().map(e -> new PollGroup(plan.driver(), cost, phase, e.getKey(), e.getValue())).toList();
    }

    /** For people: {@code 2 points in 1 read every 0.5s (holding 100-110)}. */
    static String explain(List<PollGroup> groups) {
        return groups.isEmpty() ? "nothing to read" : groups.stream().map(PollGroup::explain).collect(Collectors.joining("; "));
    }

    private String explain() {
        int count = points.values().stream().mapToInt(List::size).sum();
        return Shown.count(count, "point") + " in " + Shown.count(reads.size(), "read") + " every " + Shown.duration(every)
                + (stretch > 1 ? ", stretched to " + Shown.duration(interval()) + " as the device is slow," : "")
                + reads.stream().limit(SHOWN_READS).map(read -> read.plan().description())
                        .collect(Collectors.joining(", ", " (", reads.size() > SHOWN_READS ? ", and " + (reads.size() - SHOWN_READS) + " more)" : ")"));
    }

    List<Read> reads() {
        return reads;
    }

    long due() {
        return readBack && readBackAt - due < 0 ? readBackAt : due;
    }

    boolean polled() {
        return polled;
    }

    /** A new connection: everything is due, and requests that were split are tried whole again. */
    void begin(long now) {
        due = now;
        polled = false;
        staggered = false;
        readBack = false;
        readBackDone = false;
        busy = 0;
        if (split) {
            reads = merged(List.copyOf(points.keySet()));
            split = false;
        }
    }

    /** The line was measured: plans anew for it, unless the device made us split requests. */
    void plan(LineCost measured) {
        cost = measured;
        if (!split) {
            reads = merged(List.copyOf(points.keySet()));
        }
    }

    /** After a write: read back at once, but once an interval only, or a rule that writes on each reading would spin. */
    void hurry(long now) {
        if (!readBack && !readBackDone && every.compareTo(SLOW) > 0) {
            readBack = true;
            readBackAt = now;
        }
    }

    boolean holds(PlannedPoint point) {
        return point.polled() && point.every().equals(every);
    }

    /**
     * A round is over. Polls that were missed are not made up for.
     *
     * @param took the whole round, waiting for a shared line included
     * @return whether the pace changed
     */
    boolean done(long now, long took) {
        polled = true;
        readBackDone = readBack;
        readBack = false;
        boolean changed = pace(took);
        if (now - due >= 0) {
            readBackDone = false;
            long interval = interval().toNanos();
            if (!staggered) {
                // From now on at a moment of its own, so that a thousand devices that came up together do not stay together.
                staggered = true;
                due += (long) (interval * phase);
                if (now - due < 0) {
                    return changed;
                }
            }
            due += ((now - due) / interval + 1) * interval;
        }
        return changed;
    }

    private Duration interval() {
        return stretch == 1 ? every : Duration.ofNanos((long) (every.toNanos() * stretch));
    }

    private boolean pace(long took) {
        double share = took / (double) every.toNanos();
        double wanted = share > MOST_BUSY ? Math.min(SLOWEST_STRETCH, share * BUSY_PAUSE) : 1;
        boolean other = wanted > stretch * 1.2 || wanted < stretch / 1.5;
        busy = other ? busy + 1 : 0;
        if (busy < ROUNDS_TO_JUDGE) {
            return false;
        }
        busy = 0;
        stretch = wanted;
        return true;
    }

    /** A device refuses a whole request for one wrong address: halve it, so that the others can be read from the next poll on. */
    boolean halve(List<Read> refused) {
        if (refused.stream().allMatch(read -> read.points().length == 1)) {
            return false;
        }
        var next = new ArrayList<Read>();
        for (var read : reads) {
            int half = read.points().length / 2;
            var addresses = read.plan().points();
            if (half == 0 || !refused.contains(read)) {
                next.add(read);
            } else {
                next.addAll(merged(addresses.subList(0, half)));
                next.addAll(merged(addresses.subList(half, addresses.size())));
            }
        }
        reads = List.copyOf(next);
        split = true;
        return true;
    }

    private List<Read> merged(List<PointAddress> addresses) {
        var plans = List.copyOf(driver.plan(addresses, cost));
        var planned = plans.stream().flatMap(plan -> plan.points().stream()).toList();
        if (planned.size() != addresses.size() || !new HashSet<>(planned).equals(new HashSet<>(addresses))) {
            throw new IllegalStateException("driver " + driver.scheme() + ": " + planned.size() + " points planned (expected: each of "
                    + addresses.size() + " in exactly one request)");
        }
        return plans.stream().map(plan -> new Read(plan, plan.points().stream()
                .map(address -> points.getOrDefault(address, List.of()).toArray(PlannedPoint[]::new))
                .toArray(PlannedPoint[][]::new))).toList();
    }
}
