package dev.skerry.devices.engine;

import dev.skerry.devices.spi.DeviceDriver;
import dev.skerry.model.Device;
import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceSpec;
import io.fabric8.kubernetes.api.model.Duration;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Many devices of one model from one sheet. Its first row names the columns: {@code name} and {@code endpoint}, and as wished
 * {@code pollEvery}, {@code timeout}, {@code label:KEY} and, for a property, {@code PROPERTY.address}, {@code .encoding}, {@code .scale},
 * {@code .offset}, {@code .pollEvery}. An empty cell leaves what the model says.
 */
public final class DeviceSheet {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
    private static final Pattern POINT = Pattern.compile("spec\\.points\\[([0-9]+)]\\.([a-zA-Z]+): .*", Pattern.DOTALL);
    private static final List<String> FIELDS = List.of("address", "encoding", "scale", "offset", "pollEvery");
    private static final List<String> PLAIN = List.of("name", "endpoint", "pollEvery", "timeout");

    /** What came of a sheet: devices, or everything that is wrong, by cell. */
    public sealed interface Result {}

    public record Read(List<Device> devices) implements Result {
        public Read {
            devices = List.copyOf(devices);
        }
    }

    /** Faults as {@code B7: ... (expected: ...)}. */
    public record Wrong(List<String> faults) implements Result {
        public Wrong {
            faults = List.copyOf(faults);
        }
    }

    private final Sheet sheet;
    private final String namespace;
    private final String modelName;
    private final DeviceModelSpec model;
    private final Map<String, DeviceDriver> drivers;
    private final List<String> faults = new ArrayList<>();
    private final Map<String, Integer> columns = new LinkedHashMap<>();

    private DeviceSheet(Sheet sheet, String namespace, String modelName, DeviceModelSpec model, Map<String, DeviceDriver> drivers) {
        this.sheet = sheet;
        this.namespace = namespace;
        this.modelName = modelName;
        this.model = model;
        this.drivers = drivers;
    }

    /** @param file {@code .csv} or {@code .xlsx} */
    public static Result read(Path file, String namespace, String modelName, DeviceModelSpec model, List<? extends DeviceDriver> drivers) throws IOException {
        return new DeviceSheet(Sheet.read(file), namespace, modelName, model,
                drivers.stream().collect(Collectors.toMap(DeviceDriver::scheme, Function.identity()))).read();
    }

    private Result read() {
        header();
        var devices = new ArrayList<Device>();
        var names = new HashMap<String, String>();
        var shared = new SharedLines();
        for (int row = 1; row < sheet.rows().size(); row++) {
            int at = row;
            if (sheet.rows().get(row).stream().allMatch(String::isBlank)) {
                continue;
            }
            device(row, names, shared).ifPresent(device -> {
                if (at > 0) {
                    devices.add(device);
                }
            });
        }
        if (sheet.rows().size() < 2) {
            faults.add("A2: empty (expected: a device)");
        }
        return faults.isEmpty() ? new Read(devices) : new Wrong(faults);
    }

    private void header() {
        var properties = model.properties().stream().map(DeviceModelSpec.Property::name).toList();
        int width = sheet.rows().isEmpty() ? 0 : sheet.rows().getFirst().size();
        for (int column = 0; column < width; column++) {
            var title = sheet.cell(0, column);
            int dot = title.lastIndexOf('.');
            boolean known = PLAIN.contains(title) || title.startsWith("label:")
                    || (dot > 0 && FIELDS.contains(title.substring(dot + 1)) && properties.contains(title.substring(0, dot)));
            if (!known) {
                if (!title.isEmpty()) {
                    faults.add(Sheet.name(0, column) + ": " + title + " (expected: name, endpoint, pollEvery, timeout, label:KEY or PROPERTY."
                            + String.join("|", FIELDS) + " with a property of " + modelName + ": " + String.join(", ", properties) + ")");
                }
            } else if (columns.putIfAbsent(title, column) != null) {
                faults.add(Sheet.name(0, column) + ": " + title + " (expected: a column that is not there already)");
            }
        }
        for (var wanted : List.of("name", "endpoint")) {
            if (!columns.containsKey(wanted)) {
                faults.add(Sheet.name(0, width) + ": no column " + wanted + " (expected: name and endpoint)");
            }
        }
    }

