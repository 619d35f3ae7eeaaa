package dev.skerry.fabric.link;

import java.io.IOException;
import java.util.List;

/** The receiver's end of a log. Called by one thread at a time; what a method answers is committed. */
public interface Incoming {

    /** The log's name on the line. */
    String log();

    LogPosition position() throws IOException;

    /**
     * Takes entries in order, effects and position together, and answers how far it has come.
     *
     * @throws LinkException if something before them is missing
     */
    LogPosition accept(List<LogEntry> entries) throws IOException, LinkException;

    /** Takes a complete digest; answers the keys to ask for. */
    List<String> accept(LogDigest digest) throws IOException, LinkException;
}
