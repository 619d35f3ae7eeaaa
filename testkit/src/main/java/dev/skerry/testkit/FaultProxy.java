package dev.skerry.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bad line: a TCP proxy on the loopback that forwards, delays, slows, swallows, cuts or refuses, as the test says and from
 * one moment to the next. What it does to bytes holds for both directions. Safe for many threads.
 */
public final class FaultProxy implements AutoCloseable {

    private static final long NEVER = Long.MAX_VALUE;

    private static final int CONNECT_MILLIS = 5_000;

    private enum Mode {
        FORWARD,
        REFUSE,
        BLACKHOLE
    }

    private final ServerSocket listening;
    private final Set<FaultPipe> pipes = ConcurrentHashMap.newKeySet();
    private final AtomicLong forwarded = new AtomicLong();
    private final AtomicLong cutAt = new AtomicLong(NEVER);
    private final AtomicLong connections = new AtomicLong();
    private volatile InetSocketAddress target;
    private volatile Mode mode = Mode.FORWARD;
    private volatile Duration delay = Duration.ZERO;
    private volatile long bytesPerSecond = NEVER;

    private FaultProxy(InetSocketAddress target) throws IOException {
        this.target = target;
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("fault-proxy-" + listening.getLocalPort()).start(this::accept);
    }

    /** Begins to forward to a port of this machine. */
    public static FaultProxy to(int port) {
        try {
            return new FaultProxy(local(port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where to dial instead of the target. */
    public int port() {
        return listening.getLocalPort();
    }

    /** Connections from now on go to another port; those that are open stay. */
    public void redirect(int port) {
        target = local(port);
    }

    /** Behaves again: no refusing, swallowing, delay, limit or planned cut. Connections that lost bytes are ended. */
    public void forward() {
        mode = Mode.FORWARD;
        delay = Duration.ZERO;
        bytesPerSecond = NEVER;
        cutAt.set(NEVER);
        pipes.forEach(FaultPipe::resetIfSwallowed);
    }

    /** Ends all connections at once, with a reset. New ones are let in. */
    public void cut() {
        pipes.forEach(FaultPipe::reset);
    }

    /** Ends all connections once, after so many more bytes in either direction; wherever in a message that is. */
    public void cutAfter(long bytes) {
        cutAt.set(forwarded.get() + bytes);
    }

    /** Ends all connections, and every new one as soon as it is made. */
    public void refuse() {
        mode = Mode.REFUSE;
        cut();
    }

    /** Swallows every byte and ends nothing: neither end is told that the line is dead. */
    public void blackhole() {
        mode = Mode.BLACKHOLE;
    }

    /** Brings every byte so much later; how many are on the way is not limited by it. */
    public void delay(Duration oneWay) {
        delay = oneWay;
    }

    /** Lets so many bytes a second through in each direction of each connection. */
    public void limit(long bytesASecond) {
        bytesPerSecond = bytesASecond;
    }

    /** Bytes that came through since the start, both directions together. */
    public long forwarded() {
        return forwarded.get();
    }

    /** Connections let in since the start. */
    public long connections() {
        return connections.get();
    }

    /** Stops listening and ends all connections. */
    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            cut();
        }
    }

    boolean swallows() {
        return mode == Mode.BLACKHOLE;
    }

    Duration delay() {
        return delay;
    }

    long bytesPerSecond() {
        return bytesPerSecond;
    }

    /** Counts bytes that are about to be written, and says how many of them may be; fewer if a cut is due. */
    int admit(int bytes) {
        long before = forwarded.getAndAdd(bytes);
        long at = cutAt.get();
        if (before + bytes < at || !cutAt.compareAndSet(at, NEVER)) {
            return bytes;
        }
        return (int) Math.max(0, at - before);
    }

    void ended(FaultPipe pipe) {
        pipes.remove(pipe);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                var socket = listening.accept();
                if (mode == Mode.REFUSE) {
                    FaultPipe.reset(socket);
                } else {
                    connect(socket);
                }
            } catch (SocketException e) {
                return; // Closed.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void connect(Socket near) {
        var far = new Socket();
        try {
            far.connect(target, CONNECT_MILLIS);
        } catch (IOException e) {
            FaultPipe.reset(near);
            FaultPipe.reset(far);
            return;
        }
        var pipe = new FaultPipe(this, near, far);
        pipes.add(pipe);
        connections.incrementAndGet();
        pipe.start();
        if (mode == Mode.REFUSE || listening.isClosed()) {
            pipe.reset();
        }
    }

    private static InetSocketAddress local(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
