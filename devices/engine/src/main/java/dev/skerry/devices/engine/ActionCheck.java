package dev.skerry.devices.engine;

import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceModelSpec.Property;
import dev.skerry.model.DeviceModelSpec.Type;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Says what is wrong with a model's commands and events. */
final class ActionCheck {

    private final DeviceModelSpec model;
    private final List<String> faults;

    ActionCheck(DeviceModelSpec model, List<String> faults) {
        this.model = model;
        this.faults = faults;
    }

    void check() {
        var commands = model.commands() == null ? List.<DeviceModelSpec.Command>of() : model.commands();
        var names = new HashSet<String>();
        for (int i = 0; i < commands.size(); i++) {
            var command = commands.get(i);
            var at = "spec.commands[" + i + "]";
            if (command.name().isBlank() || !names.add(command.name())) {
                faults.add(at + ".name: " + command.name() + " (expected: a name that no other command has)");
            }
            if (command.steps().isEmpty()) {
                faults.add(at + ".steps: none (expected: one or more)");
            }
            for (int j = 0; j < command.steps().size(); j++) {
                step(at + ".steps[" + j + "]", command.steps().get(j));
            }
        }
        var events = model.events() == null ? List.<DeviceModelSpec.Event>of() : model.events();
        names.clear();
        for (int i = 0; i < events.size(); i++) {
            var at = "spec.events[" + i + "]";
            if (events.get(i).name().isBlank() || !names.add(events.get(i).name())) {
                faults.add(at + ".name: " + events.get(i).name() + " (expected: a name that no other event has)");
            }
            event(at, events.get(i));
        }
    }

    private void step(String at, DeviceModelSpec.Step step) {
        var property = find(step.property());
        if (property.isEmpty() || !PlannedPoint.writable(property.get())) {
            faults.add(at + ".property: " + step.property() + " (expected: a property that can be written)");
            return;
        }
        if (step.value() == null) {
            return;
        }
        try {
            Values.checked(property.get(), step.value());
        } catch (InvalidValueException e) {
            faults.add(at + ".value: " + e.getMessage());
        }
    }

    private void event(String at, DeviceModelSpec.Event event) {
        var property = find(event.property());
        if (property.isEmpty()) {
            faults.add(at + ".property: " + event.property() + " (expected: a property of the model)");
            return;
        }
        boolean number = property.get().type() == Type.FLOAT || property.get().type() == Type.INTEGER;
        var above = event.above();
        var below = event.below();
        if ((above != null || below != null) && !number) {
            faults.add(at + ": above or below on a " + Shown.type(property.get().type()) + " (expected: equal)");
        } else if (above == null && below == null && event.equal() == null) {
            faults.add(at + ": no limit (expected: above, below or equal)");
        } else if (above != null && below != null && below > above) {
            faults.add(at + ": above " + Shown.number(above) + ", below " + Shown.number(below) + " (expected: limits that leave a reading between them)");
        }
    }

    private Optional<Property> find(String name) {
        return model.properties().stream().filter(p -> p.name().equals(name)).findFirst();
    }
}
