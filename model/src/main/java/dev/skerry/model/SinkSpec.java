package dev.skerry.model;

import org.jspecify.annotations.Nullable;

/**
 * Which readings go out, and where.
 *
 * @param parent set: to the parent, over the data channel
 * @param select a model's name, or {@code *}
 * @param live the share of the line that new readings get while a backlog drains, such as {@code 80%}
 */
public record SinkSpec(@Nullable Parent parent, @Nullable String select, @Nullable String live) {

    /** The parent of this site. */
    public record Parent() {}
}
