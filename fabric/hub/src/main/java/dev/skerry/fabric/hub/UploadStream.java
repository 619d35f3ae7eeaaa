package dev.skerry.fabric.hub;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.google.protobuf.ByteString;
import dev.skerry.data.Ingest;
import dev.skerry.data.Ingest.MalformedChunkException;
import dev.skerry.data.Outbox.Chunk;
import dev.skerry.data.Outbox.Received;
import dev.skerry.fabric.link.wire.DataChunk;
import dev.skerry.fabric.link.wire.DataDown;
import dev.skerry.fabric.link.wire.DataUp;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * One site's stream: a hello, then chunks, each answered with all that has arrived. Calls come one at a time; while a chunk
 * is being stored the next one waits on the line, so that a slow store slows its sites and fills no memory.
 */
final class UploadStream implements StreamObserver<DataUp> {

    /** A chunk holds at least one batch, and a batch may be bigger than a frame. */
    static final int MAX_CHUNK = 32 << 20;

    private static final System.Logger LOG = System.getLogger(UploadStream.class.getName());
    private static final int LONGEST_EPOCH = 64;

    private final UploadPeer.Peer peer;
    private final Ingest ingest;
    private final InstantSource clock;
    private final ServerCallStreamObserver<DataDown> answers;
    private final Consumer<UploadStream> onClosed;

    /** Guards the answers: a newcomer ends this stream from its own thread. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean ended;
    private String epoch = "";
    private ByteString parts = ByteString.EMPTY;

    UploadStream(
            UploadPeer.Peer peer,
            Ingest ingest,
            InstantSource clock,
            ServerCallStreamObserver<DataDown> answers,
            Consumer<UploadStream> onClosed) {
        this.peer = peer;
        this.ingest = ingest;
        this.clock = clock;
        this.answers = answers;
        this.onClosed = onClosed;
        answers.setOnCancelHandler(() -> onClosed.accept(this));
    }

    String site() {
        return peer.site();
    }

    @Override
    public void onNext(DataUp message) {
        if (ended()) {
            return; // The rest of what was on the way.
        }
        try {
            if (clock.instant().isAfter(peer.until())) {
                end(Status.UNAUTHENTICATED.withDescription("certificate: expired at " + peer.until() + " (expected: a renewed one)"));
                return;
            }
            switch (message.getBodyCase()) {
                case HELLO -> hello(message.getHello().getEpoch());
                case CHUNK -> chunk(message.getChunk());
                case BODY_NOT_SET -> throw new MalformedChunkException("message: of an unknown kind (expected: hello, chunk)");
            }
        } catch (MalformedChunkException e) {
            LOG.log(WARNING, "site {0}: readings refused: {1}", site(), e.getMessage());
            end(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
        } catch (IOException | UncheckedIOException e) {
            LOG.log(WARNING, "site {0}: readings cannot be stored, it will try again: {1}", site(), e.getMessage());
            end(Status.UNAVAILABLE.withDescription("readings cannot be stored (expected: a later try)"));
        }
    }

    private void hello(String theirs) throws MalformedChunkException {
        if (!epoch.isEmpty() || theirs.isEmpty() || theirs.length() > LONGEST_EPOCH) {
            throw new MalformedChunkException("hello.epoch: " + theirs.length() + " characters (expected: one hello, with 1-" + LONGEST_EPOCH + ")");
        }
        epoch = theirs;
        var received = ingest.received(site(), epoch);
        LOG.log(INFO, "site {0}: uploads readings", site());
        answer(received);
    }

    private void chunk(DataChunk chunk) throws MalformedChunkException, IOException {
        if (epoch.isEmpty() || !chunk.getEpoch().equals(epoch)) {
            throw new MalformedChunkException("chunk.epoch: not that of the hello");
        }
        if (parts.size() + chunk.getPayload().size() > MAX_CHUNK) {
            throw new MalformedChunkException("chunk.payload: over " + MAX_CHUNK + " bytes");
        }
        parts = parts.concat(chunk.getPayload());
        if (chunk.getMore()) {
            return;
        }
        byte[] payload = parts.toByteArray();
        parts = ByteString.EMPTY;
        answer(ingest.accept(site(), new Chunk(epoch, chunk.getFrom(), chunk.getTo(), chunk.getReadings(), payload)));
    }

    private void answer(Received received) {
        var answer = DataDown.newBuilder().setEpoch(received.epoch());
        received.ranges().forEach(r -> answer.addRangesBuilder().setFrom(r.from()).setTo(r.to()));
        lock.lock();
        try {
            if (!ended) {
                answers.onNext(answer.build());
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream with a reason that the site is told; safe from any thread, and more than once. */
    void end(Status why) {
        onClosed.accept(this);
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                answers.onError(why.asException());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onError(Throwable cut) {
        onClosed.accept(this);
    }

    @Override
    public void onCompleted() {
        onClosed.accept(this);
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                answers.onCompleted();
            }
        } finally {
            lock.unlock();
        }
    }
}
