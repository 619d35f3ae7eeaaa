package dev.skerry.model;

import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query, and what each of its rows sets off. */
public record RuleSpec(@Required String sql, List<Action> actions, boolean paused, @Nullable Options options) {

    public RuleSpec {
        actions = actions == null ? List.of() : List.copyOf(actions);
    }

    public RuleSpec(String sql, List<Action> actions, boolean paused) {
        this(sql, actions, paused, null);
    }

    /**
     * How it runs, where that differs from the usual.
     *
     * @param eventTime rows are ordered by the time that they carry, not by when they came
     * @param lateTolerance how long event time waits for a row that is late
     * @param state what a window holds after a crash: AtMostOnce, AtLeastOnce or ExactlyOnce (the usual)
     * @param ekuiper numbers and windows as eKuiper has them, for rules that were written for it
     */
    public record Options(
            @Nullable Boolean eventTime,
            @Pattern(Kinds.DURATION) @Nullable Duration lateTolerance,
            @Nullable Boolean ekuiper,
            @Nullable String state) {

        public Options(@Nullable Boolean eventTime, @Nullable Duration lateTolerance, @Nullable Boolean ekuiper) {
            this(eventTime, lateTolerance, ekuiper, null);
        }

        /** Whether rows are treated otherwise than usual. */
        public boolean asksGeneralEngine() {
            return Boolean.TRUE.equals(eventTime) || Boolean.TRUE.equals(ekuiper);
        }
    }

    /** One of its parts is set. Texts may hold {@code {{.column}}}. */
    public record Action(@Nullable Write write, @Nullable Alert alert) {}

    /** Writes a value to a property of a device of the same namespace. */
    public record Write(@Required String device, @Required String property, @Required String value) {}

    /** Tells people, at the site and at every parent above; severity is info, warning or critical. */
    public record Alert(@Nullable String severity, @Required String message) {}
}
