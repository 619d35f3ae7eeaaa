package dev.skerry.devices.engine;

import dev.skerry.data.BatchBuilder;
import dev.skerry.data.Bus;
import dev.skerry.data.Quality;
import dev.skerry.devices.spi.RawValue;
import java.util.Arrays;
import java.util.List;

/** Makes rows of what a device answered, and tells the bus. Used by the line's thread only. */
final class Readings {

    private static final double NEVER = Double.NaN;

    private final DevicePlan plan;
    private final Bus bus;
    private final BatchBuilder rows;
    private final PointTally tally;
    private final Newest newest;
    private final Limits limits;
    /** What was told last of numbers with a deadband. */
    private final double[] last;
    private long micros;
    private boolean begun;

    Readings(DevicePlan plan, Bus bus, Limits limits) {
        this.plan = plan;
        this.bus = bus;
        this.limits = limits;
        rows = new BatchBuilder(plan.schema());
        tally = new PointTally(plan);
        newest = new Newest(plan);
        last = new double[plan.schema().fields().size()];
        Arrays.fill(last, NEVER);
    }

    PointTally tally() {
        return tally;
    }

    /** From any thread. */
    List<PointValue> values() {
        return newest.values();
    }

    void begin(long at) {
        micros = at;
    }

    void put(PlannedPoint point, RawValue raw) {
        if (point.deadband() > 0) {
            double value = Values.decoded(point, raw);
            if (Math.abs(value - last[point.field()]) < point.deadband()) {
                return;
            }
            last[point.field()] = value;
        }
        row();
        var quality = Values.put(rows, point, raw);
        tally.count(point, quality == Quality.BAD, raw);
    }

    private void row() {
        if (!begun) {
            rows.row(plan.device(), micros);
            begun = true;
        }
    }

    /** Every point that is read has no value now. */
    void lost() {
        tally.lost();
        Arrays.fill(last, NEVER);
        for (var point : plan.points()) {
            if (point.polled()) {
                row();
                rows.bad(point.field());
            }
        }
        publish();
    }

    void publish() {
        if (!begun) {
            return;
        }
        begun = false;
        var row = rows.build();
        newest.put(row);
        bus.publish(row);
        limits.look(row);
    }
}
