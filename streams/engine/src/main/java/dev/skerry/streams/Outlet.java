package dev.skerry.streams;

import java.io.IOException;

/** One way out for messages. Used by one thread. */
interface Outlet extends AutoCloseable {

    /**
     * Sends a message and returns when it has arrived.
     *
     * @param address where to, as its row says; empty where all go the same way
     * @throws IOException if it has not; it is tried again
     * @throws RejectedException if it never will
     */
    void send(String address, byte[] message) throws IOException, InterruptedException;

    @Override
    default void close() {}

    /** The other side does not want this message, today or tomorrow. */
    final class RejectedException extends IOException {
        private static final long serialVersionUID = 1;

        RejectedException(String message) {
            super(message);
        }
    }
}
