package dev.skerry.kube.admission;

import static java.lang.System.Logger.Level.WARNING;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.store.ObjectStore;
import dev.skerry.kube.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/**
 * The few objects that admission asks for on many requests: policies, webhook configurations, quotas, classes. One watch of the store keeps them; what is
 * read may be some milliseconds old.
 */
final class Followed implements AutoCloseable {

    static final ObjectMapper JSON = new ObjectMapper();
    static final String QUOTAS = "/core/resourcequotas/";
    static final String LIMITS = "/core/limitranges/";
    static final String PRIORITIES = "/scheduling.k8s.io/priorityclasses/";
    static final String STORAGE_CLASSES = "/storage.k8s.io/storageclasses/";
    static final String INGRESS_CLASSES = "/networking.k8s.io/ingressclasses/";
    static final String RUNTIME_CLASSES = "/node.k8s.io/runtimeclasses/";
    static final String POLICIES = "/admissionregistration.k8s.io/";
    static final String MUTATING_POLICIES = POLICIES + "mutatingadmissionpolicies/";
    static final String MUTATING_BINDINGS = POLICIES + "mutatingadmissionpolicybindings/";
    static final String VALIDATING_POLICIES = POLICIES + "validatingadmissionpolicies/";
    static final String VALIDATING_BINDINGS = POLICIES + "validatingadmissionpolicybindings/";
    static final String MUTATING_WEBHOOKS = POLICIES + "mutatingwebhookconfigurations/";
    static final String VALIDATING_WEBHOOKS = POLICIES + "validatingwebhookconfigurations/";

    private static final System.Logger LOG = System.getLogger(Followed.class.getName());
    private static final List<String> PREFIXES = List.of(QUOTAS, LIMITS, PRIORITIES, STORAGE_CLASSES, INGRESS_CLASSES, RUNTIME_CLASSES, POLICIES);
    private static final Duration TURN = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final ObjectStore store;
    private final ConcurrentSkipListMap<String, ObjectNode> objects = new ConcurrentSkipListMap<>();
    private final BiConsumer<String, ObjectNode> onPolicy;
    private final AtomicLong policyChanges = new AtomicLong();
    private final Thread thread;
    private volatile long start;
    private volatile boolean closed;

    private Followed(ObjectStore store, BiConsumer<String, ObjectNode> onPolicy) {
        this.store = store;
        this.onPolicy = onPolicy;
        this.thread = Thread.ofVirtual().name("admission-watch").unstarted(this::follow);
    }

    /** @param onPolicy called with each policy or webhook configuration that is new or has changed, on the thread that follows: it may not block */
    static Followed of(ObjectStore store, BiConsumer<String, ObjectNode> onPolicy) {
        var followed = new Followed(store, onPolicy);
        followed.start = followed.load();
        followed.thread.start();
        return followed;
    }

    /** The objects below a prefix, by key. Nobody may change them. */
    List<ObjectNode> all(String prefix) {
        return List.copyOf(objects.subMap(prefix, prefix + Character.MAX_VALUE).values());
    }

    boolean any(String prefix) {
        var next = objects.ceilingKey(prefix);
        return next != null && next.startsWith(prefix);
    }

    Optional<ObjectNode> find(String key) {
        return Optional.ofNullable(objects.get(key)).or(() -> store.get(key).map(e -> parse(e.value())));
    }

    /** Counts the changes of policies and webhook configurations. */
    long policyChanges() {
        return policyChanges.get();
    }

    ObjectStore store() {
        return store;
    }

    static ObjectNode parse(byte[] bytes) {
        try {
            return (ObjectNode) JSON.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An object at a revision, as the store keeps it. */
    static byte[] write(ObjectNode object, long revision) {
        object.withObject("/metadata").put("resourceVersion", Long.toString(revision));
        try {
            return JSON.writeValueAsBytes(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long load() {
        try {
            var there = new ArrayList<Map.Entry<String, ObjectNode>>();
            // Older than all that is listed: what comes twice does no harm.
            var revision = store.revision();
            for (var prefix : PREFIXES) {
                for (var entry : store.list(prefix, "", 0, 0).entries()) {
                    there.add(Map.entry(entry.key(), slim(parse(entry.value()))));
                }
            }
            objects.keySet().retainAll(there.stream().map(Map.Entry::getKey).toList());
            there.forEach(e -> objects.put(e.getKey(), e.getValue()));
            policyChanges.incrementAndGet();
            there.stream().filter(e -> e.getKey().startsWith(POLICIES)).forEach(e -> onPolicy.accept(e.getKey(), e.getValue()));
            return revision;
        } catch (ObjectStore.CompactedException e) {
            throw new IllegalStateException("the newest state was compacted", e);
        }
    }

    private static ObjectNode slim(ObjectNode object) {
        if (object.path("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields");
        }
        return object;
    }

    private void follow() {
        var from = start;
        while (!closed) {
            try (var watcher = store.watch("/", from)) {
                while (!closed) {
                    watcher.next(TURN).ifPresent(this::take);
                }
            } catch (InterruptedException e) {
                return;
            } catch (ObjectStore.CompactedException | ObjectStore.WatchClosedException | StoreException e) {
                if (closed || !pause(e)) {
                    return;
                }
                from = load();
            }
        }
    }

    private boolean pause(Exception e) {
        LOG.log(WARNING, "admission: the watch of the store ended: {0} (next in {1})", e.getMessage(), PAUSE);
        try {
            Thread.sleep(PAUSE);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void take(ObjectStore.Change change) {
        var key = change.entry().key();
        if (PREFIXES.stream().noneMatch(key::startsWith)) {
            return;
        }
        if (change.type() == ObjectStore.Change.Type.DELETED) {
            objects.remove(key);
        } else {
            var object = slim(parse(change.entry().value()));
            objects.put(key, object);
            if (key.startsWith(POLICIES)) {
                onPolicy.accept(key, object);
            }
        }
        if (key.startsWith(POLICIES)) {
            policyChanges.incrementAndGet();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
