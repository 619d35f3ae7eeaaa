package dev.skerry.devices.engine;

import dev.skerry.data.Field;
import dev.skerry.data.StreamSchema;
import dev.skerry.data.ValueType;
import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceModelSpec.Property;
import dev.skerry.model.DeviceModelSpec.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;

/** Says what is wrong with a device model, everything at once, and what its stream looks like. */
final class ModelCheck {

    private ModelCheck() {}

    /** Faults as {@code spec.properties[0].range: ... (expected: ...)}; none if the model holds. */
    static List<String> faults(DeviceModelSpec model) {
        var faults = new ArrayList<String>();
        if (model.properties().isEmpty()) {
            faults.add("spec.properties: none (expected: one or more)");
        }
        var names = new HashSet<String>();
        for (int i = 0; i < model.properties().size(); i++) {
            check("spec.properties[" + i + "]", model, model.properties().get(i), names, faults);
        }
        if (model.pollGroups() != null) {
            model.pollGroups().forEach((name, text) -> {
                var every = Times.parse(text);
                if (every.isEmpty() || every.get().compareTo(DeviceCheck.FASTEST_POLL) < 0 || every.get().compareTo(DeviceCheck.SLOWEST_POLL) > 0) {
                    faults.add("spec.pollGroups." + name + ": " + text + " (expected: a duration of 1ms to 366 days, such as 500ms)");
                }
            });
        }
        new ActionCheck(model, faults).check();
        return faults;
    }

    static StreamSchema schema(String namespace, String name, DeviceModelSpec model) {
        return new StreamSchema(namespace, name, model.properties().stream()
                .map(p -> new Field(p.name(), valueType(p.type()), p.unit() == null ? "" : p.unit()))
                .toList());
    }

    private static void check(String at, DeviceModelSpec model, Property property, HashSet<String> names, List<String> faults) {
        if (property.name().isBlank()) {
            faults.add(at + ".name: empty (expected: a name)");
        } else if (!names.add(property.name())) {
            faults.add(at + ".name: " + property.name() + " (expected: a name that no other property has)");
        }
        if (property.precision() != null && (property.precision() < 0 || property.precision() > 15 || property.type() != Type.FLOAT)) {
            faults.add(at + ".precision: " + property.precision() + " (expected: 0 to 15 decimals, on a float)");
        }
        if (property.deadband() != null && (!(property.deadband() >= 0) || !number(property))) {
            faults.add(at + ".deadband: " + Shown.number(property.deadband()) + " (expected: 0 or more, on a float or integer)");
        }
        if (property.group() != null && (model.pollGroups() == null || !model.pollGroups().containsKey(property.group()))) {
            faults.add(at + ".group: " + property.group() + " (expected: one of spec.pollGroups"
                    + (model.pollGroups() == null ? ", which has none" : ": " + String.join(", ", new TreeSet<>(model.pollGroups().keySet()))) + ")");
        }
        var range = property.range();
        if (range == null) {
            return;
        }
        var min = range.min();
        var max = range.max();
        if (property.type() != Type.FLOAT && property.type() != Type.INTEGER) {
            faults.add(at + ".range: on a " + Shown.type(property.type()) + " (expected: a range on float or integer only)");
        } else if (min != null && max != null && min > max) {
            faults.add(at + ".range: min " + Shown.number(min) + ", max " + Shown.number(max) + " (expected: min not above max)");
        }
    }

    private static boolean number(Property property) {
        return property.type() == Type.FLOAT || property.type() == Type.INTEGER;
    }

    private static ValueType valueType(Type type) {
        return switch (type) {
            case FLOAT -> ValueType.FLOAT;
            case INTEGER -> ValueType.INTEGER;
            case BOOLEAN -> ValueType.BOOLEAN;
            case STRING -> ValueType.STRING;
        };
    }
}
