package dev.skerry.kube.controllers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The feeds of all kinds that have objects. Most kinds of a site have none: those are only asked now and then whether that is still so,
 * for a watch costs memory on both of its ends.
 */
final class KindFeeds implements AutoCloseable {

    private static final Duration FIRST_STATE = Duration.ofSeconds(30);

    /** Hears of all kinds, each on a thread of its own. */
    interface Listener {
        /** These are all of the kind. */
        void all(Kind kind, List<Held> objects);

        void changed(Held object);

        void gone(Held object);
    }

    private final Writer writer;
    private final MetadataApi api;
    private final Listener listener;
    private final Map<Kind, Feed<Held>> feeds = new HashMap<>();
    private final Map<String, Kind> known = new ConcurrentHashMap<>();
    private boolean closed;

    KindFeeds(Writer writer, MetadataApi api, Listener listener) {
        this.writer = writer;
        this.api = api;
        this.listener = listener;
    }

    /** Whether its objects define other kinds. */
    static boolean definitions(Kind kind) {
        return kind.plural().equals("customresourcedefinitions") && kind.group().equals("apiextensions.k8s.io");
    }

    /** The kind that an owner reference means; its version does not matter. */
    Optional<Kind> find(String group, String kind) {
        return Optional.ofNullable(known.get(group + "/" + kind));
    }

    /** Learns which kinds there are by now, and then does as {@code wake}. */
    void survey() throws InterruptedException {
        var served = Kind.discover(writer.client());
        known.keySet().retainAll(served.stream().map(KindFeeds::key).toList());
        served.forEach(k -> known.put(key(k), k));
        var gone = new ArrayList<Feed<Held>>();
        synchronized (this) {
            for (var kind : Set.copyOf(feeds.keySet())) {
                if (!served.contains(kind)) {
                    gone.add(feeds.remove(kind));
                }
            }
        }
        gone.forEach(Feed::close);
        wake();
    }

    /** Begins to follow the kinds that have objects now; returns when all that are there have been told. */
    void wake() throws InterruptedException {
        var started = new ArrayList<Feed<Held>>();
        for (var kind : sleeping()) {
            if (definitions(kind) || api.any(kind)) {
                follow(kind).ifPresent(started::add);
            }
        }
        for (var feed : started) {
            feed.awaitFirst(FIRST_STATE);
        }
    }

    private synchronized List<Kind> sleeping() {
        return known.values().stream().filter(k -> !feeds.containsKey(k) && followable(k)).toList();
    }

    /** Follows the kind from now on. @return its feed, if that is new */
    synchronized Optional<Feed<Held>> follow(Kind kind) {
        if (closed || feeds.containsKey(kind) || !followable(kind)) {
            return Optional.empty();
        }
        var feed = api.feed(kind, new Ear(kind));
        feeds.put(kind, feed);
        feed.start();
        return Optional.of(feed);
    }

    /** Nobody owns by events, and they are many. */
    private static boolean followable(Kind kind) {
        return kind.verbs().contains("watch") && !kind.resource().equals("events");
    }

    private static String key(Kind kind) {
        return kind.group() + "/" + kind.kind();
    }

    @Override
    public void close() {
        List<Feed<Held>> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(feeds.values());
            feeds.clear();
        }
        all.forEach(Feed::close);
    }

    /** Passes on what is told of one kind. */
    private final class Ear implements Feed.Listener<Held> {

        private final Kind kind;

        Ear(Kind kind) {
            this.kind = kind;
        }

        @Override
        public void all(List<Held> objects, String revision) {
            listener.all(kind, objects);
        }

        @Override
        public void changed(Held object) {
            listener.changed(object);
        }

        @Override
        public void gone(Held object) {
            listener.gone(object);
        }

        @Override
        public void reached(String revision) {}
    }
}
