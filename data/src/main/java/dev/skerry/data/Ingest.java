package dev.skerry.data;

import java.io.IOException;

/** The parent's end of the way up. Rows and the position are committed together; what is there already is not doubled. */
public interface Ingest {

    /** What has arrived of the site's current log; an unknown epoch starts empty. */
    Outbox.Received received(String site, String epoch);

    /**
     * Stores a chunk and says what has arrived now.
     *
     * @throws MalformedChunkException if the payload cannot be read; nothing was stored
     */
    Outbox.Received accept(String site, Outbox.Chunk chunk) throws IOException, MalformedChunkException;

    /** Counts since the store was made, for {@code site}. */
    Counts counts(String site);

    /** Readings stored, and readings that came again and were dropped as duplicates. */
    record Counts(long stored, long duplicates, long missing) {}

    /** The payload's bytes are damaged or of an unknown form. */
    final class MalformedChunkException extends Exception {
        private static final long serialVersionUID = 1;

        public MalformedChunkException(String message) {
            super(message);
        }
    }
}
