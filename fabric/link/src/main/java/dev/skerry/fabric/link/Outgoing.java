package dev.skerry.fabric.link;

import java.util.Set;

/**
 * The sender's end of a log, as a session pulls from it: nothing is buffered for a slow receiver, which gets later values
 * instead. All methods are safe for many threads; {@link #next} is quick and never waits.
 */
public interface Outgoing {

    /** The log's name on the line. */
    String log();

    LogPosition head();

    /** How a receiver that holds all up to {@code held} is brought up to date. */
    Start start(LogPosition held);

    /** The next entry of a pass after a sequence, chained to it. */
    Next next(Pass pass, long after);

    /** How many entries lie after a sequence. */
    long count(long after);

    /** The receiver has committed all up to here. May block shortly. */
    void acknowledged(LogPosition position);

    /** What comes first. */
    sealed interface Start {
        /** The entries after what is held. */
        record Deltas(LogPosition from) implements Start {}

        /** A digest; then what the receiver asks for. */
        record Full(LogDigest digest) implements Start {}
    }

    /** What to send of an epoch: all after {@code floor}, and before it the keys that were asked for. */
    record Pass(String epoch, long floor, Set<String> keys) {
        public Pass {
            keys = Set.copyOf(keys);
        }

        boolean takes(long sequence, String key) {
            return sequence > floor || keys.contains(key);
        }
    }

    /** What a pull answers. */
    sealed interface Next {
        record Found(LogEntry entry) implements Next {}

        /** Nothing for now. */
        record End() implements Next {}

        /** The log cannot tell any more what came after that sequence: it takes a digest. */
        record Lost() implements Next {}
    }
}
