package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the rule does. Written on changes and now and then, never on each row.
 *
 * @param state Running, Paused or Rejected
 */
public record RuleStatus(
        @Nullable String state,
        @Nullable String message,
        @Nullable Long rowsIn,
        @Nullable Long rowsOut,
        @Nullable Long actionsFailed,
        List<Condition> conditions) {

    public RuleStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }
}
