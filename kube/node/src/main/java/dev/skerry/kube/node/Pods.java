package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The Pods of this node: a worker for each, woken by the API's watch and by what changes in the runtime, which is listed once a
 * second. What the runtime has and the API does not know is removed, once the API has told all that it knows.
 */
final class Pods implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Pods.class.getName());
    private static final long LIST_EVERY = 1_000;
    private static final int ROTATE_EVERY = 10;
    private static final long LOG_BYTES = 10 << 20;

    private final PodParts parts;
    private final SharedIndexInformer<Pod> informer;
    private final SourceWatch sources;
    private final StaticPods fromFiles;
    private volatile Map<String, Pod> files = Map.of();
    private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();
    private final Thread lister;
    private Map<String, String> seen = new HashMap<>();

    Pods(PodParts parts, String node) {
        this.parts = parts;
        informer = parts.client().pods().inAnyNamespace().withField("spec.nodeName", node).runnableInformer(0);
        parts.statuses().mirrors(this::mirror);
        informer.exceptionHandler((started, problem) -> true);
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Pod pod) {
                take(pod);
            }

            @Override
            public void onUpdate(Pod before, Pod now) {
                if (!before.getMetadata().getUid().equals(now.getMetadata().getUid())) {
                    // Another Pod of the same name, between two looks at the API.
                    onDelete(before, true);
                }
                take(now);
            }

            @Override
            public void onDelete(Pod pod, boolean unknownFinalState) {
                Optional.ofNullable(workers.get(pod.getMetadata().getUid())).ifPresent(PodWorker::gone);
            }
        });
        fromFiles = new StaticPods(parts, node, this::mirror, this::files);
        sources = new SourceWatch(parts.client(), this::sourceChanged);
        lister = Thread.ofVirtual().name("runtime-lister").unstarted(this::listAgain);
    }

    void start() throws IOException {
        fromFiles.start();
        var unused = informer.start();
        lister.start();
        sources.start();
    }

    /** All Pods of this node, each once. */
    List<Pod> all() {
        return Stream.concat(files.values().stream(), informer.getIndexer().list().stream().filter(p -> !StaticPods.mirror(p))).toList();
    }

    void evict(Pod pod, Evictions.Eviction why) {
        Optional.ofNullable(workers.get(pod.getMetadata().getUid())).ifPresent(w -> w.evict(why));
    }

    /** @param name empty if any of that kind may have changed */
    private void sourceChanged(String kind, String namespace, String name) {
        workers.values().stream().filter(w -> name.isEmpty() || w.uses(kind, namespace, name)).forEach(PodWorker::refreshVolumes);
    }

    /** The Pod of this name that is on this node. */
    Optional<Pod> find(String namespace, String name) {
        return files.values().stream().filter(p -> p.getMetadata().getNamespace().equals(namespace) && p.getMetadata().getName().equals(name)).findFirst()
                .or(() -> Optional.ofNullable(informer.getIndexer().getByKey(namespace + "/" + name)));
    }

    /** The UID under which a Pod runs here by the one that the API shows: those of files have a mirror there. */
    String here(String uid) {
        return informer.getIndexer().list().stream().filter(p -> p.getMetadata().getUid().equals(uid) && StaticPods.mirror(p)).findFirst()
                .map(p -> p.getMetadata().getAnnotations().get(StaticPods.MIRROR)).orElse(uid);
    }

    /** What shows a Pod of a file in the API. */
    private Optional<Pod> mirror(Pod pod) {
        return Optional.ofNullable(informer.getIndexer().getByKey(pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName())).filter(StaticPods::mirror);
    }

    private void files(Map<String, Pod> now) {
        var before = files;
        files = now;
        before.keySet().stream().filter(uid -> !now.containsKey(uid)).forEach(uid -> Optional.ofNullable(workers.get(uid)).ifPresent(PodWorker::gone));
        now.values().forEach(this::take);
    }

    private void take(Pod pod) {
        if (StaticPods.mirror(pod)) {
            files.values().stream().filter(p -> p.getMetadata().getName().equals(pod.getMetadata().getName()) && p.getMetadata().getNamespace().equals(pod.getMetadata().getNamespace()))
                    .forEach(p -> Optional.ofNullable(workers.get(p.getMetadata().getUid())).ifPresent(PodWorker::kick));
            return;
        }
        pod.getMetadata().setManagedFields(new java.util.ArrayList<>());
        var uid = pod.getMetadata().getUid();
        workers.compute(uid, (id, worker) -> {
            if (worker != null) {
                worker.update(pod);
                return worker;
            }
            var fresh = new PodWorker(pod, parts, this::ended);
            fresh.start();
            return fresh;
        });
    }

    private void ended(PodWorker worker) {
        workers.remove(worker.uid());
    }

    private void listAgain() {
        int rounds = 0;
        boolean told = false;
        try {
            while (true) {
                try {
                    list();
                    if (rounds++ % ROTATE_EVERY == 0) {
                        rotateLogs();
                    }
                    told = false;
                } catch (StatusRuntimeException | IOException e) {
                    if (!told) {
                        LOG.log(WARNING, "runtime: cannot be listed: {0} (tried again each second)", e.getMessage());
                        told = true;
                    }
                }
                TimeUnit.MILLISECONDS.sleep(LIST_EVERY);
            }
        } catch (InterruptedException e) {
            // Closed.
            return;
        }
    }

    private void list() throws IOException, InterruptedException {
        var states = new TreeMap<String, StringBuilder>();
        var names = new HashMap<String, Map<String, String>>();
        for (var sandbox : parts.cri().sandboxes()) {
            var uid = sandbox.getLabelsOrDefault(Cri.POD_UID, "");
            names.put(uid, sandbox.getLabelsMap());
            states.computeIfAbsent(uid, u -> new StringBuilder()).append(sandbox.getId()).append(sandbox.getState());
        }
        for (var container : parts.cri().containers()) {
            var uid = container.getLabelsOrDefault(Cri.POD_UID, "");
            names.putIfAbsent(uid, container.getLabelsMap());
            states.computeIfAbsent(uid, u -> new StringBuilder()).append(container.getId()).append(container.getState());
        }
        var now = new HashMap<String, String>();
        states.forEach((uid, state) -> now.put(uid, state.toString()));
        workers.forEach((uid, worker) -> {
            if (!now.getOrDefault(uid, "").equals(seen.getOrDefault(uid, ""))) {
                worker.kick();
            }
        });
        seen = now;
        if (informer.hasSynced()) {
            for (var uid : now.keySet()) {
                if (!uid.isEmpty() && !workers.containsKey(uid)) {
                    removeOrphan(uid, names.getOrDefault(uid, Map.of()));
                }
            }
        }
    }

    private void removeOrphan(String uid, Map<String, String> labels) throws IOException, InterruptedException {
        var namespace = labels.getOrDefault("io.kubernetes.pod.namespace", "");
        var name = labels.getOrDefault("io.kubernetes.pod.name", "");
        // The informer's handlers run a little behind its store.
        if (informer.getIndexer().list().stream().anyMatch(p -> p.getMetadata().getUid().equals(uid))) {
            return;
        }
        LOG.log(INFO, "pod {0}/{1}: is not in the API any more and is removed", namespace, name);
        var end = new PodEnd(parts, new PodStarter(parts));
        end.remove(uid, namespace, name);
    }

    /** A log that has grown large becomes the old one; the runtime begins a new one. */
    private void rotateLogs() throws IOException {
        for (var container : parts.cri().containers()) {
            if (container.getState() != PodState.RUNNING) {
                continue;
            }
            var labels = container.getLabelsMap();
            var log = parts.place().logs(labels.getOrDefault("io.kubernetes.pod.namespace", ""), labels.getOrDefault("io.kubernetes.pod.name", ""), labels.getOrDefault(Cri.POD_UID, ""))
                    .resolve(container.getMetadata().getName()).resolve(container.getMetadata().getAttempt() + ".log");
            if (Files.exists(log) && Files.size(log) > LOG_BYTES) {
                Files.move(log, java.nio.file.Path.of(log + ".1"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                parts.cri().reopenLog(container.getId());
            }
        }
    }

    @Override
    public void close() {
        informer.stop();
        sources.close();
        fromFiles.close();
        lister.interrupt();
        workers.values().forEach(PodWorker::close);
    }
}
