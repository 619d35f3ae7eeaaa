package dev.skerry.streams;

import dev.skerry.data.StreamSchema;

/** A rule that runs until it is closed. Closing waits for nothing: actions that are still queued are let go. */
public interface RuleHandle extends AutoCloseable {

    /** What it has done so far; any thread may ask. */
    RuleStats stats();

    /** The stream that it reads, as it was when the rule started. */
    StreamSchema schema();

    @Override
    void close();
}
