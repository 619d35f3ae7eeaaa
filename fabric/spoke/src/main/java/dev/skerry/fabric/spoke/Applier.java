package dev.skerry.fabric.spoke;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.data.EventLog;
import dev.skerry.fabric.link.StoredLog;
import dev.skerry.fabric.link.WorkSignature;
import dev.skerry.model.WorkSpec;
import dev.skerry.model.WorkStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Brings the Works that this site holds to its own API, with or without a parent: at the start all of them, then those that
 * change, and now and then each, to put back what somebody changed and to tell how things stand.
 */
final class Applier implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Applier.class.getName());
    private static final Duration UNWELL = Duration.ofSeconds(1);
    private static final Duration WELL = Duration.ofSeconds(10);
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final SpokeConfig config;
    private final SpokeStore store;
    private final StatusSource status;
    private final LocalObjects objects;
    private final Supplier<Optional<PublicKey>> parent;
    private final Map<String, AppliedWork> works = new LinkedHashMap<>();
    private final Map<String, String> accepted = new LinkedHashMap<>();
    private final BlockingQueue<Boolean> kicks = new ArrayBlockingQueue<>(1);
    private final Thread thread = Thread.ofVirtual().name("applier").unstarted(this::run);
    private volatile StoredLog desired;

    /** @param parent the key that signs Works, once it is known */
    @SuppressWarnings("NullAway.Init") // start() brings the log, which tells its changes here
    Applier(SpokeConfig config, SpokeStore store, StatusSource status, Supplier<Optional<PublicKey>> parent) {
        this.config = config;
        this.store = store;
        this.status = status;
        this.objects = new LocalObjects(config.client());
        this.parent = parent;
    }

    void start(StoredLog log) throws IOException {
        desired = log;
        for (var one : store.inventories().entrySet()) {
            works.put(one.getKey(), new AppliedWork(one.getKey(), store, objects, one.getValue()));
        }
        thread.start();
    }

    /** Something has changed in what the parent wants. */
    void kick() {
        var unused = kicks.offer(true);
    }

    private void run() {
        try {
            while (true) {
                boolean well = false;
                try {
                    well = look();
                } catch (IOException | KubernetesClientException e) {
                    LOG.log(WARNING, "works: {0} (tried again in {1}s)", e.getMessage(), UNWELL.toSeconds());
                } catch (RuntimeException e) {
                    // The edge of the thread: it must not end.
                    LOG.log(WARNING, "works: failed, tried again", e);
                }
                var unused = kicks.poll((well ? WELL : UNWELL).toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            // Closed.
            return;
        }
    }

    /** Answers whether everything stands as it should. */
    private boolean look() throws IOException {
        boolean well = true;
        var wanted = desired.entries();
        for (var entry : wanted.entrySet()) {
            var text = new String(entry.getValue(), StandardCharsets.UTF_8);
            var now = look(entry.getKey(), text);
            status.put("work/" + entry.getKey(), config.client().getKubernetesSerialization().asJson(now).getBytes(StandardCharsets.UTF_8));
            well &= "Ok".equals(now.state());
        }
        for (var name : List.copyOf(works.keySet())) {
            if (!wanted.containsKey(name)) {
                var work = works.get(name);
                LOG.log(INFO, "work {0}: is not wanted any more and is taken back", name);
                if (work == null || work.remove(work.app())) {
                    works.remove(name);
                    accepted.remove(name);
                    status.delete("work/" + name);
                } else {
                    well = false;
                }
            }
        }
        return well;
    }

    private WorkStatus look(String name, String text) throws IOException {
        var hash = Hashes.of(text);
        if (!hash.equals(accepted.get(name))) {
            WorkSpec spec;
            try {
                spec = config.client().getKubernetesSerialization().unmarshal(text, WorkSpec.class);
            } catch (RuntimeException e) {
                // Of a newer parent, perhaps.
                return refused(0, "cannot be read: " + e.getMessage());
            }
            var key = parent.get();
            if (key.isEmpty() || spec.signature() == null || !WorkSignature.verify(config.name(), text, spec.signature(), key.get())) {
                if (accepted.putIfAbsent(name + "/refused", hash) == null) {
                    tell(name);
                }
                return refused(spec.revision(), "signature: does not match (expected: the parent's, over this revision and for this site); nothing was applied");
            }
            accepted.put(name, hash);
            var work = works.get(name);
            if (work == null) {
                work = new AppliedWork(name, store, objects, null);
                works.put(name, work);
            }
            work.wanted(spec, hash);
        }
        var work = works.get(name);
        return work == null ? refused(0, "not there") : work.look();
    }

    private static WorkStatus refused(long revision, String why) {
        return new WorkStatus("Failed", why, revision, List.of(), List.of());
    }

    private void tell(String name) throws IOException {
        LOG.log(WARNING, "work {0}: its signature does not match, it is not applied", name);
        config.events().append(new EventLog.Event(0, config.clock().instant(), "security", "critical", "", "Work/" + name,
                "the signature of " + name + " does not match: it was not applied", Map.of()));
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            var unused = thread.join(CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
