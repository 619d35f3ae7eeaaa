package dev.skerry.model;

import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Duration;
import java.util.List;
import java.util.Map;
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
     * @param lateRows the memory topic that rows go to which came too late; other rules may select from it
     * @param state what a window holds after a crash: AtMostOnce, AtLeastOnce or ExactlyOnce (the usual)
     * @param ekuiper numbers and windows as eKuiper has them, for rules that were written for it
     */
    public record Options(
            @Nullable Boolean eventTime,
            @Pattern(Kinds.DURATION) @Nullable Duration lateTolerance,
            @Nullable Boolean ekuiper,
            @Nullable String state,
            @Nullable String lateRows) {

        public Options(@Nullable Boolean eventTime, @Nullable Duration lateTolerance, @Nullable Boolean ekuiper) {
            this(eventTime, lateTolerance, ekuiper, null, null);
        }

        /** Whether rows are treated otherwise than usual. */
        public boolean asksGeneralEngine() {
            return Boolean.TRUE.equals(eventTime) || Boolean.TRUE.equals(ekuiper);
        }
    }

    /** Where a row goes: one of its parts is set, and {@code delivery} beside it. Texts may hold {@code {{.column}}}. */
    public record Action(
            @Nullable Write write, @Nullable Alert alert, @Nullable Memory memory, @Nullable Http http, @Nullable Mqtt mqtt, @Nullable ToFile file, @Nullable Nop nop,
            @Nullable Delivery delivery) {

        public Action(@Nullable Write write, @Nullable Alert alert) {
            this(write, alert, null, null, null, null, null, null);
        }
    }

    /** Gives rows to the rules that select from the stream of this topic. */
    public record Memory(@Required String topic) {}

    /** Sends rows by HTTP; method is POST unless said otherwise, a status of 2xx means that they have arrived. */
    public record Http(
            @Required String url, @Nullable String method, @Nullable Map<String, String> headers, @Pattern(Kinds.DURATION) @Nullable Duration timeout) {}

    /** Publishes rows; without a server at the site's own broker. */
    public record Mqtt(@Nullable String server, @Required String topic, @Nullable Integer qos, @Nullable Boolean retained) {}

    /** Appends rows to a file below the site's folder for them, a line each; the file before is kept when it has reached a size. */
    public record ToFile(@Required String name, @Nullable Long maxBytes) {}

    /** Encodes rows and throws them away: for trials. */
    public record Nop() {}

    /**
     * How rows are packed and what happens when they do not arrive. What cannot be sent is tried again, in order; what finds no room any more makes the oldest
     * go, and that is counted.
     *
     * @param template the text that is sent in place of the row as JSON
     * @param fields the columns that are sent
     * @param batch so many rows are sent together, as a JSON array or as lines
     * @param linger how long an incomplete batch waits
     * @param resend the wait before the first repetition; it doubles up to a minute
     * @param keep so many messages may wait in memory
     * @param onDisk messages wait on disk, up to this many bytes, and outlive the program
     */
    public record Delivery(
            @Nullable String template, @Nullable List<String> fields, @Nullable Integer batch, @Pattern(Kinds.DURATION) @Nullable Duration linger,
            @Pattern(Kinds.DURATION) @Nullable Duration resend, @Nullable Integer keep, @Nullable Long onDisk) {}

    /** Writes a value to a property of a device of the same namespace. */
    public record Write(@Required String device, @Required String property, @Required String value) {}

    /** Tells people, at the site and at every parent above; severity is info, warning or critical. */
    public record Alert(@Nullable String severity, @Required String message) {}
}
