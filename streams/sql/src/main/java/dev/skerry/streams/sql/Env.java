package dev.skerry.streams.sql;

import org.jspecify.annotations.Nullable;

/** What an expression is evaluated on. One object is turned from row to row. */
final class Env {

    final Memory memory;
    Row row;
    Row.@Nullable Range range;

    Env(Memory memory, Row row, Row.@Nullable Range range) {
        this.memory = memory;
        this.row = row;
        this.range = range;
    }

    /** The bounds of the window around, or null. */
    Row.@Nullable Range window() {
        return row instanceof Row.Group g ? g.range : range;
    }

    /** The time of the row; of a group or joined row that of the window; null if there is neither. */
    @Nullable Long eventTime() {
        if (row instanceof Row.Tuple t) {
            return t.time;
        }
        var window = window();
        return window == null ? null : window.trigger();
    }
}
