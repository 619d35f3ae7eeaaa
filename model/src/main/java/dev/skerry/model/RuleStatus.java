package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the rule does. Written on changes and now and then, never on each row.
 *
 * @param state Running, Paused, Waiting (for a stream) or Rejected
 * @param rowsFailed rows that an expression could not work with
 * @param rowsLate rows that came after their window was closed
 * @param lagMillis how old the newest row was when it was taken
 * @param stateBytes what it remembers, in bytes of its newest checkpoint
 * @param lastError the newest failure of a row or an action
 * @param plan the steps that rows go through, from the source on
 */
public record RuleStatus(
        @Nullable String state,
        @Nullable String message,
        @Nullable Long rowsIn,
        @Nullable Long rowsOut,
        @Nullable Long actionsDone,
        @Nullable Long actionsFailed,
        @Nullable Long rowsFailed,
        @Nullable Long rowsLate,
        @Nullable Long lagMillis,
        @Nullable Long stateBytes,
        @Nullable String lastError,
        List<String> plan,
        List<Condition> conditions) {

    public RuleStatus {
        plan = plan == null ? List.of() : List.copyOf(plan);
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }
}
