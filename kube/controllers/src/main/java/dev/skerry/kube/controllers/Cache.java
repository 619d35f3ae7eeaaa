package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All objects of one kind as the API has told them, shared by the controllers. They are read only, and lack {@code managedFields}:
 * who writes one back sends a patch. A key is {@code namespace/name}, or the name alone.
 */
final class Cache<T extends HasMetadata> implements AutoCloseable {

    private static final String BY_CONTROLLER = "controller";
    private static final String BY_NAMESPACE = "namespace";

    private final SharedIndexInformer<T> informer;

    Cache(Informable<T> source) {
        this(source, object -> object);
    }

    /** @param trim keeps what its readers need */
    Cache(Informable<T> source, UnaryOperator<T> trim) {
        informer = source.runnableInformer(0);
        informer.itemStore(new Trimmed<>(trim));
        informer.removeNamespaceIndex();
        informer.addIndexers(Map.of(
                BY_NAMESPACE, o -> List.of(namespace(o)),
                BY_CONTROLLER, o -> controllerOf(o).map(r -> List.of(r.getUid())).orElse(List.of())));
        // A server that is away comes back; until then the last state stands.
        informer.exceptionHandler((started, problem) -> true);
    }

    /** Begins to listen; done when the first state is there. */
    CompletionStage<Void> start() {
        return informer.start();
    }

    /** Calls with every version that comes, and with the one it replaces. */
    void onChange(Consumer<T> look) {
        informer.addEventHandler(new ResourceEventHandler<T>() {
            @Override
            public void onAdd(T object) {
                look.accept(object);
            }

            @Override
            public void onUpdate(T before, T now) {
                look.accept(before);
                look.accept(now);
            }

            @Override
            public void onDelete(T object, boolean unknownFinalState) {
                look.accept(object);
            }
        });
    }

    /** Calls with what comes and goes, and with what has changed unless it is the same to the listener. */
    void onChanged(BiPredicate<T, T> same, Consumer<T> look) {
        informer.addEventHandler(new ResourceEventHandler<T>() {
            @Override
            public void onAdd(T object) {
                look.accept(object);
            }

            @Override
            public void onUpdate(T before, T now) {
                if (!same.test(before, now)) {
                    look.accept(now);
                }
            }

            @Override
            public void onDelete(T object, boolean unknownFinalState) {
                look.accept(object);
            }
        });
    }

    Optional<T> find(String key) {
        return Optional.ofNullable(informer.getIndexer().getByKey(key));
    }

    List<T> all() {
        return informer.getIndexer().list();
    }

    List<T> inNamespace(String namespace) {
        return informer.getIndexer().byIndex(BY_NAMESPACE, namespace);
    }

    /** Those which the object of this UID controls. */
    List<T> controlledBy(String uid) {
        return informer.getIndexer().byIndex(BY_CONTROLLER, uid);
    }

    /** Whether what was written at this revision has come back here. */
    boolean hasSeen(long revision) {
        var seen = informer.lastSyncResourceVersion();
        return seen != null && !seen.isEmpty() && Long.parseLong(seen) >= revision;
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
        informer.stop();
    }

    private static final class Trimmed<T extends HasMetadata> implements ItemStore<T> {

        private final Map<String, T> items = new ConcurrentHashMap<>();
        private final UnaryOperator<T> trim;

        Trimmed(UnaryOperator<T> trim) {
            this.trim = trim;
        }

        @Override
        public String getKey(T object) {
            return key(object);
        }

        @Override
        public @Nullable T put(String key, T object) {
            object.getMetadata().setManagedFields(new ArrayList<>());
            return items.put(key, trim.apply(object));
        }

        @Override
        public @Nullable T remove(String key) {
            return items.remove(key);
        }

        @Override
        public Stream<String> keySet() {
            return items.keySet().stream();
        }

        @Override
        public Stream<T> values() {
            return items.values().stream();
        }

        @Override
        public int size() {
            return items.size();
        }

        @Override
        public @Nullable T get(String key) {
            return items.get(key);
        }
    }
}
