package dev.skerry.fabric.hub;

import dev.skerry.data.Ingest;
import dev.skerry.fabric.link.wire.DataDown;
import dev.skerry.fabric.link.wire.DataGrpc;
import dev.skerry.fabric.link.wire.DataUp;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Opens and counts the streams. A line that died without a word leaves a stream behind, so a site may have a few at once: they
 * cannot harm one another, since the store takes each reading once. The newcomer ends the oldest.
 */
final class UploadService extends DataGrpc.DataImplBase {

    private static final int STREAMS = 4_000;
    private static final int STREAMS_A_SITE = 3;

    private final Ingest ingest;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, ArrayDeque<UploadStream>> open = new HashMap<>();
    private int count;

    UploadService(Ingest ingest, InstantSource clock) {
        this.ingest = ingest;
        this.clock = clock;
    }

    @Override
    public StreamObserver<DataUp> upload(StreamObserver<DataDown> answers) {
        var stream = new UploadStream(UploadPeer.PEER.get(), ingest, clock, (ServerCallStreamObserver<DataDown>) answers, this::closed);
        @Nullable UploadStream oldest = null;
        lock.lock();
        try {
            var ofSite = open.getOrDefault(stream.site(), new ArrayDeque<>());
            if (ofSite.size() >= STREAMS_A_SITE) {
                oldest = ofSite.removeFirst();
                count--;
            } else if (count >= STREAMS) {
                stream.end(Status.RESOURCE_EXHAUSTED.withDescription("streams: " + count + " are open (expected: a later try)"));
                return stream;
            }
            ofSite.addLast(stream);
            open.put(stream.site(), ofSite);
            count++;
        } finally {
            lock.unlock();
        }
        if (oldest != null) {
            oldest.end(Status.ABORTED.withDescription("stream: the site has opened others"));
        }
        return stream;
    }

    int streams() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    private void closed(UploadStream stream) {
        lock.lock();
        try {
            var ofSite = open.get(stream.site());
            if (ofSite != null && ofSite.remove(stream)) {
                count--;
                if (ofSite.isEmpty()) {
                    open.remove(stream.site());
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
