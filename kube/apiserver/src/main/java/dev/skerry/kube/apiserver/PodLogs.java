package dev.skerry.kube.apiserver;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Optional;

/** Reads the logs of containers. A node agent provides it. */
public interface PodLogs {

    /**
     * Writes a container's log; with {@code follow} until the container has ended or the reader has gone.
     *
     * @throws IOException if there is none, with the reason in words for the user, or if the reader has gone
     */
    void write(String namespace, String pod, String container, Options options, OutputStream out)
            throws IOException, InterruptedException;

    /** As the query of {@code pods/log}; -1 means not given. */
    record Options(boolean follow, boolean previous, boolean timestamps, long tailLines, Optional<Instant> since, long limitBytes) {}
}
