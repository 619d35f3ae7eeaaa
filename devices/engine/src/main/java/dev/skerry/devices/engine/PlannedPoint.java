package dev.skerry.devices.engine;

import dev.skerry.devices.spi.PointAddress;
import dev.skerry.model.DeviceModelSpec.Access;
import dev.skerry.model.DeviceModelSpec.Property;
import java.time.Duration;

/**
 * A point of a device whose specification holds: reading = raw · scale + offset.
 *
 * @param field where the property stands in the stream's schema
 * @param every how often it is read
 */
record PlannedPoint(int field, Property property, PointAddress address, double scale, double offset, Duration every) {

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
