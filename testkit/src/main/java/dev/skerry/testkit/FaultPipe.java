package dev.skerry.testkit;

import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** One connection through a {@link FaultProxy}: two directions, each read by one thread and written by another. */
final class FaultPipe {

    private static final int PIECE = 16 * 1024;
    private static final int PIECES_ON_THE_WAY = 256;

    private final FaultProxy proxy;
    private final Socket near;
    private final Socket far;
    private volatile boolean swallowed;

    /** Bytes, and when they may arrive; empty at the end of the stream. */
    private record Piece(byte[] bytes, long due) {}

    FaultPipe(FaultProxy proxy, Socket near, Socket far) {
        this.proxy = proxy;
        this.near = near;
        this.far = far;
    }

    void start() {
        pump("up", near, far);
        pump("down", far, near);
    }

    /** Ends both sides with a reset, as a machine does that has never heard of the connection. */
    void reset() {
        reset(near);
        reset(far);
        proxy.ended(this);
    }

    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Closed already, or never open.
        }
        try {
            socket.close();
        } catch (IOException e) {
            // As good as closed.
        }
    }

    /** Ends a connection of which bytes were swallowed: what would come now makes no sense. */
    void resetIfSwallowed() {
        if (swallowed) {
            reset();
        }
    }

    private void pump(String way, Socket from, Socket to) {
        var pieces = new ArrayBlockingQueue<Piece>(PIECES_ON_THE_WAY);
        String name = "fault-proxy-" + proxy.port() + "-" + way;
        var writer = Thread.ofVirtual().name(name + "-write").start(() -> write(pieces, to));
        Thread.ofVirtual().name(name + "-read").start(() -> {
            read(from, pieces);
            // A writer that waits for more, or for its due time, ends with the connection.
            if (from.isClosed()) {
                writer.interrupt();
            }
        });
    }

    private void read(Socket from, BlockingQueue<Piece> pieces) {
        byte[] bytes = new byte[PIECE];
        try {
            var in = from.getInputStream();
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                if (proxy.swallows()) {
                    swallowed = true;
                } else {
                    put(pieces, Arrays.copyOf(bytes, count));
                }
            }
            if (proxy.swallows()) {
                swallowed = true;
            } else {
                put(pieces, new byte[0]);
            }
        } catch (IOException e) {
            reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(BlockingQueue<Piece> pieces, byte[] bytes) throws InterruptedException {
        var piece = new Piece(bytes, System.nanoTime() + proxy.delay().toNanos());
        while (!pieces.offer(piece, 1, TimeUnit.SECONDS)) {
            if (near.isClosed()) {
                return;
            }
        }
    }

    private void write(BlockingQueue<Piece> pieces, Socket to) {
        try {
            var out = to.getOutputStream();
            for (var piece = pieces.take(); piece.bytes.length > 0; piece = pieces.take()) {
                TimeUnit.NANOSECONDS.sleep(piece.due - System.nanoTime());
                int admitted = proxy.admit(piece.bytes.length);
                out.write(piece.bytes, 0, admitted);
                if (admitted < piece.bytes.length) {
                    proxy.cut();
                    return;
                }
                slow(piece.bytes.length);
            }
            to.shutdownOutput();
            if (near.isOutputShutdown() && far.isOutputShutdown()) {
                reset();
            }
        } catch (IOException e) {
            reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void slow(int bytes) throws InterruptedException {
        long rate = proxy.bytesPerSecond();
        if (rate < Long.MAX_VALUE) {
            TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(bytes) / rate);
        }
    }
}
