package dev.skerry.fabric.link;

import java.io.IOException;
import java.util.List;

/** A log that this end receives. When a call returns, its effect and the position are committed, or nothing is. */
public interface LogSink {

    String log();

    LogPosition position() throws IOException;

    Receiver.Outcome accept(LogEntry entry) throws IOException;

    /** Takes a complete digest; answers the keys to ask for. */
    List<String> accept(LogDigest digest) throws IOException;
}