    private Optional<Device> device(int row, Map<String, String> names, SharedLines shared) {
        int before = faults.size();
        var name = text(row, "name");
        var cell = cell(row, "name");
        if (name == null) {
            faults.add(cell + ": empty (expected: a name)");
            name = "";
        } else if (!NAME.matcher(name).matches()) {
            faults.add(cell + ": " + name + " (expected: small letters, digits, - and ., such as pump-1)");
        } else if (names.putIfAbsent(name, cell) != null) {
            faults.add(cell + ": " + name + " (expected: a name that " + names.get(name) + " does not have already)");
        }
        var endpoint = text(row, "endpoint");
        if (endpoint == null) {
            faults.add(cell(row, "endpoint") + ": empty (expected: a URI such as modbus-tcp://10.0.0.4:502?unit=1)");
        }
        var points = points(row);
        var spec = new DeviceSpec(modelName, endpoint == null ? "" : endpoint, duration(row, "pollEvery"), duration(row, "timeout"), points);
        if (endpoint != null && columns.containsKey("name")) {
            check(row, name, spec, shared);
        }
        if (faults.size() > before) {
            return Optional.empty();
        }
        var labels = new LinkedHashMap<String, String>();
        columns.keySet().stream().filter(title -> title.startsWith("label:")).forEach(title -> {
            var value = text(row, title);
            if (value != null) {
                labels.put(title.substring(6), value);
            }
        });
        var device = new Device();
        device.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName(name).withLabels(labels).build());
        device.setSpec(spec);
        return Optional.of(device);
    }

    private List<DeviceSpec.Point> points(int row) {
        var points = new ArrayList<DeviceSpec.Point>();
        for (var property : model.properties()) {
            var own = property.name() + ".";
            if (columns.keySet().stream().noneMatch(title -> title.startsWith(own) && text(row, title) != null)) {
                continue;
            }
            points.add(new DeviceSpec.Point(property.name(), text(row, own + "address"), text(row, own + "encoding"),
                    number(row, own + "scale"), number(row, own + "offset"), duration(row, own + "pollEvery")));
        }
        return points;
    }

    private void check(int row, String name, DeviceSpec spec, SharedLines shared) {
        switch (DeviceCheck.check(namespace, name, spec, model, drivers)) {
            case DeviceCheck.Rejected(var wrong) -> wrong.forEach(fault -> faults.add(located(row, spec, fault)));
            case DeviceCheck.Accepted(var plan) -> plan.shared().flatMap(line -> shared.claim(plan.key(), line))
                    .ifPresent(fault -> faults.add(located(row, spec, fault)));
        }
    }

    /** Which cell a device's fault comes from. */
    private String located(int row, DeviceSpec spec, String fault) {
        var point = POINT.matcher(fault);
        if (point.matches()) {
            var title = spec.points().get(Integer.parseInt(point.group(1))).property() + "." + point.group(2);
            return cell(row, columns.containsKey(title) ? title : "name") + ": " + fault;
        }
        for (var title : PLAIN) {
            if (fault.startsWith("spec." + title + ": ")) {
                return cell(row, title) + ": " + fault.substring(("spec." + title + ": ").length());
            }
        }
        return cell(row, "name") + ": " + fault;
    }

    private String cell(int row, String title) {
        return Sheet.name(row, columns.getOrDefault(title, 0));
    }

    private @Nullable String text(int row, String title) {
        var column = columns.get(title);
        var text = column == null ? "" : sheet.cell(row, column);
        return text.isEmpty() ? null : text;
    }

    private @Nullable Double number(int row, String title) {
        var text = text(row, title);
        if (text == null) {
            return null;
        }
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            faults.add(cell(row, title) + ": " + text + " (expected: a number)");
            return null;
        }
    }

    private @Nullable Duration duration(int row, String title) {
        var text = text(row, title);
        if (text == null) {
            return null;
        }
        try {
            if (Times.parse(text).isPresent()) {
                return Duration.parse(text);
            }
        } catch (ParseException e) {
            // Told below.
        }
        faults.add(cell(row, title) + ": " + text + " (expected: a duration such as 500ms or 1m30s)");
        return null;
    }
}
