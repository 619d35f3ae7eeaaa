package dev.skerry.fabric.link;

import java.util.Map;

/**
 * All that a state log holds, without payloads: hash by key. It is complete, so it may delete.
 *
 * @param restored the sender was behind its receiver, as after a restored backup: nothing may be deleted for it
 */
public record LogDigest(String epoch, long sequence, Map<String, String> hashes, boolean restored) {
    public LogDigest {
        hashes = Map.copyOf(hashes);
    }
}
