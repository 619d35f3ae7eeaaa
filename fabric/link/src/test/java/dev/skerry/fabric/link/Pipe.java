package dev.skerry.fabric.link;

import dev.skerry.fabric.link.wire.Frame;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** One direction of a call without a network: frames come in order, on a thread of their own, and it can be full. */
final class Pipe extends CallStreamObserver<Frame> implements AutoCloseable {

    private static final int ROOM = 16;

    private final ExecutorService far = Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile StreamObserver<Frame> reader;
    private volatile Runnable ready = () -> {};
    private volatile int cutAfter = Integer.MAX_VALUE;

    void to(StreamObserver<Frame> reader) {
        this.reader = reader;
    }

    /** Lets so many more frames through, then breaks. */
    void cutAfter(int frames) {
        cutAfter = frames;
    }

    @Override
    public void onNext(Frame frame) {
        if (cutAfter-- <= 0) {
            throw new IllegalStateException("cut");
        }
        waiting.incrementAndGet();
        try {
            far.execute(() -> {
                reader.onNext(frame);
                if (waiting.getAndDecrement() == ROOM) {
                    ready.run();
                }
            });
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("closed", e);
        }
    }

    @Override
    public void onError(Throwable t) {
        far.execute(() -> reader.onError(t));
    }

    @Override
    public void onCompleted() {
        if (!far.isShutdown()) {
            far.execute(() -> reader.onCompleted());
        }
    }

    @Override
    public boolean isReady() {
        return waiting.get() < ROOM;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
        ready = handler;
    }

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void close() {
        far.shutdownNow();
    }
}
