package dev.skerry.devices.engine;

import dev.skerry.devices.spi.DeviceDriver;
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

    private final DeviceDriver driver;
    private final Duration every;
    private final Map<PointAddress, List<PlannedPoint>> points;
    private List<ReadPlan> reads;

    /** On the nanosecond clock. */
    private long due;

    private boolean polled;
    private boolean split;
    private boolean readBack;
    private long readBackAt;
    private boolean readBackDone;

    private PollGroup(DeviceDriver driver, Duration every, List<PlannedPoint> planned) {
        this.driver = driver;
        this.every = every;
        points = new LinkedHashMap<>();
        for (var point : planned) {
            points.computeIfAbsent(point.address(), a -> new ArrayList<>()).add(point);
        }
        reads = merged(List.copyOf(points.keySet()));
    }

    /** The polled points of a plan by interval, the fastest first. */
    static List<PollGroup> of(DevicePlan plan) {
        return plan.points().stream().filter(PlannedPoint::polled)
                .collect(Collectors.groupingBy(PlannedPoint::every, TreeMap::new, Collectors.toList()))
                .entrySet().stream().map(e -> new PollGroup(plan.driver(), e.getKey(), e.getValue())).toList();
    }

    /** For people: {@code 2 points in 1 read every 0.5s (holding 100-110)}. */
    static String explain(List<PollGroup> groups) {
        return groups.isEmpty() ? "nothing to read" : groups.stream().map(PollGroup::explain).collect(Collectors.joining("; "));
    }

    private String explain() {
        int count = points.values().stream().mapToInt(List::size).sum();
        return Shown.count(count, "point") + " in " + Shown.count(reads.size(), "read") + " every " + Shown.duration(every)
                + reads.stream().limit(SHOWN_READS).map(ReadPlan::description)
                        .collect(Collectors.joining(", ", " (", reads.size() > SHOWN_READS ? ", and " + (reads.size() - SHOWN_READS) + " more)" : ")"));
    }

    List<ReadPlan> reads() {
        return reads;
    }

    /** The points that an address of {@link #reads} stands for. */
    List<PlannedPoint> at(PointAddress address) {
        return points.getOrDefault(address, List.of());
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
        readBack = false;
        readBackDone = false;
        if (split) {
            reads = merged(List.copyOf(points.keySet()));
            split = false;
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

    /** Polls that were missed are not made up for. */
    void done(long now) {
        polled = true;
        readBackDone = readBack;
        readBack = false;
        if (now - due >= 0) {
            readBackDone = false;
            due += ((now - due) / every.toNanos() + 1) * every.toNanos();
        }
    }

    /** A device refuses a whole request for one wrong address: halve it, so that the others can be read from the next poll on. */
    boolean halve(List<ReadPlan> refused) {
        if (refused.stream().allMatch(read -> read.points().size() == 1)) {
            return false;
        }
        var next = new ArrayList<ReadPlan>();
        for (var read : reads) {
            int half = read.points().size() / 2;
            if (half == 0 || !refused.contains(read)) {
                next.add(read);
            } else {
                next.addAll(merged(read.points().subList(0, half)));
                next.addAll(merged(read.points().subList(half, read.points().size())));
            }
        }
        reads = List.copyOf(next);
        split = true;
        return true;
    }

    private List<ReadPlan> merged(List<PointAddress> addresses) {
        var plans = List.copyOf(driver.plan(addresses));
        var planned = plans.stream().flatMap(plan -> plan.points().stream()).toList();
        if (planned.size() != addresses.size() || !new HashSet<>(planned).equals(new HashSet<>(addresses))) {
            throw new IllegalStateException("driver " + driver.scheme() + ": " + planned.size() + " points planned (expected: each of "
                    + addresses.size() + " in exactly one request)");
        }
        return plans;
    }
}
