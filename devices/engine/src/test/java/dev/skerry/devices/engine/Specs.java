package dev.skerry.devices.engine;

import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceModelSpec.Access;
import dev.skerry.model.DeviceModelSpec.Property;
import dev.skerry.model.DeviceModelSpec.Range;
import dev.skerry.model.DeviceModelSpec.Type;
import dev.skerry.model.DeviceSpec;
import dev.skerry.model.DeviceSpec.Point;
import io.fabric8.kubernetes.api.model.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A chiller and its model, as tests want them. */
final class Specs {

    static final DeviceModelSpec CHILLER = new DeviceModelSpec(List.of(
            property("supply", Type.FLOAT, Access.READ, new Range(-10.0, 60.0)),
            property("setPoint", Type.FLOAT, Access.READ_WRITE, new Range(38.0, 60.0)),
            property("running", Type.BOOLEAN, Access.READ_WRITE, null),
            property("starts", Type.INTEGER, null, null),
            property("label", Type.STRING, Access.READ_WRITE, null),
            property("reset", Type.INTEGER, Access.WRITE, null)));

    private Specs() {}

    static Property property(String name, Type type, @Nullable Access access, @Nullable Range range) {
        return new Property(name, type, null, access, range, null);
    }

    static Point point(String property, String address) {
        return new Point(property, address, null, null, null, null);
    }

    static Point scaled(String property, String address, double scale, double offset) {
        return new Point(property, address, "int16", scale, offset, null);
    }

    static Point every(String property, String address, String every) {
        return new Point(property, address, null, null, null, duration(every));
    }

    static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (java.text.ParseException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static DeviceSpec device(String endpoint, String pollEvery, Point... points) {
        return new DeviceSpec("chiller", endpoint, duration(pollEvery), null, List.of(points));
    }

    static DevicePlan plan(String name, DeviceSpec spec, FakeDriver driver) {
        return switch (DeviceCheck.check("default", name, spec, CHILLER, Map.of("fake", driver))) {
            case DeviceCheck.Accepted(var plan) -> plan;
            case DeviceCheck.Rejected(var faults) -> throw new AssertionError(faults);
        };
    }
}
