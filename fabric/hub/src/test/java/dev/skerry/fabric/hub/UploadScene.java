package dev.skerry.fabric.hub;

import dev.skerry.data.Batch;
import dev.skerry.data.BatchBuilder;
import dev.skerry.data.DurableLog;
import dev.skerry.data.Field;
import dev.skerry.data.History;
import dev.skerry.data.Ingest;
import dev.skerry.data.IngestStore;
import dev.skerry.data.LogSettings;
import dev.skerry.data.Outbox.Chunk;
import dev.skerry.data.Outbox.Received;
import dev.skerry.data.SeriesKey;
import dev.skerry.data.StreamSchema;
import dev.skerry.data.ValueType;
import dev.skerry.fabric.spoke.DataChannel;
import dev.skerry.fabric.spoke.Uploader;
import dev.skerry.fabric.spoke.UploaderConfig;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.testkit.FaultProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A site's log and uploader, a bad line, and a parent's server and store; all real, in one folder, on the loopback. */
final class UploadScene implements AutoCloseable {

    static final String SITE = "toll-1";
    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    static final int READINGS_A_ROW = 2;

    private static final InstantSource CLOCK = InstantSource.system();
    private static final StreamSchema PUMPS = new StreamSchema(
            "default", "pump", List.of(new Field("count", ValueType.INTEGER, ""), new Field("note", ValueType.STRING, "")));

    final List<String> notices = new CopyOnWriteArrayList<>();
    final CertificateAuthority authority;
    final IngestStore store;
    final DurableLog log;
    final FaultProxy line;

    /** Stands before the store; tests change it. */
    volatile Acceptor acceptor;

    private final Path folder;
    private UploadServer server;

    interface Acceptor {
        Received accept(Chunk chunk) throws IOException, Ingest.MalformedChunkException;
    }

    UploadScene(Path folder, LogSettings settings) throws IOException {
        this.folder = folder;
        authority = CertificateAuthority.loadOrCreate(folder.resolve("pki"), "test", CLOCK);
        store = IngestStore.open(folder.resolve("parent"));
        acceptor = chunk -> store.accept(SITE, chunk);
        server = serve();
        line = FaultProxy.to(server.port());
        log = DurableLog.open(folder.resolve("site"), settings, CLOCK);
    }

    static LogSettings settings() {
        return LogSettings.defaults().withSegmentBytes(64 << 10).withSync(Duration.ofMillis(2), 1 << 20);
    }

    private UploadServer serve() throws IOException {
        return UploadServer.start(new UploadServerConfig(authority, "127.0.0.1", 0, List.of(), new Ingest() {
            @Override
            public Received received(String site, String epoch) {
                return store.received(site, epoch);
            }

            @Override
            public Received accept(String site, Chunk chunk) throws IOException, MalformedChunkException {
                return acceptor.accept(chunk);
            }

            @Override
            public Counts counts(String site) {
                return store.counts(site);
            }
        }, CLOCK));
    }

    /** The parent's server ends, in the middle of whatever it does, and another one begins. */
    void restartParent() throws IOException {
        server.close();
        server = serve();
        line.redirect(server.port());
    }

    UploadServer server() {
        return server;
    }

    UploaderConfig config() {
        return UploaderConfig.of(log, 0.8, CLOCK)
                .withRetry(Duration.ofMillis(5), Duration.ofMillis(100))
                .withNotices(notices::add);
    }

    Uploader uploader(UploaderConfig config) {
        var uploader = Uploader.start(config);
        uploader.channel(channel(line.port()));
        return uploader;
    }

    /** With a certificate of its own. */
    DataChannel channel(int port) {
        var keys = Keys.generate();
        var certificate = authority.issue(
                keys.getPublic(),
                CertificateRequest.client(SITE, List.of(), Duration.ofDays(1)).withUris(List.of("spiffe://test.skerry/site/" + SITE)));
        return new DataChannel("127.0.0.1", port, keys.getPrivate(), List.of(certificate), authority.certificate(), SITE);
    }

    /** One row of each device; the n-th of its life. */
    static Batch batch(int n, String note, String... devices) {
        var builder = new BatchBuilder(PUMPS);
        for (String device : devices) {
            builder.row(device, BEGIN.getEpochSecond() * 1_000_000L + n * 1_000_000L).put(0, (long) n).put(1, note);
        }
        return builder.build();
    }

    /** Appends and waits for the disk. */
    static void append(DurableLog log, int from, int to, String note, String... devices) throws InterruptedException {
        long end = 0;
        for (int n = from; n < to; n++) {
            end = log.append(batch(n, note, devices));
        }
        if (!log.awaitDurable(end, Duration.ofSeconds(60))) {
            throw new AssertionError("the log does not take its readings");
        }
    }

    /** What the parent has of a device, in order of sequence. */
    List<Long> counts(String device) {
        return store
                .range(new SeriesKey(SITE, "default", device, "count"), BEGIN, BEGIN.plus(Duration.ofDays(300)), Integer.MAX_VALUE)
                .stream()
                .map(p -> (Long) p.value())
                .toList();
    }

    List<Long> sequences(String device) {
        var found = new ArrayList<Long>();
        for (History.Point point : store.range(
                new SeriesKey(SITE, "default", device, "count"), BEGIN, BEGIN.plus(Duration.ofDays(300)), Integer.MAX_VALUE)) {
            found.add(point.sequence());
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        try {
            line.close();
        } finally {
            server.close();
            log.close();
            store.close();
        }
    }
}
