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

    /** How it began: with what an earlier life remembered, or anew and why. Empty if it remembers nothing. */
    String beginning();

    /** The steps that rows go through, from the source on. */
    List<String> explain();

    /** Closes it; what comes until it is started again is not counted afterwards. */
    void pause();

    @Override
    void close();
}
