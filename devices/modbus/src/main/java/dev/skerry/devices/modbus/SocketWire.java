package dev.skerry.devices.modbus;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** A TCP connection. A virtual thread that waits on it can be interrupted, which closes it. */
final class SocketWire implements Wire {

    private final Socket socket;
    private final InputStream in;

    SocketWire(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    @Override
    public void send(byte[] frame) throws IOException {
        socket.getOutputStream().write(frame);
    }

    @Override
    public int receive(byte[] into, int offset, int length, long deadline) throws IOException {
        long left = (deadline - System.nanoTime() + 999_999) / 1_000_000;
        if (left <= 0) {
            return 0;
        }
        socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
        try {
            return in.read(into, offset, length);
        } catch (SocketTimeoutException e) {
            return 0;
        }
    }

    @Override
    public void discard() throws IOException {
        for (int there = in.available(); there > 0; there = in.available()) {
            in.skipNBytes(there);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
            return;
        }
    }
}
