package dev.skerry.devices.engine;

import dev.skerry.devices.spi.RawValue;
import java.util.Arrays;

/** Which points of a device are good and bad at present; used by the line's thread only. */
final class PointTally {

    private static final byte UNKNOWN = 0;
    private static final byte GOOD = 1;
    private static final byte BAD = 2;

    private final int polled;
    private final byte[] byField;
    private int good;
    private int bad;
    private String complaint = "";
    private boolean untold;

    PointTally(DevicePlan plan) {
        polled = (int) plan.points().stream().filter(PlannedPoint::polled).count();
        byField = new byte[plan.schema().fields().size()];
    }

    void count(PlannedPoint point, boolean isBad, RawValue raw) {
        byte now = isBad ? BAD : GOOD;
        byte was = byField[point.field()];
        if (now == was) {
            return;
        }
        good += (isBad ? 0 : 1) - (was == GOOD ? 1 : 0);
        bad += (isBad ? 1 : 0) - (was == BAD ? 1 : 0);
        byField[point.field()] = now;
        untold = true;
        if (isBad) {
            complaint = point.property().name() + ": " + (raw instanceof RawValue.Unreadable(var why) ? why : "no " + Shown.type(point.property().type()));
        }
    }

    void lost() {
        Arrays.fill(byField, UNKNOWN);
        good = 0;
        bad = 0;
        untold = true;
    }

    void told() {
        untold = false;
    }

    /** Something else that people should see changed. */
    void touch() {
        untold = true;
    }

    /** Whether anything changed since it was told. */
    boolean untold() {
        return untold;
    }

    int good() {
        return good;
    }

    int bad() {
        return bad;
    }

    /** How many points are read at all. */
    int polled() {
        return polled;
    }

    /** {@code 1 of 2 points bad, such as setPoint: no such register}. */
    String complaint() {
        return bad + " of " + Shown.count(polled, "point") + " bad, such as " + complaint;
    }
}
