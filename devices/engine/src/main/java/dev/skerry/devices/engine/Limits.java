package dev.skerry.devices.engine;

import dev.skerry.data.Batch;
import dev.skerry.data.Quality;
import dev.skerry.data.ValueType;
import dev.skerry.model.DeviceModelSpec.Event;
import java.util.function.BiConsumer;

/** Watches readings for what the model calls an event; each is told once, until its reading was back. One thread uses it. */
final class Limits {

    private static final String USUAL = "{{.device}}: {{.property}} is {{.value}} ({{.event}})";

    private final DevicePlan plan;
    private final BiConsumer<Event, String> notice;
    private final int[] fields;
    private final double[] slack;
    private final boolean[] passed;

    /** @param notice is told an event and its message, and must not block */
    Limits(DevicePlan plan, BiConsumer<Event, String> notice) {
        this.plan = plan;
        this.notice = notice;
        int n = plan.events().size();
        fields = new int[n];
        slack = new double[n];
        passed = new boolean[n];
        for (int i = 0; i < n; i++) {
            var property = plan.events().get(i).property();
            fields[i] = plan.schema().indexOf(property);
            slack[i] = plan.find(property).map(PlannedPoint::deadband).orElse(0.0);
        }
    }

    /** @param row of one row */
    void look(Batch row) {
        for (int i = 0; i < fields.length; i++) {
            if (row.has(0, fields[i]) && row.quality(0, fields[i]) != Quality.BAD) {
                look(i, plan.events().get(i), row);
            }
        }
    }

    private void look(int i, Event event, Batch row) {
        var type = plan.schema().fields().get(fields[i]).type();
        var text = type == ValueType.STRING ? row.asString(0, fields[i])
                : type == ValueType.BOOLEAN ? String.valueOf(row.asLong(0, fields[i]) != 0) : Shown.number(row.asDouble(0, fields[i]));
        boolean out;
        boolean back;
        if (event.equal() != null) {
            out = event.equal().equals(text);
            back = !out;
        } else {
            double value = row.asDouble(0, fields[i]);
            var above = event.above();
            var below = event.below();
            out = (above != null && value > above) || (below != null && value < below);
            back = (above == null || value <= above - slack[i]) && (below == null || value >= below + slack[i]);
        }
        if (out && !passed[i]) {
            passed[i] = true;
            notice.accept(event, message(event, text));
        } else if (back) {
            passed[i] = false;
        }
    }

    private String message(Event event, String value) {
        var pattern = event.message() == null ? USUAL : event.message();
        return pattern.replace("{{.device}}", plan.device()).replace("{{.property}}", event.property())
                .replace("{{.value}}", value).replace("{{.event}}", event.name());
    }
}
