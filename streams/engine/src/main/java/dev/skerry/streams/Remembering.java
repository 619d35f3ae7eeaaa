package dev.skerry.streams;

import dev.skerry.data.Batch;
import dev.skerry.data.StreamSchema;
import java.util.List;
import java.util.Map;

/** A rule whose memory can be put on disk. Its owner holds the rule's lock. */
interface Remembering {

    /** All that it remembers, as plain values; never the same object again. */
    Map<String, Object> save();

    /** Continues from {@link #save}; false if that was of another kind of rule, and nothing was taken over. */
    boolean restore(Map<String, ?> saved);

    /**
     * Takes rows that came in an earlier life.
     *
     * @param now the clock as it was then, in epoch milliseconds
     * @param mute nothing is sent for them: it was sent in that life
     */
    void replay(Batch batch, long now, boolean mute);

    List<StreamSchema> schemas();

    /** Rows that it has taken and given so far. */
    long turns();
}
