package dev.skerry.devices.modbus;

import java.io.IOException;

/** Bytes to and from a device, by whatever carries them. One thread at a time uses it, but any may close it. */
interface Wire extends AutoCloseable {

    void send(byte[] frame) throws IOException;

    /**
     * Waits for bytes and takes what is there.
     *
     * @param deadline on the nanosecond clock
     * @return how many, at least one; 0 if none came in time, -1 if the other end closed
     */
    int receive(byte[] into, int offset, int length, long deadline) throws IOException, InterruptedException;

    /** Throws away what has come and was not asked for. */
    void discard() throws IOException;

    @Override
    void close();
}
