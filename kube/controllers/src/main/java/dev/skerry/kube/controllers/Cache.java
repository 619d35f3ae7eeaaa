package dev.skerry.kube.controllers;

import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All objects of one kind as the API has told them, shared by the controllers. They are read only, and lack {@code managedFields}:
 * who writes one back sends a patch. A key is {@code namespace/name}, or the name alone. While the API is away the last state stands.
 */
final class Cache<T extends HasMetadata> implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Cache.class.getName());

    /** Is told what has come, changed or gone. */
    private interface Look<T> {
        /** One of the two is there, or both. */
        void at(@Nullable T before, @Nullable T now);
    }

    /** @param before null for what is new */
    private record Change<T>(@Nullable T before, T now) {}

    private final Map<String, T> items = new ConcurrentHashMap<>();
    private final Map<String, Map<String, T>> byNamespace = new ConcurrentHashMap<>();
    private final Map<String, Map<String, T>> byController = new ConcurrentHashMap<>();
    private final List<Look<T>> looks = new CopyOnWriteArrayList<>();
    private final Feed<T> feed;
    private volatile long seen;

    /**
     * A cache that does not yet listen.
     *
     * @param path of the objects, with a query that chooses among them or without
     * @param type loaded and understood when the first object comes: many a site has none of most kinds
     */
    Cache(RawApi api, String path, Class<T> type) {
        this.feed = new Feed<>(api, path, RawApi.Form.WHOLE, object -> api.client().getKubernetesSerialization().unmarshal(object.stream(), type), new Ear());
    }

    /** Begins to listen. */
    void start() {
        feed.start();
    }

    /** Waits for the first state. @throws IllegalStateException if it does not come in time */
    void awaitFirst(Duration patience) throws InterruptedException {
        if (!feed.awaitFirst(patience)) {
            throw new IllegalStateException(feed.problem());
        }
    }

    /** Calls with every version that comes, and with the one it replaces. */
    void onChange(Consumer<T> look) {
        looks.add((before, now) -> {
            if (before != null) {
                look.accept(before);
            }
            if (now != null) {
                look.accept(now);
            }
        });
    }

    /** Calls with what comes and goes, and with what has changed unless it is the same to the listener. */
    void onChanged(BiPredicate<T, T> same, Consumer<T> look) {
        looks.add((before, now) -> {
            if (now == null) {
                if (before != null) {
                    look.accept(before);
                }
            } else if (before == null || !same.test(before, now)) {
                look.accept(now);
            }
        });
    }

    Optional<T> find(String key) {
        return Optional.ofNullable(items.get(key));
    }

    List<T> all() {
        return new ArrayList<>(items.values());
    }

    List<T> inNamespace(String namespace) {
        return new ArrayList<>(byNamespace.getOrDefault(namespace, Map.of()).values());
    }

    /** Those which the object of this UID controls. */
    List<T> controlledBy(String uid) {
        return new ArrayList<>(byController.getOrDefault(uid, Map.of()).values());
    }

    /** Whether what was written at this revision has come back here. */
    boolean hasSeen(long revision) {
        return seen >= revision;
    }

    static Optional<OwnerReference> controllerOf(HasMetadata object) {
        for (var owner : object.getMetadata().getOwnerReferences()) {
            if (Boolean.TRUE.equals(owner.getController())) {
                return Optional.of(owner);
            }
        }
        return Optional.empty();
    }

    static String key(HasMetadata object) {
        return key(namespace(object), object.getMetadata().getName());
    }

    static String key(String namespace, String name) {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }

    static String namespace(HasMetadata object) {
        @Nullable String namespace = object.getMetadata().getNamespace();
        return namespace == null ? "" : namespace;
    }

    /** Whether the object has been asked to go. */
    static boolean leaving(HasMetadata object) {
        return object.getMetadata().getDeletionTimestamp() != null;
    }

    @Override
    public void close() {
        feed.close();
    }

    /** Hears what the API tells; the only one that changes anything here. */
    private final class Ear implements Feed.Listener<T> {

        @Override
        public void all(List<T> objects, String revision) {
            var gone = new HashMap<>(items);
            var came = new ArrayList<Change<T>>();
            for (var object : objects) {
                var before = gone.remove(key(object));
                if (before == null || !before.getMetadata().getResourceVersion().equals(object.getMetadata().getResourceVersion())) {
                    came.add(new Change<>(put(object), object));
                }
            }
            gone.values().forEach(this::remove);
            // Only now: in a list the newest is not the last.
            reached(revision);
            came.forEach(c -> tell(c.before, c.now));
            gone.values().forEach(o -> tell(o, null));
        }

        @Override
        public void changed(T object) {
            var before = put(object);
            reached(object.getMetadata().getResourceVersion());
            tell(before, object);
        }

        @Override
        public void gone(T object) {
            remove(object);
            reached(object.getMetadata().getResourceVersion());
            tell(object, null);
        }

        /** @return the one that was there */
        private @Nullable T put(T object) {
            var key = key(object);
            var before = items.put(key, object);
            if (before != null && !controller(before).equals(controller(object))) {
                unlink(byController, controller(before), key);
            }
            link(byNamespace, namespace(object), key, object);
            if (!controller(object).isEmpty()) {
                link(byController, controller(object), key, object);
            }
            return before;
        }

        private void remove(T object) {
            var key = key(object);
            var before = items.remove(key);
            if (before != null) {
                unlink(byNamespace, namespace(before), key);
                unlink(byController, controller(before), key);
            }
        }

        @Override
        public void reached(String revision) {
            try {
                seen = Long.parseLong(revision);
            } catch (NumberFormatException e) {
                LOG.log(WARNING, "revision {0} (expected: a number)", revision);
            }
        }

        private void tell(@Nullable T before, @Nullable T now) {
            for (var look : looks) {
                try {
                    look.at(before, now);
                } catch (RuntimeException e) {
                    // The edge of the thread: the others are to hear of it all the same.
                    LOG.log(WARNING, "a change was not understood", e);
                }
            }
        }

        private String controller(T object) {
            return controllerOf(object).map(OwnerReference::getUid).orElse("");
        }

        private void link(Map<String, Map<String, T>> index, String of, String key, T object) {
            index.computeIfAbsent(of, o -> new ConcurrentHashMap<>(4)).put(key, object);
        }

        private void unlink(Map<String, Map<String, T>> index, String of, String key) {
            var those = index.get(of);
            if (those != null && those.remove(key) != null && those.isEmpty()) {
                index.remove(of);
            }
        }
    }
}
