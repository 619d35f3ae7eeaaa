package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the model holds together. */
public record DeviceModelStatus(@Nullable Integer devices, List<Condition> conditions) {

    public DeviceModelStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }
}
