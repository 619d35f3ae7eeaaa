package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the parent knows of a site.
 *
 * @param state one word for people: Ready, Degraded, Offline, Conflicted, Pending
 * @param incarnation how often the site has booted, as it counts itself
 */
public record SiteStatus(
        @Nullable String state,
        List<Condition> conditions,
        @Nullable String version,
        @Nullable Link link,
        @Nullable Apps apps,
        @Nullable Children children,
        @Nullable Long incarnation,
        @Nullable String certificateExpires) {

    public SiteStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /**
     * The line to the site.
     *
     * @param state Connected or Lost
     * @param since when the state began, RFC 3339
     * @param lastSeen when the site was last heard, RFC 3339
     * @param roundTrip a Go duration, such as {@code 38ms}
     * @param behind entries of the desired log that the site has not acknowledged
     */
    public record Link(
            @Nullable String state,
            @Nullable String since,
            @Nullable String lastSeen,
            @Nullable String roundTrip,
            @Nullable Long behind) {}

    /** Apps meant for the site, and how many of them are well; {@code text} is {@code ok/total}. */
    public record Apps(int ok, int total, @Nullable String text) {}

    /** Sites below this one, when it is a parent itself. */
    public record Children(int connected, int total) {}
}
