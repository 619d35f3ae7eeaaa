package dev.skerry.fabric.link;

import dev.skerry.fabric.link.wire.Digest;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A digest as it comes in parts. */
final class DigestParts {

    private final Map<String, LogDigest.Line> lines = new HashMap<>();

    /** Takes a part; answers the whole with the last one. */
    @Nullable LogDigest add(Digest part) throws LinkException {
        for (Digest.Line line : part.getLinesList()) {
            lines.put(line.getKey(), Frames.line(line));
        }
        if (lines.size() > Frames.MOST_KEYS) {
            throw new LinkException("digest of " + part.getLog() + ": over " + Frames.MOST_KEYS + " keys (expected: fewer)");
        }
        return part.getLast()
                ? new LogDigest(part.getEpoch(), part.getSequence(), lines, part.getRestored(), part.getAccepted())
                : null;
    }
}
