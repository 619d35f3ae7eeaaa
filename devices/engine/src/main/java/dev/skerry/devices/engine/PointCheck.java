package dev.skerry.devices.engine;

import dev.skerry.devices.spi.DeviceDriver;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceModelSpec.Property;
import dev.skerry.model.DeviceModelSpec.Type;
import dev.skerry.model.DeviceSpec;
import dev.skerry.model.DeviceSpec.Point;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes planned points of a device's own and those that its model is a template for. */
final class PointCheck {

    private final DeviceSpec spec;
    private final @Nullable DeviceModelSpec model;
    private final @Nullable DeviceDriver driver;
    private final List<String> faults;
    private final Map<String, Duration> groups;
    private final Duration every;

    PointCheck(DeviceSpec spec, @Nullable DeviceModelSpec model, @Nullable DeviceDriver driver, Duration every, List<String> faults) {
        this.spec = spec;
        this.model = model;
        this.driver = driver;
        this.faults = faults;
        this.every = every;
        this.groups = groups();
    }

    private Map<String, Duration> groups() {
        var all = new LinkedHashMap<String, Duration>();
        if (model != null && model.pollGroups() != null) {
            model.pollGroups().forEach((name, text) -> all.put(name, Times.parse(text).orElse(every)));
        }
        if (spec.pollGroups() != null) {
            spec.pollGroups().forEach((name, text) -> {
                var own = Times.parse(text);
                if (own.isEmpty() || own.get().compareTo(DeviceCheck.FASTEST_POLL) < 0 || own.get().compareTo(DeviceCheck.SLOWEST_POLL) > 0) {
                    faults.add("spec.pollGroups." + name + ": " + text + " (expected: a duration of 1ms to 366 days, such as 500ms)");
                } else {
                    all.put(name, own.get());
                }
            });
        }
        return all;
    }

    List<PlannedPoint> points() {
        if (spec.points().isEmpty() && (model == null || model.properties().stream().allMatch(p -> p.address() == null))) {
            faults.add("spec.points: none (expected: one or more, or a model whose properties have addresses)");
        }
        var planned = new ArrayList<PlannedPoint>();
        var seen = new HashSet<String>();
        for (int i = 0; i < spec.points().size(); i++) {
            point("spec.points[" + i + "].", spec.points().get(i), seen, planned);
        }
        if (model == null) {
            return planned;
        }
        for (int field = 0; field < model.properties().size(); field++) {
            var property = model.properties().get(field);
            if (property.address() != null && !seen.contains(property.name())) {
                plan("spec.model: " + spec.model() + ": " + property.name() + ".", new Point(property.name(), null, null, null, null, null), property, field, planned);
            }
        }
        return planned;
    }

    private void point(String at, Point point, Set<String> seen, List<PlannedPoint> planned) {
        if (!seen.add(point.property())) {
            faults.add(at + "property: " + point.property() + " (expected: a property that no other point has)");
        }
        if (model == null) {
            plan(at, point, null, -1, planned);
            return;
        }
        var names = model.properties().stream().map(Property::name).toList();
        int field = names.indexOf(point.property());
        if (field < 0) {
            faults.add(at + "property: " + point.property() + " (expected: a property of " + spec.model() + ": "
                    + names.stream().limit(20).collect(Collectors.joining(", ")) + (names.size() > 20 ? ", ..." : "") + ")");
        }
        plan(at, point, field < 0 ? null : model.properties().get(field), field, planned);
    }

    private void plan(String at, Point point, @Nullable Property property, int field, List<PlannedPoint> planned) {
        var address = address(at, point, property);
        var own = every(at, point, property);
        double scale = or(point.scale(), property == null ? null : property.scale(), 1);
        double offset = or(point.offset(), property == null ? null : property.offset(), 0);
        if (scale == 0 || !Double.isFinite(scale)) {
            faults.add(at + "scale: " + Shown.number(scale) + " (expected: a number other than 0)");
        }
        if (!Double.isFinite(offset)) {
            faults.add(at + "offset: " + offset + " (expected: a number)");
        }
        double deadband = or(point.deadband(), property == null ? null : property.deadband(), 0);
        if (!(deadband >= 0) || Double.isInfinite(deadband)) {
            faults.add(at + "deadband: " + Shown.number(deadband) + " (expected: 0 or more)");
        }
        long mask = mask(at, point.mask() != null ? point.mask() : property == null ? null : property.mask(), property);
        if (property == null) {
            return;
        }
        checkScaling(at, property, scale, offset);
        if (address == null) {
            return;
        }
        if (PlannedPoint.writable(property) && !address.writable()) {
            faults.add(at + "address: " + address.address() + " (expected: an address that can be written, as the access of " + property.name() + " says)");
        }
        int precision = property.precision() == null ? -1 : property.precision();
        planned.add(new PlannedPoint(field, property, address, scale, offset, own, mask, precision, deadband));
    }

    private static double or(@Nullable Double first, @Nullable Double second, double third) {
        return first != null ? first : second != null ? second : third;
    }

    private @Nullable PointAddress address(String at, Point point, @Nullable Property property) {
        var address = point.address() != null ? point.address() : property == null ? null : property.address();
        if (address == null) {
            faults.add(at + "address: none (expected: where " + point.property() + " lies, here or in the model)");
            return null;
        }
        // An own address does not take the model's encoding from another table.
        var encoding = point.encoding() != null ? point.encoding() : property == null || property.encoding() == null ? "" : property.encoding();
        if (driver == null) {
            return null;
        }
        try {
            return driver.parse(address, encoding);
        } catch (DriverException | RuntimeException e) {
            faults.add(DeviceCheck.prefixed(at, "address", String.valueOf(e.getMessage())));
            return null;
        }
    }

    private Duration every(String at, Point point, @Nullable Property property) {
        if (point.pollEvery() != null) {
            return DeviceCheck.within(at + "pollEvery", point.pollEvery(), every, DeviceCheck.FASTEST_POLL, DeviceCheck.SLOWEST_POLL, faults);
        }
        var group = point.group() != null ? point.group() : property == null ? null : property.group();
        if (group == null) {
            return every;
        }
        var found = groups.get(group);
        if (found == null) {
            faults.add(at + "group: " + group + " (expected: one of pollGroups: " + String.join(", ", groups.keySet()) + ")");
            return every;
        }
        return found;
    }

    private long mask(String at, @Nullable String text, @Nullable Property property) {
        if (text == null) {
            return 0;
        }
        try {
            long mask = text.startsWith("0x") || text.startsWith("0X") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseUnsignedLong(text);
            if (mask == 0) {
                throw new NumberFormatException();
            }
            if (property != null && PlannedPoint.writable(property)) {
                faults.add(at + "mask: " + text + " (expected: none on a property that can be written, as a write would take its neighbours along)");
            }
            return mask;
        } catch (NumberFormatException e) {
            faults.add(at + "mask: " + text + " (expected: bits such as 0x0FF0)");
            return 0;
        }
    }

    private void checkScaling(String at, Property property, double scale, double offset) {
        boolean number = property.type() == Type.FLOAT || property.type() == Type.INTEGER;
        if (!number && (scale != 1 || offset != 0)) {
            faults.add(at + (scale != 1 ? "scale: " + Shown.number(scale) : "offset: " + Shown.number(offset)) + " (expected: none, for "
                    + property.name() + " is a " + Shown.type(property.type()) + ")");
        }
    }
}
