package dev.skerry.data;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * The site's end of the way up: a cursor in the durable log. Positions count the log's records from 0; {@code epoch} is
 * the log's random id, new when the log is made anew.
 */
public interface Outbox {

    String epoch();

    /** The position behind the last record that is durable on disk. */
    long end();

    /**
     * Asks for the disk at once and waits until all that was appended before is durable.
     *
     * @return whether it is; false if {@code timeout} passed first
     */
    boolean settle(Duration timeout) throws InterruptedException;

    /** The oldest position still kept. What retention dropped before it was sent is counted and reported as a gap. */
    long start();

    /** Records from {@code from} on, at most {@code maxBytes} of them encoded, or empty if nothing came within {@code wait}. */
    Optional<Chunk> read(long from, int maxBytes, Duration wait) throws IOException, InterruptedException;

    /**
     * Records of the stretch from its beginning on, none of them beyond its end, at most {@code maxBytes} of them encoded
     * but at least one; empty if the stretch holds none. Does not wait.
     */
    Optional<Chunk> read(Range stretch, int maxBytes) throws IOException;

    /** The parent holds all in these ranges; kept on disk. */
    void acknowledge(Received received) throws IOException;

    /** What was last acknowledged. */
    Received acknowledged();

    /**
     * Durable records {@code [from, to)}, encoded as {@link Ingest#accept} reads them; self-contained (series by name).
     *
     * @param readings how many readings it holds
     */
    record Chunk(String epoch, long from, long to, int readings, byte[] payload) {}

    /** Contiguous ranges that have arrived, in order, disjoint: pairs of from (inclusive) and to (exclusive). */
    record Received(String epoch, java.util.List<Range> ranges) {
        public Received {
            ranges = java.util.List.copyOf(ranges);
        }

        /** This and one range more, which may overlap or touch others. */
        public Received with(Range range) {
            return new Received(epoch, Ranges.union(ranges, range));
        }

        /** How many positions of {@code [from, to)} have not arrived. */
        public long missing(long from, long to) {
            return Ranges.missing(ranges, from, to);
        }
    }

    /** {@code [from, to)}. */
    record Range(long from, long to) {}
}
