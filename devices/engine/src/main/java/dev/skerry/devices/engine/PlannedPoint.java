package dev.skerry.devices.engine;

import dev.skerry.devices.spi.PointAddress;
import dev.skerry.model.DeviceModelSpec.Access;
import dev.skerry.model.DeviceModelSpec.Property;
import java.time.Duration;

/**
 * A point of a device whose specification holds: reading = (raw and mask) · scale + offset, rounded.
 *
 * @param field where the property stands in the stream's schema
 * @param every how often it is read
 * @param mask bits of a whole raw value that count, the lowest of them as bit 0; all of them if 0
 * @param precision decimals, or -1 for all
 * @param deadband what a number must differ by from the one told last; every reading is told if 0
 */
record PlannedPoint(
        int field, Property property, PointAddress address, double scale, double offset, Duration every, long mask, int precision, double deadband) {

    PlannedPoint(int field, Property property, PointAddress address, double scale, double offset, Duration every) {
        this(field, property, address, scale, offset, every, 0, -1, 0);
    }

    boolean polled() {
        return property.access() != Access.WRITE;
    }

    boolean writable() {
        return writable(property);
    }

    static boolean writable(Property property) {
        return property.access() == Access.WRITE || property.access() == Access.READ_WRITE;
    }
}
