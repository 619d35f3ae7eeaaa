package dev.skerry.kube.controllers;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.Closeable;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells all objects of one kind, and then what becomes of them, on a thread of its own; goes on where it was when the server ends a watch, and begins anew
 * when that is not possible.
 *
 * @param <T> what is made of an object
 */
final class Feed<T> implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Feed.class.getName());
    private static final int PAGE = 500;
    private static final long FIRST_WAIT_MILLIS = 100;
    private static final long LAST_WAIT_MILLIS = 30_000;
    private static final Duration CLOSING = Duration.ofSeconds(5);

    /** Hears of one kind, on one thread, in order. */
    interface Listener<T> {
        /** These are all, at this revision. */
        void all(List<T> objects, String revision);

        void changed(T object);

        void gone(T object);

        /** Nothing more has happened up to this revision. */
        void reached(String revision);
    }

    /** Makes of an object what is wanted of it. */
    interface Reader<T> {
        T read(Slice object) throws IOException;
    }

    private final RawApi api;
    private final String path;
    private final RawApi.Form form;
    private final Reader<T> reader;
    private final Listener<T> listener;
    private final CountDownLatch first = new CountDownLatch(1);
    private final Thread thread;
    private volatile String problem = "";
    private volatile @Nullable Closeable stream;
    private volatile boolean closed;

    /** @param path of the objects; with a query that chooses among them, or without */
    Feed(RawApi api, String path, RawApi.Form form, Reader<T> reader, Listener<T> listener) {
        this.api = api;
        this.path = path.indexOf('?') < 0 ? path + "?" : path + "&";
        this.form = form;
        this.reader = reader;
        this.listener = listener;
        this.thread = Thread.ofVirtual().name("feed " + path).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Waits until all have been told once. @return false if that takes longer */
    boolean awaitFirst(Duration patience) throws InterruptedException {
        return first.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Why nothing has been told yet, as far as known. */
    String problem() {
        return path + " " + (problem.isEmpty() ? "no answer" : problem);
    }

    private void run() {
        var wait = FIRST_WAIT_MILLIS;
        while (!closed) {
            try {
                var revision = list();
                first.countDown();
                wait = FIRST_WAIT_MILLIS;
                follow(revision);
            } catch (IOException | KubernetesClientException e) {
                problem = String.valueOf(e.getMessage());
                LOG.log(DEBUG, "{0} {1} (next in {2} ms)", path, problem, wait);
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

    /** Tells all. @return the revision at which they were so */
    private String list() throws IOException, InterruptedException {
        var all = new ArrayList<T>();
        var from = "";
        while (true) {
            var page = Slice.page(api.list(path + "limit=" + PAGE + from, form));
            for (var item : page.items()) {
                var object = read(item);
                if (object != null) {
                    all.add(object);
                }
            }
            if (page.next().isEmpty()) {
                listener.all(all, page.revision());
                return page.revision();
            }
            from = "&continue=" + URLEncoder.encode(page.next(), StandardCharsets.UTF_8);
        }
    }

    /** One that cannot be read is as if it were not there: the others count. */
    private @Nullable T read(Slice object) {
        try {
            return reader.read(object);
        } catch (IOException | RuntimeException e) {
            LOG.log(WARNING, "{0} an object of revision {1} cannot be read: {2}", path, object.revision(), e.getMessage());
            return null;
        }
    }

    /** Follows from one watch to the next, until the server asks for a new list. */
    private void follow(String from) throws IOException, InterruptedException {
        var revision = from;
        while (!closed) {
            var before = revision;
            try (var in = api.watch(path + "watch=true&allowWatchBookmarks=true&resourceVersion=" + revision, form)) {
                stream = in;
                var lines = new Lines(in);
                for (var line = lines.next(); line != null && !closed; line = lines.next()) {
                    var event = Slice.event(line);
                    if (event.type().equals("ERROR")) {
                        return;
                    }
                    revision = event.object().revision().isEmpty() ? revision : event.object().revision();
                    tell(event);
                }
            }
            if (before.equals(revision)) {
                // One that ends at once, and tells nothing, is not asked again and again.
                Thread.sleep(FIRST_WAIT_MILLIS);
            }
        }
    }

    private void tell(Slice.Event event) {
        if (event.type().equals("BOOKMARK")) {
            listener.reached(event.object().revision());
            return;
        }
        var object = read(event.object());
        if (object == null) {
            return;
        }
        if (event.type().equals("DELETED")) {
            listener.gone(object);
        } else {
            listener.changed(object);
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
            LOG.log(DEBUG, "{0} {1}", path, e.getMessage());
        }
        thread.interrupt();
        try {
            thread.join(CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
