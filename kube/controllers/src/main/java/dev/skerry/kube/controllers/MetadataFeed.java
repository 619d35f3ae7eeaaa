package dev.skerry.kube.controllers;

import static java.lang.System.Logger.Level.DEBUG;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells all objects of one kind, and then what becomes of them, on a thread of its own; begins anew when the server ends it. */
final class MetadataFeed implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(MetadataFeed.class.getName());
    private static final long FIRST_WAIT_MILLIS = 100;
    private static final long LAST_WAIT_MILLIS = 30_000;
    private static final Duration CLOSING = Duration.ofSeconds(5);

    /** Hears of one kind, on one thread. */
    interface Listener {
        /** These are all. */
        void all(Kind kind, List<Held> objects);

        void changed(Held object);

        void gone(Held object);
    }

    private final MetadataApi api;
    private final Kind kind;
    private final Listener listener;
    private final CountDownLatch first = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable Closeable stream;
    private volatile boolean closed;

    MetadataFeed(MetadataApi api, Kind kind, Listener listener) {
        this.api = api;
        this.kind = kind;
        this.listener = listener;
        this.thread = Thread.ofVirtual().name("owners-" + kind.resource()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Waits until all have been told once. @return false if that takes longer */
    boolean awaitFirst(Duration patience) throws InterruptedException {
        return first.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void run() {
        var wait = FIRST_WAIT_MILLIS;
        while (!closed) {
            try {
                var page = api.list(kind);
                listener.all(kind, page.items().stream().map(m -> Held.of(kind, m)).toList());
                first.countDown();
                wait = FIRST_WAIT_MILLIS;
                follow(page.revision());
            } catch (IOException | KubernetesClientException e) {
                LOG.log(DEBUG, "{0}: {1} (next in {2} ms)", kind.resource(), e.getMessage(), wait);
            } catch (InterruptedException e) {
                return;
            }
            try {
                if (!closed) {
                    Thread.sleep(wait);
                }
            } catch (InterruptedException e) {
                return;
            }
            wait = Math.min(LAST_WAIT_MILLIS, wait * 2);
        }
    }

    /** Follows from one watch to the next, until the server asks for a new list. */
    private void follow(String from) throws IOException, InterruptedException {
        var revision = from;
        while (!closed) {
            var before = revision;
            try (var in = api.watch(kind, revision); var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                stream = in;
                for (var line = lines.readLine(); line != null && !closed; line = lines.readLine()) {
                    var event = api.parse(line);
                    var metadata = event.path("object").path("metadata");
                    var type = event.path("type").asText();
                    if (type.equals("ERROR")) {
                        return;
                    }
                    revision = metadata.path("resourceVersion").asText(revision);
                    if (type.equals("DELETED")) {
                        listener.gone(Held.of(kind, metadata));
                    } else if (!type.equals("BOOKMARK")) {
                        listener.changed(Held.of(kind, metadata));
                    }
                }
            }
            if (before.equals(revision)) {
                // One that ends at once, and tells nothing, is not asked again and again.
                Thread.sleep(FIRST_WAIT_MILLIS);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            var open = stream;
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            LOG.log(DEBUG, "{0}: {1}", kind.resource(), e.getMessage());
        }
        thread.interrupt();
        try {
            thread.join(CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
