package dev.skerry.fabric.link;

import java.util.Map;

/**
 * All that a state log holds, without payloads. It is complete, so it may delete.
 *
 * @param restored the sender was behind its receiver, as after a restored backup: nothing may be deleted for it
 * @param accepted an operator accepts what a restored sender holds: what was kept back may go
 */
public record LogDigest(String epoch, long sequence, Map<String, Line> lines, boolean restored, boolean accepted) {
    public LogDigest {
        lines = Map.copyOf(lines);
    }

    /** One key: its revision, and the hash of its payload. */
    public record Line(long revision, String hash) {}
}
