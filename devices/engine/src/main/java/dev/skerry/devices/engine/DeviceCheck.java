package dev.skerry.devices.engine;

import dev.skerry.devices.spi.DeviceDriver;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.SharedLine;
import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceSpec;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
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
        var timeout = within("spec.timeout", spec.timeout(), USUAL_TIMEOUT, FASTEST_POLL, LONGEST_TIMEOUT, faults);
        var every = within("spec.pollEvery", spec.pollEvery(), USUAL_POLL, FASTEST_POLL, SLOWEST_POLL, faults);
        var points = new PointCheck(spec, model, driver, every, faults).points();
        var shared = driver == null || endpoint == null ? Optional.<SharedLine>empty() : shared(driver, endpoint);
        if (!faults.isEmpty() || model == null || endpoint == null || driver == null) {
            return new Rejected(faults);
        }
        var cost = driver.cost(endpoint);
        var secret = spec.credentials() == null ? "" : spec.credentials().secret();
        return new Accepted(new DevicePlan(namespace, name, endpoint, timeout, driver, ModelCheck.schema(namespace, spec.model(), model), points,
                shared, cost, secret, model.events() == null ? List.of() : model.events()));
    }

    private static Optional<SharedLine> shared(DeviceDriver driver, URI endpoint) {
        try {
            return driver.shared(endpoint);
        } catch (DriverException | RuntimeException e) {
            // Told by the endpoint's check.
            return Optional.empty();
        }
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

    /** Drivers name the field that they were asked about; where one does not, we do. */
    static String prefixed(String at, String field, String message) {
        if (message.startsWith(at)) {
            return message;
        }
        return message.startsWith(field + ":") || message.startsWith("encoding:") ? at + message : at + field + ": " + message;
    }

    static Duration within(
            String at, io.fabric8.kubernetes.api.model.@Nullable Duration wished, Duration usual, Duration least, Duration most, List<String> faults) {
        var value = wished == null ? usual : wished.getDuration();
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            faults.add(at + ": " + Shown.duration(value) + " (expected: " + (value.compareTo(least) < 0
                    ? Shown.duration(least) + " or longer" : Shown.duration(most) + " or shorter") + ")");
            return usual;
        }
        return value;
    }
}
