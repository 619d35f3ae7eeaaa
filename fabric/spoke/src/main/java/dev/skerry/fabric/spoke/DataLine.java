package dev.skerry.fabric.spoke;

import dev.skerry.data.Outbox.Range;
import dev.skerry.data.Outbox.Received;
import dev.skerry.fabric.link.LinkTls;
import dev.skerry.fabric.link.wire.DataDown;
import dev.skerry.fabric.link.wire.DataGrpc;
import dev.skerry.fabric.link.wire.DataUp;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One stream to the parent, from the dialling on. One thread sends and takes answers; a second one, of the transport, only
 * puts answers down here. What is sent leaves at once or waits with the sender, so that little stands in the transport's queue.
 */
final class DataLine implements AutoCloseable {

    /** The parent takes frames of 1 MiB; a chunk of usual size goes in one. */
    static final int MAX_FRAME = 512 << 10;

    /** Chunks that may wait for an answer, and so answers that may wait for us. */
    static final int MAX_UNANSWERED = 64;

    private static final int MAX_ANSWER = 1 << 20;
    private static final int ALIVE_SECONDS = 30;
    private static final int ALIVE_ANSWER_SECONDS = 15;
    private static final int CLOSING_SECONDS = 2;

    private final ManagedChannel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Answer> answers = new ArrayDeque<>();
    private final ClientCallStreamObserver<DataUp> requests;
    private boolean news;
    private @Nullable Status ended;

    /** What the parent holds, and when it said so, as {@link System#nanoTime}. */
    record Answer(Received received, long at) {}

    /** Begins to dial; whether it comes to anything shows when an answer is awaited. */
    static DataLine dial(DataChannel to, InstantSource clock) {
        var tls = LinkTls.client(to.key(), to.chain(), to.authority(), clock);
        // Retries of the transport would keep copies of what was sent.
        return new DataLine(NettyChannelBuilder.forAddress(to.host(), to.port())
                .sslContext(tls)
                .directExecutor()
                .disableRetry()
                .maxInboundMessageSize(MAX_ANSWER)
                .keepAliveTime(ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(ALIVE_ANSWER_SECONDS, TimeUnit.SECONDS)
                .build());
    }

    private DataLine(ManagedChannel channel) {
        this.channel = channel;
        requests = (ClientCallStreamObserver<DataUp>) DataGrpc.newStub(channel).upload(new Listener());
    }

    /** Whether what is sent now leaves at once. */
    boolean ready() {
        return requests.isReady();
    }

    /** Sends; what the line is not ready for, it keeps. */
    void send(DataUp message) {
        requests.onNext(message);
    }

    /** The next answer, if one is there. Answers come before the end. */
    Optional<Answer> answer() throws DataLineException {
        lock.lock();
        try {
            var next = answers.poll();
            if (next != null) {
                return Optional.of(next);
            }
        } finally {
            lock.unlock();
        }
        checkOpen();
        return Optional.empty();
    }

    private void checkOpen() throws DataLineException {
        Status why;
        lock.lock();
        try {
            why = ended;
        } finally {
            lock.unlock();
        }
        if (why != null) {
            String text = text(why);
            throw why.getCode() == Status.Code.INVALID_ARGUMENT ? DataLineException.refused(text) : DataLineException.ended(text);
        }
    }

    /** Waits until something has happened since the last call, or for {@code wait}. */
    void await(Duration wait) throws InterruptedException {
        long left = wait.toNanos();
        lock.lockInterruptibly();
        try {
            while (!news && left > 0) {
                left = changed.awaitNanos(left);
            }
            news = false;
        } finally {
            lock.unlock();
        }
    }

    /** Says goodbye: nothing more is sent. */
    void finish() {
        requests.onCompleted();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The transport's first line, and of the causes the one that says most: what is wrong with a certificate, or the innermost. */
    private static String text(Status status) {
        var text = new StringBuilder(status.getCode().name());
        if (status.getDescription() != null) {
            text.append(": ").append(status.getDescription().lines().findFirst().orElse(""));
        }
        @Nullable Throwable cause = status.getCause();
        while (cause != null && cause.getCause() != null && !(cause instanceof CertificateException)) {
            cause = cause.getCause();
        }
        if (cause != null && cause.getMessage() != null) {
            text.append(": ").append(cause.getMessage());
        }
        return text.toString();
    }

    /** Called by the transport, one call at a time. */
    private final class Listener implements ClientResponseObserver<DataUp, DataDown> {

        @Override
        public void beforeStart(ClientCallStreamObserver<DataUp> stream) {
            stream.setOnReadyHandler(() -> happened(null, null));
        }

        @Override
        public void onNext(DataDown answer) {
            var ranges = answer.getRangesList().stream().map(r -> new Range(r.getFrom(), r.getTo())).toList();
            happened(new Answer(new Received(answer.getEpoch(), ranges), System.nanoTime()), null);
        }

        @Override
        public void onError(Throwable cut) {
            happened(null, Status.fromThrowable(cut));
        }

        @Override
        public void onCompleted() {
            happened(null, Status.UNAVAILABLE.withDescription("the parent ended the stream"));
        }

        private void happened(@Nullable Answer answer, @Nullable Status end) {
            lock.lock();
            try {
                if (answer != null && answers.size() <= MAX_UNANSWERED) {
                    answers.add(answer);
                } else if (answer != null && ended == null) {
                    ended = Status.INTERNAL.withDescription("the parent answers more than it was asked");
                }
                if (end != null && ended == null) {
                    ended = end;
                }
                news = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
