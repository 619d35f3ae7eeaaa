package dev.skerry.streams;

import dev.skerry.data.StreamSchema;
import java.util.List;

/** A rule that runs until it is closed. Closing waits for nothing: actions that are still queued are let go. */
public interface RuleHandle extends AutoCloseable {

    /** What it has done so far; any thread may ask. */
    RuleStats stats();

    /** The stream that it reads first, as it was when the rule started. */
    StreamSchema schema();

    /** All streams that it reads, as they were when the rule started. */
    default List<StreamSchema> schemas() {
        return List.of(schema());
    }

    @Override
    void close();
}
