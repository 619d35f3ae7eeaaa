package dev.skerry.devices.engine;

import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.PushingConnection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** What a device tells by itself on one connection. Of the line's thread, but for its inbox. */
final class Hearing {

    private final Inbox inbox;
    private final Map<PointAddress, List<PlannedPoint>> heard;
    private final List<PlannedPoint> rest;

    private Hearing(Inbox inbox, Map<PointAddress, List<PlannedPoint>> heard, List<PlannedPoint> rest) {
        this.inbox = inbox;
        this.heard = heard;
        this.rest = rest;
    }

    /** Asks the device to tell of the points. @param wake the line's thread, when something was told */
    static Hearing begin(PushingConnection connection, List<PlannedPoint> points, Runnable wake) throws DriverException, InterruptedException {
        var inbox = new Inbox(wake);
        var begun = false;
        try {
            var rest = Set.copyOf(connection.listen(points.stream().map(PlannedPoint::address).distinct().toList(), inbox));
            begun = true;
            return new Hearing(inbox,
                    points.stream().filter(p -> !rest.contains(p.address())).collect(Collectors.groupingBy(PlannedPoint::address)),
                    points.stream().filter(p -> rest.contains(p.address())).toList());
        } finally {
            if (!begun) {
                inbox.close();
            }
        }
    }

    /** What it will not tell of, and must be polled. */
    List<PlannedPoint> rest() {
        return rest;
    }

    boolean isEmpty() {
        return inbox.isEmpty();
    }

    /** For people; empty if it tells of nothing. */
    String explained() {
        return heard.isEmpty() ? "" : Shown.count(heard.values().stream().mapToInt(List::size).sum(), "point") + " told by the device";
    }

    /**
     * Publishes the oldest message.
     *
     * @param now our clock in microseconds, for a device that has none
     * @return false if there was none
     */
    boolean tell(Readings readings, LongSupplier now) throws DriverException {
        var told = inbox.poll();
        if (told == null) {
            return false;
        }
        // The device's own clock orders its readings, ours says where they belong if it has none.
        readings.begin(told.micros() > 0 ? told.micros() : now.getAsLong());
        for (int k = 0; k < told.points().size(); k++) {
            for (var point : heard.getOrDefault(told.points().get(k), List.of())) {
                readings.put(point, told.values().get(k));
            }
        }
        readings.publish();
        return true;
    }

    /** Lets go of drivers that wait. */
    void close() {
        inbox.close();
    }
}
