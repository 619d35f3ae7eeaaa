package dev.skerry.bench;

import dev.skerry.data.BatchBuilder;
import dev.skerry.data.DurableLog;
import dev.skerry.data.Field;
import dev.skerry.data.IngestStore;
import dev.skerry.data.LogSettings;
import dev.skerry.data.StreamSchema;
import dev.skerry.data.ValueType;
import dev.skerry.fabric.hub.UploadServer;
import dev.skerry.fabric.hub.UploadServerConfig;
import dev.skerry.fabric.link.SiteIdentity;
import dev.skerry.fabric.spoke.DataChannel;
import dev.skerry.fabric.spoke.Uploader;
import dev.skerry.fabric.spoke.UploaderConfig;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How fast a backlog reaches the parent: a durable log on disk, the uploader, the data channel over mutual TLS, the parent's store with
 * every chunk committed. From the dial to the last acknowledgement; both ends in this process.
 */
final class Drain {

    private static final String SITE = "bench";
    private static final StreamSchema PUMP = new StreamSchema("default", "pump", List.of(
            new Field("pressure", ValueType.FLOAT, "bar"), new Field("flow", ValueType.FLOAT, "m3/h"),
            new Field("turns", ValueType.INTEGER, "/min"), new Field("runs", ValueType.BOOLEAN, "")));
    private static final int DEVICES = 50;
    private static final double LIVE_SHARE = 0.8;
    private static final int SYNC_EVERY = 10_000;
    private static final Duration MOST = Duration.ofSeconds(40);
    private static final Duration DISK = Duration.ofSeconds(30);

    private Drain() {}

    /** @param readings a multiple of four */
    static void measure(Path folder, int readings, Figures figures) throws IOException, InterruptedException {
        var clock = InstantSource.system();
        var authority = CertificateAuthority.loadOrCreate(folder.resolve("pki"), "skerry-bench", clock);
        try (var log = DurableLog.open(folder.resolve("log"), LogSettings.defaults(), clock);
                var ingest = IngestStore.open(folder.resolve("readings"));
                var server = UploadServer.start(new UploadServerConfig(authority, "127.0.0.1", 0, List.of("127.0.0.1"), ingest, clock));
                var uploader = Uploader.start(UploaderConfig.of(log, LIVE_SHARE, clock))) {
            fill(log, readings / PUMP.fields().size());
            var began = System.nanoTime();
            uploader.channel(channel(authority, server.port()));
            awaitAll(uploader, began + MOST.toNanos());
            var seconds = (System.nanoTime() - began) / 1e9;
            var counts = ingest.counts(SITE);
            if (counts.stored() != readings || counts.missing() != 0) {
                throw new IOException("readings: " + counts + " (expected: " + readings + " stored, none missing)");
            }
            figures.add("drainPerSecond", Math.rint(readings / seconds), "1/s");
            figures.add("drainReadings", readings, "readings");
        }
    }

    /** One row a batch, as a device's line publishes. */
    private static void fill(DurableLog log, int rows) throws IOException, InterruptedException {
        var batch = new BatchBuilder(PUMP);
        var first = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) - rows * 1_000L;
        long end = 0;
        for (int row = 0; row < rows; row++) {
            end = log.append(batch.row("pump-" + row % DEVICES, first + row * 1_000L)
                    .put(0, 4 + Math.sin(row / 500.0))
                    .put(1, 120.5 + row % 97)
                    .put(2, 1_450L + row % 7)
                    .put(3, row % 1_000 != 0)
                    .build());
            if ((row + 1) % SYNC_EVERY == 0 || row == rows - 1) {
                if (!log.awaitDurable(end, DISK)) {
                    throw new IOException("log: row " + row + " is not on disk after " + DISK.toSeconds() + "s");
                }
            }
        }
    }

    private static void awaitAll(Uploader uploader, long until) throws IOException, InterruptedException {
        for (var state = uploader.state(); state.behind() > 0 || state.readings() == 0; state = uploader.state()) {
            if (System.nanoTime() - until > 0) {
                throw new IOException("backlog: not at the parent in " + MOST.toSeconds() + "s (" + state + ")");
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private static DataChannel channel(CertificateAuthority authority, int port) {
        var keys = Keys.generate();
        var certificate = authority.issue(keys.getPublic(), CertificateRequest.client(SITE, List.of(), Duration.ofDays(1))
                .withUris(List.of(new SiteIdentity("bench.skerry", SITE).uri())));
        return new DataChannel("127.0.0.1", port, keys.getPrivate(), List.of(certificate, authority.certificate()), authority.certificate(), SITE);
    }
}
