package dev.skerry.fabric.link;

import java.util.Collection;
import java.util.List;

/** A log that this end owns and sends. Called by one session at a time, on its threads. */
public interface LogSource {

    String log();

    /** How to bring a receiver that stands there up to date; what is many may come in parts, by further calls. */
    StateLog.Answer after(LogPosition held);

    /** The entries that a receiver of a digest asked for, and all that changed since; empty if the digest is too old. */
    List<LogEntry> wanted(LogDigest digest, Collection<String> keys);

    /** The receiver has committed all up to here. */
    default void acknowledged(LogPosition upTo) {}

    /** Calls when there is more to send, from any thread; until closed. */
    AutoCloseable onChange(Runnable changed);
}
