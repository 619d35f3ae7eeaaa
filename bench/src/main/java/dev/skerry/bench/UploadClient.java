package dev.skerry.bench;

import com.google.protobuf.UnsafeByteOperations;
import dev.skerry.data.DurableLog;
import dev.skerry.data.Outbox.Range;
import dev.skerry.data.Outbox.Received;
import dev.skerry.fabric.link.wire.DataChunk;
import dev.skerry.fabric.link.wire.DataDown;
import dev.skerry.fabric.link.wire.DataGrpc;
import dev.skerry.fabric.link.wire.DataHello;
import dev.skerry.fabric.link.wire.DataUp;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A plain site's end of the data channel: sends a log from its beginning in chunks of one frame, a few of them unanswered at a time, and
 * keeps what the parent has answered.
 */
final class UploadClient implements StreamObserver<DataDown>, AutoCloseable {

    private static final int CHUNK_BYTES = 512 * 1024;
    private static final int UNANSWERED = 4;

    private final DurableLog log;
    private final ManagedChannel channel;
    private final Semaphore turns = new Semaphore(UNANSWERED);
    private final AtomicReference<@Nullable Throwable> cut = new AtomicReference<>();

    UploadClient(DurableLog log, int port, SslContext tls) {
        this.log = log;
        channel = NettyChannelBuilder.forAddress("127.0.0.1", port).sslContext(tls).build();
    }

    /** Sends all that is durable now; returns when the parent has answered that it holds it. */
    void drain(Duration most) throws IOException, InterruptedException {
        var until = System.nanoTime() + most.toNanos();
        var end = log.end();
        var up = DataGrpc.newStub(channel).upload(this);
        take(until, 1); // The hello is answered too.
        up.onNext(DataUp.newBuilder().setHello(DataHello.newBuilder().setEpoch(log.epoch())).build());
        long position = 0;
        while (position < end) {
            var chunk = log.read(position, CHUNK_BYTES, Duration.ZERO).orElseThrow(() -> new IOException("log: ends before " + end));
            take(until, 1);
            up.onNext(DataUp.newBuilder()
                    .setChunk(DataChunk.newBuilder()
                            .setEpoch(chunk.epoch())
                            .setFrom(chunk.from())
                            .setTo(chunk.to())
                            .setReadings(chunk.readings())
                            .setPayload(UnsafeByteOperations.unsafeWrap(chunk.payload())))
                    .build());
            position = chunk.to();
        }
        take(until, UNANSWERED);
        up.onCompleted();
        var all = log.acknowledged().ranges();
        if (!all.equals(java.util.List.of(new Range(0, position)))) {
            throw new IOException("data channel: the parent holds " + all + " (expected: all before " + position + ")");
        }
    }

    private void take(long until, int count) throws IOException, InterruptedException {
        var taken = turns.tryAcquire(count, until - System.nanoTime(), TimeUnit.NANOSECONDS);
        var why = cut.get();
        if (why != null) {
            throw new IOException("data channel: cut: " + why.getMessage(), why);
        }
        if (!taken) {
            throw new IOException("data channel: not answered in time (it holds " + Optional.of(log.acknowledged()) + ")");
        }
    }

    @Override
    public void onNext(DataDown answer) {
        try {
            log.acknowledge(new Received(
                    answer.getEpoch(),
                    answer.getRangesList().stream().map(r -> new Range(r.getFrom(), r.getTo())).toList()));
            turns.release();
        } catch (IOException e) {
            onError(e);
        }
    }

    @Override
    public void onError(Throwable why) {
        cut.compareAndSet(null, why);
        turns.release(UNANSWERED);
    }

    @Override
    public void onCompleted() {}

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
}
