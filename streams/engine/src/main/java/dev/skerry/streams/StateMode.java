package dev.skerry.streams;

import org.jspecify.annotations.Nullable;

/** What a rule's memory holds after a crash. */
enum StateMode {

    /** What came after the newest checkpoint is not counted. */
    AT_MOST_ONCE("AtMostOnce"),

    /** Readings that may have come after it are counted again from the durable log, and what they set off is sent again. */
    AT_LEAST_ONCE("AtLeastOnce"),

    /** Readings that came after it, and no others, are counted again; what was sent in that time is not sent again. */
    EXACTLY_ONCE("ExactlyOnce");

    private final String word;

    StateMode(String word) {
        this.word = word;
    }

    /** @throws SqlException if the word is none of them */
    static StateMode of(@Nullable String word) {
        if (word == null) {
            return EXACTLY_ONCE;
        }
        for (var mode : values()) {
            if (mode.word.equals(word)) {
                return mode;
            }
        }
        throw new SqlException("spec.options.state: " + word + " (expected: AtMostOnce, AtLeastOnce or ExactlyOnce)");
    }
}
