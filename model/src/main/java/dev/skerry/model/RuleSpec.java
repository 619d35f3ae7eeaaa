package dev.skerry.model;

import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query, and what each of its rows sets off. */
public record RuleSpec(@Required String sql, List<Action> actions, boolean paused) {

    public RuleSpec {
        actions = actions == null ? List.of() : List.copyOf(actions);
    }

    /** One of its parts is set. Texts may hold {@code {{.column}}}. */
    public record Action(@Nullable Write write, @Nullable Alert alert) {}

    /** Writes a value to a property of a device of the same namespace. */
    public record Write(@Required String device, @Required String property, @Required String value) {}

    /** Tells people, at the site and at every parent above; severity is info, warning or critical. */
    public record Alert(@Nullable String severity, @Required String message) {}
}
