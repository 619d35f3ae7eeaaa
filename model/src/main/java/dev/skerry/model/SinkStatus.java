package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far the sink has come. */
public record SinkStatus(@Nullable String state, @Nullable Long behind, List<Condition> conditions) {

    public SinkStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }
}
