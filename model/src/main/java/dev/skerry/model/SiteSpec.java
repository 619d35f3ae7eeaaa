package dev.skerry.model;

import org.jspecify.annotations.Nullable;

/** What the operator says of a site. */
public record SiteSpec(@Nullable Maintenance maintenance, @Nullable Position position) {

    /** When the site may be changed; {@code hold} keeps every change back. */
    public record Maintenance(@Nullable String window, boolean hold) {}

    /** WGS 84 degrees, for the map. */
    public record Position(double latitude, double longitude) {}
}
