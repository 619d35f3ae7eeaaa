package dev.skerry.fabric.link;

/**
 * The last value of a key in a state log.
 *
 * @param previous no live entry of the log lies between this sequence and {@code sequence}: a receiver that holds all up
 *     to {@code previous} misses nothing
 * @param hash of the payload, hexadecimal; empty when deleted
 */
public record LogEntry(
        String epoch, long previous, long sequence, String key, long revision, String hash, byte[] payload, boolean deleted) {

    LogEntry after(long sequenceBefore) {
        return new LogEntry(epoch, sequenceBefore, sequence, key, revision, hash, payload, deleted);
    }
}
