package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.store.ObjectStore;
import dev.skerry.kube.store.ObjectStore.Change;
import dev.skerry.kube.store.ObjectStore.CompactedException;
import dev.skerry.kube.store.ObjectStore.WatchClosedException;
import dev.skerry.kube.schema.ProtobufWriter;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.ServerConnectionException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;

/** Streams changes, a JSON object a line, until the time is over or the reader has gone. */
final class Watches {

    private static final int MAX_WATCHES = 2_000;
    private static final Duration BOOKMARK_EVERY = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final int SHORTEST_SECONDS = 1_800;

    private final ObjectStore store;
    private final Lists lists;
    private final Tables tables;
    private final ResourceTypes types;
    private final SharedEvents events = new SharedEvents();
    private final Semaphore free = new Semaphore(MAX_WATCHES);
    private volatile boolean closed;

    Watches(ObjectStore store, Lists lists, Tables tables, ResourceTypes types) {
        this.store = store;
        this.lists = lists;
        this.tables = tables;
        this.types = types;
    }

    void close() {
        closed = true;
    }

    void serve(Call call) throws Failure {
        if (call.request().headers().first(HeaderNames.UPGRADE).orElse("").equalsIgnoreCase("websocket")) {
            // Clients that try a websocket first watch by plain HTTP after this answer.
            call.response().header("Connection", "close").status(Status.OK_200).send();
            return;
        }
        var selector = Selector.parse(call.query("labelSelector"), call.query("fieldSelector"), call.type());
        if (!call.target().name().isEmpty()) {
            throw Failure.method();
        }
        var seconds = Lists.number(call.query("timeoutSeconds"), "timeoutSeconds");
        var end = System.nanoTime() + Duration.ofSeconds(seconds > 0 ? seconds : SHORTEST_SECONDS + ThreadLocalRandom.current().nextInt(SHORTEST_SECONDS)).toNanos();
        var asked = call.query("resourceVersion");
        if (!Lists.digits(asked)) {
            throw Failure.internalPlain("resourceVersion: Invalid value: \"" + asked + "\": strconv.ParseUint: parsing \"" + asked + "\": invalid syntax");
        }
        var version = asked.isEmpty() ? 0 : Long.parseLong(asked);
        var initial = call.flag("sendInitialEvents");
        if (!free.tryAcquire()) {
            throw Failure.busy("too many watches: " + MAX_WATCHES + " are open (expected: fewer)");
        }
        try {
            var startless = call.query("sendInitialEvents").equals("false");
            Lists.Page start = initial || version == 0 && !startless ? lists.list(call.withoutPaging()) : null;
            var after = start != null ? start.revision() : version == 0 ? store.revision() : version;
            var form = Form.find(call.accept(), !call.type().custom());
            var protobuf = form != null && form.media().equals(Bodies.PROTOBUF);
            call.response().header(HeaderNames.CONTENT_TYPE, protobuf ? Bodies.PROTOBUF + ";stream=watch" : Form.JSON);
            call.response().header("Cache-Control", "no-cache, private");
            try (var open = call.response().sink(EventStream.TYPE)) {
                var out = open.out();
                var stream = new Stream(call, out, selector, protobuf);
                try (var watcher = store.watch(Lists.prefix(call.target()), after)) {
                    if (start != null) {
                        for (var object : start.items()) {
                            stream.event("ADDED", object);
                        }
                        if (initial) {
                            stream.bookmark(start.revision(), true);
                        }
                    }
                    out.flush();
                    pump(call, stream, watcher, end);
                } catch (CompactedException e) {
                    stream.error(Failure.expired("too old resource version: " + after + " (" + e.oldest() + ")"));
                } catch (WatchClosedException e) {
                    stream.error(Failure.expired("the watch " + e.getMessage()));
                }
            } catch (IOException | UncheckedIOException | ServerConnectionException e) {
                // The reader has gone: that is how most watches end.
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            free.release();
        }
    }

    private void pump(Call call, Stream stream, ObjectStore.Watcher watcher, long end) throws InterruptedException, WatchClosedException, IOException {
        var bookmarks = call.flag("allowWatchBookmarks");
        var nextBookmark = System.nanoTime() + BOOKMARK_EVERY.toNanos();
        while (!closed && types.serves(call.type())) {
            var left = end - System.nanoTime();
            if (left <= 0) {
                if (bookmarks) {
                    stream.bookmark(watcher.progress(), false);
                }
                return;
            }
            var change = watcher.next(LOOK.toNanos() < left ? LOOK : Duration.ofNanos(left));
            while (change.isPresent()) {
                stream.change(change.get());
                change = watcher.next(Duration.ZERO);
            }
            if (bookmarks && System.nanoTime() > nextBookmark) {
                stream.bookmark(watcher.progress(), false);
                nextBookmark = System.nanoTime() + BOOKMARK_EVERY.toNanos();
            }
            stream.flush();
        }
    }

    /** Writes one watch's events. */
    private final class Stream {

        private final Call call;
        private final OutputStream out;
        private final Selector selector;
        /** An event's object cannot be shown as a list: as upstream, nothing comes. */
        private final boolean unshowable;
        private final boolean protobuf;
        /** The bytes of the store can go out as they are. */
        private final boolean plain;
        private boolean dirty;
        private boolean first = true;

        Stream(Call call, OutputStream out, Selector selector, boolean protobuf) {
            this.protobuf = protobuf;
            this.call = call;
            this.out = out;
            this.selector = selector;
            var form = Form.find(call.accept());
            this.plain = call.type().shownAsStored() && Tables.plain(call);
            this.unshowable = form != null && form.as().equals("PartialObjectMetadataList");
        }

        /** What the change means to this watcher: an object may come into its selection or leave it. */
        void change(Change change) throws IOException {
            if (call.type().shownAsStored()) {
                shared(events.of(change), change);
                return;
            }
            var object = call.type().read(change.entry().value());
            var before = change.previous().map(p -> call.type().read(p.value())).filter(selector).isPresent();
            var now = change.type() != Change.Type.DELETED && selector.test(object);
            var type = now ? Optional.of(before ? "MODIFIED" : "ADDED") : before ? Optional.of("DELETED") : Optional.<String>empty();
            if (type.isPresent()) {
                event(type.get(), object);
            }
        }

        private void shared(SharedEvents.Event event, Change change) throws IOException {
            var gone = change.type() == Change.Type.DELETED;
            String type;
            if (selector.everything()) {
                type = gone ? "DELETED" : change.previous().isPresent() ? "MODIFIED" : "ADDED";
            } else {
                var was = event.previous();
                var before = was != null && selector.test(was);
                var now = !gone && selector.test(event.object());
                if (!before && !now) {
                    return;
                }
                type = now ? before ? "MODIFIED" : "ADDED" : "DELETED";
            }
            if (plain) {
                out.write(event.line(type));
                dirty = true;
                first = false;
            } else {
                event(type, event.object());
            }
        }

        void event(String type, ObjectNode object) throws IOException {
            if (unshowable) {
                return;
            }
            write(type, tables.render(call, object, first));
            first = false;
        }

        void bookmark(long revision, boolean initialEnd) throws IOException {
            var object = JsonNodeFactory.instance.objectNode();
            object.put("kind", call.type().kind()).put("apiVersion", call.type().gvk().apiVersion());
            var metadata = object.putObject("metadata").put("resourceVersion", Long.toString(revision));
            if (initialEnd) {
                metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
            }
            write("BOOKMARK", tables.render(call, object, false));
        }

        void error(Failure failure) throws IOException {
            write("ERROR", failure.status());
            flush();
        }

        private void write(String type, JsonNode object) throws IOException {
            var frame = protobuf ? ProtobufWriter.event(type, object) : Optional.<byte[]>empty();
            if (frame.isPresent()) {
                out.write(frame.get());
            } else {
                var event = JsonNodeFactory.instance.objectNode();
                event.put("type", type).set("object", object);
                out.write(Bodies.ascii(Bodies.write(event)));
                out.write('\n');
            }
            dirty = true;
        }

        void flush() throws IOException {
            if (dirty) {
                out.flush();
                dirty = false;
            }
        }
    }
}
