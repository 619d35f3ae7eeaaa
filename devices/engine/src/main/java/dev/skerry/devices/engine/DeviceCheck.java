package dev.skerry.devices.engine;

import dev.skerry.devices.spi.DeviceDriver;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceModelSpec.Property;
import dev.skerry.model.DeviceModelSpec.Type;
import dev.skerry.model.DeviceSpec;
import dev.skerry.model.DeviceSpec.Point;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes a plan of a device's specification, or says everything that is wrong with it. Connects to nothing. */
final class DeviceCheck {

    static final Duration FASTEST_POLL = Duration.ofMillis(1);
    static final Duration SLOWEST_POLL = Duration.ofDays(366);
    static final Duration USUAL_POLL = Duration.ofSeconds(1);
    static final Duration USUAL_TIMEOUT = Duration.ofSeconds(2);
    static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);

    /** What came of a check. */
    sealed interface Result {}

    /** The specification holds. */
    record Accepted(DevicePlan plan) implements Result {}

    /** All faults, each as {@code spec.points[1].address: ... (expected: ...)}. */
    record Rejected(List<String> faults) implements Result {
        Rejected {
            faults = List.copyOf(faults);
        }
    }

    private final String namespace;
    private final String name;
    private final DeviceSpec spec;
    private final @Nullable DeviceModelSpec model;
    private final Map<String, DeviceDriver> drivers;
    private final List<String> faults = new ArrayList<>();

    private DeviceCheck(String namespace, String name, DeviceSpec spec, @Nullable DeviceModelSpec model, Map<String, DeviceDriver> drivers) {
        this.namespace = namespace;
        this.name = name;
        this.spec = spec;
        this.model = model;
        this.drivers = drivers;
    }

    /**
     * @param model the model that the specification names, or null if there is none
     * @param drivers by scheme
     */
    static Result check(String namespace, String name, DeviceSpec spec, @Nullable DeviceModelSpec model, Map<String, DeviceDriver> drivers) {
        return new DeviceCheck(namespace, name, spec, model, drivers).check();
    }

    private Result check() {
        checkModel();
        var endpoint = endpoint();
        var driver = endpoint == null ? null : driver(endpoint);
        var timeout = within("spec.timeout", spec.timeout(), USUAL_TIMEOUT, FASTEST_POLL, LONGEST_TIMEOUT);
        var every = within("spec.pollEvery", spec.pollEvery(), USUAL_POLL, FASTEST_POLL, SLOWEST_POLL);
        var points = points(driver, every);
        if (!faults.isEmpty() || model == null || endpoint == null || driver == null) {
            return new Rejected(faults);
        }
        return new Accepted(new DevicePlan(namespace, name, endpoint, timeout, driver, ModelCheck.schema(namespace, spec.model(), model), points));
    }

    private void checkModel() {
        if (model == null) {
            faults.add("spec.model: " + spec.model() + " (expected: an existing DeviceModel)");
            return;
        }
        for (var fault : ModelCheck.faults(model)) {
            faults.add("spec.model: " + spec.model() + " (expected: a model that holds together; its " + fault + ")");
        }
    }

    private @Nullable URI endpoint() {
        try {
            var endpoint = new URI(spec.endpoint());
            if (endpoint.getScheme() != null) {
                return endpoint;
            }
        } catch (URISyntaxException e) {
            // Told below.
        }
        faults.add("spec.endpoint: " + spec.endpoint() + " (expected: a URI such as modbus-tcp://10.0.0.4:502)");
        return null;
    }

    private @Nullable DeviceDriver driver(URI endpoint) {
        var driver = drivers.get(endpoint.getScheme());
        if (driver == null) {
            var schemes = drivers.isEmpty() ? "a driver, and none is here" : "a scheme of " + String.join(", ", new TreeSet<>(drivers.keySet()));
            faults.add("spec.endpoint: " + spec.endpoint() + " (expected: " + schemes + ")");
            return null;
        }
        try {
            driver.check(endpoint);
        } catch (DriverException | RuntimeException e) {
            faults.add(prefixed("spec.", "endpoint", String.valueOf(e.getMessage())));
        }
        return driver;
    }

    private List<PlannedPoint> points(@Nullable DeviceDriver driver, Duration every) {
        if (spec.points().isEmpty()) {
            faults.add("spec.points: none (expected: one or more)");
        }
        var planned = new ArrayList<PlannedPoint>();
        var seen = new HashSet<String>();
        for (int i = 0; i < spec.points().size(); i++) {
            var point = spec.points().get(i);
            var at = "spec.points[" + i + "].";
            int field = field(at, point, seen);
            var address = driver == null ? null : address(at, point, driver);
            var own = within(at + "pollEvery", point.pollEvery(), every, FASTEST_POLL, SLOWEST_POLL);
            double scale = point.scale() == null ? 1 : point.scale();
            double offset = point.offset() == null ? 0 : point.offset();
            if (scale == 0 || !Double.isFinite(scale)) {
                faults.add(at + "scale: " + Shown.number(scale) + " (expected: a number other than 0)");
            }
            if (!Double.isFinite(offset)) {
                faults.add(at + "offset: " + offset + " (expected: a number)");
            }
            if (model == null || field < 0) {
                continue;
            }
            var property = model.properties().get(field);
            checkScaling(at, property, scale, offset);
            if (address != null) {
                if (PlannedPoint.writable(property) && !address.writable()) {
                    faults.add(at + "address: " + point.address() + " (expected: an address that can be written, as the access of " + property.name() + " says)");
                }
                planned.add(new PlannedPoint(field, property, address, scale, offset, own));
            }
        }
        return planned;
    }

    private int field(String at, Point point, HashSet<String> seen) {
        if (!seen.add(point.property())) {
            faults.add(at + "property: " + point.property() + " (expected: a property that no other point has)");
        }
        if (model == null) {
            return -1;
        }
        var names = model.properties().stream().map(Property::name).toList();
        int field = names.indexOf(point.property());
        if (field < 0) {
            faults.add(at + "property: " + point.property() + " (expected: a property of " + spec.model() + ": "
                    + names.stream().limit(20).collect(Collectors.joining(", ")) + (names.size() > 20 ? ", ..." : "") + ")");
        }
        return field;
    }

    private void checkScaling(String at, Property property, double scale, double offset) {
        boolean number = property.type() == Type.FLOAT || property.type() == Type.INTEGER;
        if (!number && (scale != 1 || offset != 0)) {
            faults.add(at + (scale != 1 ? "scale: " + Shown.number(scale) : "offset: " + Shown.number(offset)) + " (expected: none, for "
                    + property.name() + " is a " + Shown.type(property.type()) + ")");
        }
    }

    private @Nullable PointAddress address(String at, Point point, DeviceDriver driver) {
        try {
            return driver.parse(point.address(), point.encoding() == null ? "" : point.encoding());
        } catch (DriverException | RuntimeException e) {
            faults.add(prefixed(at, "address", String.valueOf(e.getMessage())));
            return null;
        }
    }

    /** Drivers name the field that they were asked about; where one does not, we do. */
    private static String prefixed(String at, String field, String message) {
        if (message.startsWith(at)) {
            return message;
        }
        return message.startsWith(field + ":") || message.startsWith("encoding:") ? at + message : at + field + ": " + message;
    }

    private Duration within(
            String at, io.fabric8.kubernetes.api.model.@Nullable Duration wished, Duration usual, Duration least, Duration most) {
        var value = wished == null ? usual : wished.getDuration();
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            faults.add(at + ": " + Shown.duration(value) + " (expected: " + (value.compareTo(least) < 0
                    ? Shown.duration(least) + " or longer" : Shown.duration(most) + " or shorter") + ")");
            return usual;
        }
        return value;
    }
}
