package dev.skerry.devices.engine;

import dev.skerry.model.DeviceModelStatus;
import dev.skerry.model.DeviceStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the status of a device and of a model says; a condition that did not turn keeps its time. */
final class Statuses {

    static final String CONNECTING = "Connecting";
    static final String ONLINE = "Online";
    static final String DEGRADED = "Degraded";
    static final String LOST = "Lost";
    static final String REJECTED = "Rejected";

    private static final int LONGEST_MESSAGE = 8_000;

    private final Instant now;
    private final @Nullable Long generation;
    private final List<Condition> old;

    private Statuses(Instant now, @Nullable Long generation, List<Condition> old) {
        this.now = now.truncatedTo(ChronoUnit.SECONDS);
        this.generation = generation;
        this.old = old;
    }

    /** A specification that cannot be: everything that is wrong with it. */
    static DeviceStatus rejected(List<String> faults, @Nullable DeviceStatus old, @Nullable Long generation, Instant now) {
        var with = new Statuses(now, generation, old == null ? List.of() : old.conditions());
        var message = joined(faults);
        return new DeviceStatus(REJECTED, message, null, null, List.of(
                with.condition("Accepted", "False", REJECTED, message),
                with.condition("Online", "False", REJECTED, "")));
    }

    /** @param plan how it is read, or empty */
    static DeviceStatus of(LineState line, String plan, @Nullable DeviceStatus old, @Nullable Long generation, Instant now) {
        var with = new Statuses(now, generation, old == null ? List.of() : old.conditions());
        var state = switch (line.kind()) {
            case CONNECTING -> CONNECTING;
            case ONLINE -> ONLINE;
            case DEGRADED -> DEGRADED;
            case LOST -> LOST;
        };
        var online = switch (line.kind()) {
            case CONNECTING -> "Unknown";
            case ONLINE, DEGRADED -> "True";
            case LOST -> "False";
        };
        return new DeviceStatus(
                state,
                line.message().isEmpty() ? null : line.message(),
                new DeviceStatus.Points(line.good(), line.bad()),
                plan.isEmpty() ? null : plan,
                List.of(with.condition("Accepted", "True", "Accepted", ""), with.condition("Online", online, state, line.message())));
    }

    static DeviceModelStatus model(List<String> faults, int devices, @Nullable DeviceModelStatus old, @Nullable Long generation, Instant now) {
        var with = new Statuses(now, generation, old == null ? List.of() : old.conditions());
        return new DeviceModelStatus(devices, List.of(faults.isEmpty()
                ? with.condition("Accepted", "True", "Accepted", "")
                : with.condition("Accepted", "False", REJECTED, joined(faults))));
    }

    private static String joined(List<String> faults) {
        var text = String.join("; ", faults);
        return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "...";
    }

    private Condition condition(String type, String status, String reason, String message) {
        var since = now.toString();
        for (var before : old) {
            if (type.equals(before.getType()) && status.equals(before.getStatus()) && before.getLastTransitionTime() != null) {
                since = before.getLastTransitionTime();
            }
        }
        return new ConditionBuilder().withType(type).withStatus(status).withReason(reason).withMessage(message)
                .withLastTransitionTime(since).withObservedGeneration(generation).build();
    }
}
