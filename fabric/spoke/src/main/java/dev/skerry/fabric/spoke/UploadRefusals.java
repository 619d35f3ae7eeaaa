package dev.skerry.fabric.spoke;

import dev.skerry.data.Outbox.Range;
import dev.skerry.data.Outbox.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Records that the parent refuses as they are, so that one of them does not hold up all others. A chunk that is refused is
 * suspect and goes again record by record; a record refused alone is left out until the program starts anew. Used by one thread.
 */
final class UploadRefusals {

    /** More than these, and something else is wrong: then the rest waits. */
    private static final int MOST = 1_000;

    private final List<Range> leftOut = new ArrayList<>();
    private @Nullable Range suspect;

    /** Whether the record has to go alone. */
    boolean suspects(long position) {
        var range = suspect;
        return range != null && range.from() <= position && position < range.to();
    }

    /** A chunk was refused. Answers what is left out because of it, if anything. */
    Optional<Range> refused(Range chunk) {
        if (suspects(chunk.from())) {
            return leaveOut(chunk);
        }
        suspect = chunk;
        return Optional.empty();
    }

    /** Sends it no more; empty if too much is left out already. */
    Optional<Range> leaveOut(Range range) {
        if (leftOut.size() >= MOST) {
            return Optional.empty();
        }
        leftOut.add(range);
        return Optional.of(range);
    }

    /** Nothing has been refused of a log that was made anew. */
    void forget() {
        leftOut.clear();
        suspect = null;
    }

    /** What need not be sent: what has arrived, and what is left out. */
    Received taken(Received received) {
        var taken = received;
        for (Range range : leftOut) {
            taken = taken.with(range);
        }
        return taken;
    }
}
