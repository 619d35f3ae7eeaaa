package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the device is. Written on changes only, never on a reading.
 *
 * @param state one word for people: Online, Degraded, Lost, Rejected
 */
public record DeviceStatus(
        @Nullable String state,
        @Nullable String message,
        @Nullable Points points,
        @Nullable String plan,
        List<Condition> conditions) {

    public DeviceStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /** How many points give good and bad readings. */
    public record Points(int good, int bad) {}
}
