package dev.skerry.kube.apiserver;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The server's end of a WebSocket (RFC 6455), without extensions. Messages are handed on in pieces as they come, so no length of a message or a frame needs memory.
 * One thread reads; any may write.
 */
final class WebSocketFrames {

    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int MAX_CONTROL = 125;
    private static final int PIECE = 32 * 1024;
    private static final int NORMAL = 1000;
    private static final int PROTOCOL_ERROR = 1002;

    private final DataInputStream in;
    private final OutputStream out;
    private boolean closed;
    private volatile long heard = System.nanoTime();
    private volatile boolean handing;

    WebSocketFrames(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = out;
    }

    /** Takes what clients send. */
    interface Receiver {

        /** @param begins whether this is the begin of a message */
        void piece(boolean begins, byte[] bytes, int length) throws IOException;
    }

    /** What a server answers to a client's key. */
    static String accept(String key) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** When the client was heard last, as {@link System#nanoTime}: now, while what it sent is still being taken by the other side. */
    long heard() {
        return handing ? System.nanoTime() : heard;
    }

    /** Reads until the client closes, or its connection ends. */
    void read(Receiver receiver) throws IOException {
        var piece = new byte[PIECE];
        var begun = false;
        while (true) {
            int head = in.read();
            if (head < 0) {
                return;
            }
            heard = System.nanoTime();
            int second = in.readUnsignedByte();
            long length = second & 0x7F;
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = in.readLong();
            }
            int code = head & 0x0F;
            var control = code >= CLOSE;
            if ((second & 0x80) == 0 || (head & 0x70) != 0 || length < 0 || control && (length > MAX_CONTROL || (head & 0x80) == 0)) {
                close(PROTOCOL_ERROR);
                return;
            }
            var mask = new byte[4];
            in.readFully(mask);
            if (control) {
                if (!control(code, payload((int) length, mask))) {
                    return;
                }
                continue;
            }
            var fits = code == CONTINUATION ? begun : !begun && (code == TEXT || code == BINARY);
            if (!fits) {
                close(PROTOCOL_ERROR);
                return;
            }
            data(receiver, code != CONTINUATION, length, mask, piece);
            begun = (head & 0x80) == 0;
        }
    }

    private void data(Receiver receiver, boolean begins, long length, byte[] mask, byte[] piece) throws IOException {
        long done = 0;
        do {
            int want = (int) Math.min(PIECE, length - done);
            int got = want == 0 ? 0 : in.read(piece, 0, want);
            if (got < 0) {
                throw new EOFException("the client left within a frame");
            }
            for (int i = 0; i < got; i++) {
                piece[i] ^= mask[(int) ((done + i) & 3)];
            }
            handing = true;
            receiver.piece(begins && done == 0, piece, got);
            heard = System.nanoTime();
            handing = false;
            done += got;
        } while (done < length);
    }

    private byte[] payload(int length, byte[] mask) throws IOException {
        var bytes = new byte[length];
        in.readFully(bytes);
        for (int i = 0; i < length; i++) {
            bytes[i] ^= mask[i & 3];
        }
        return bytes;
    }

    /** Answers whether to go on. */
    private boolean control(int code, byte[] payload) throws IOException {
        switch (code) {
            case PING -> frame(PONG, payload, 0, payload.length);
            case CLOSE -> {
                close(NORMAL);
                return false;
            }
            default -> {
                // A pong has been heard; that is all it is for.
            }
        }
        return true;
    }

    void ping() throws IOException {
        frame(PING, new byte[0], 0, 0);
    }

    void binary(byte[] bytes, int from, int length) throws IOException {
        frame(BINARY, bytes, from, length);
    }

    /** One byte that says which channel it is, and what goes on it. */
    void binary(int channel, byte[] bytes, int from, int length) throws IOException {
        var message = new byte[length + 1];
        message[0] = (byte) channel;
        System.arraycopy(bytes, from, message, 1, length);
        frame(BINARY, message, 0, message.length);
    }

    void text(String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        frame(TEXT, bytes, 0, bytes.length);
    }

    void close() throws IOException {
        close(NORMAL);
    }

    private synchronized void close(int code) throws IOException {
        if (!closed) {
            frame(CLOSE, new byte[] {(byte) (code >> 8), (byte) code}, 0, 2);
            closed = true;
        }
    }

    private synchronized void frame(int code, byte[] bytes, int from, int length) throws IOException {
        if (closed) {
            return;
        }
        int head = length <= MAX_CONTROL ? 2 : length < 1 << 16 ? 4 : 10;
        var frame = new byte[head + length];
        frame[0] = (byte) (0x80 | code);
        if (head == 2) {
            frame[1] = (byte) length;
        } else if (head == 4) {
            frame[1] = 126;
            frame[2] = (byte) (length >> 8);
            frame[3] = (byte) length;
        } else {
            frame[1] = 127;
            for (int i = 0; i < 4; i++) {
                frame[6 + i] = (byte) (length >> (24 - 8 * i));
            }
        }
        System.arraycopy(bytes, from, frame, head, length);
        out.write(frame);
        out.flush();
    }
}
