package dev.skerry.kube.apiserver;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.Deflater;

/**
 * The client's end of a SPDY/3.1 connection, as far as Kubernetes' remote commands need it: streams that we open, each named by one header; data both ways; the end
 * of a direction. Container runtimes keep no flow control here, and the headers of their replies hold nothing that we need. One thread reads; any may write.
 */
final class SpdyStreams {

    private static final int VERSION = 3;
    private static final int SYN_STREAM = 1;
    private static final int SYN_REPLY = 2;
    private static final int RST_STREAM = 3;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int FIN = 1;
    private static final int PIECE = 32 * 1024;

    private final DataInputStream in;
    private final DataOutputStream out;
    private final Deflater headers = new Deflater(Deflater.BEST_COMPRESSION);
    private final Map<Integer, String> names = new HashMap<>();
    private int next = 1;

    SpdyStreams(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = new DataOutputStream(out);
    }

    /** Takes what the other end sends on a stream. */
    interface Receiver {
        void data(String stream, byte[] bytes, int length) throws IOException;
    }

    /** Opens a stream whose {@code streamType} this is; answers its number. */
    synchronized int open(String type) throws IOException {
        int stream = next;
        next += 2;
        names.put(stream, type);
        var block = block(Map.of("streamtype", type));
        control(SYN_STREAM, 0, 10 + block.length);
        out.writeInt(stream);
        out.writeInt(0);
        out.writeShort(0);
        out.write(block);
        out.flush();
        return stream;
    }

    private byte[] block(Map<String, String> pairs) throws IOException {
        var plain = new ByteArrayOutputStream();
        var writer = new DataOutputStream(plain);
        writer.writeInt(pairs.size());
        for (var pair : pairs.entrySet()) {
            for (var text : new String[] {pair.getKey(), pair.getValue()}) {
                var bytes = text.getBytes(StandardCharsets.US_ASCII);
                writer.writeInt(bytes.length);
                writer.write(bytes);
            }
        }
        headers.setInput(plain.toByteArray());
        var packed = new ByteArrayOutputStream();
        var piece = new byte[512];
        // One compression for the whole connection: each block ends at a byte, none ends the stream.
        for (int n = headers.deflate(piece, 0, piece.length, Deflater.SYNC_FLUSH); n > 0; n = headers.deflate(piece, 0, piece.length, Deflater.SYNC_FLUSH)) {
            packed.write(piece, 0, n);
        }
        return packed.toByteArray();
    }

    private void control(int type, int flags, int length) throws IOException {
        out.writeShort(0x8000 | VERSION);
        out.writeShort(type);
        out.writeInt(flags << 24 | length);
    }

    synchronized void send(int stream, byte[] bytes, int from, int length) throws IOException {
        out.writeInt(stream);
        out.writeInt(length);
        out.write(bytes, from, length);
        out.flush();
    }

    /** Nothing more will be sent on it. */
    synchronized void end(int stream) throws IOException {
        out.writeInt(stream);
        out.writeInt(FIN << 24);
        out.flush();
    }

    /** Reads until the other end goes. */
    void read(Receiver receiver) throws IOException {
        var piece = new byte[PIECE];
        while (true) {
            int first = in.read();
            if (first < 0) {
                return;
            }
            int rest = in.readUnsignedByte() << 16 | in.readUnsignedByte() << 8 | in.readUnsignedByte();
            int length = in.readInt() & 0xFFFFFF;
            if ((first & 0x80) == 0) {
                var name = name((first & 0x7F) << 24 | rest);
                while (length > 0) {
                    int got = in.read(piece, 0, Math.min(PIECE, length));
                    if (got < 0) {
                        return;
                    }
                    receiver.data(name, piece, got);
                    length -= got;
                }
                continue;
            }
            switch (rest & 0xFFFF) {
                case GOAWAY -> {
                    return;
                }
                case PING -> {
                    int id = in.readInt();
                    // Even numbers are the other end's own.
                    if ((id & 1) == 0) {
                        pong(id);
                    }
                }
                case SYN_REPLY, RST_STREAM -> in.skipNBytes(length);
                default -> in.skipNBytes(length);
            }
        }
    }

    private synchronized String name(int stream) {
        return names.getOrDefault(stream, "");
    }

    private synchronized void pong(int id) throws IOException {
        control(PING, 0, 4);
        out.writeInt(id);
        out.flush();
    }

    /** Frees the memory of the compression. */
    void close() {
        headers.end();
    }
}
