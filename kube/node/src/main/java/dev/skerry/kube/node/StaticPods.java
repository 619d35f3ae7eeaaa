package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Pods of files in a folder of this machine: they run whether or not the API answers. In the API each is shown by a mirror, which
 * tells its state and cannot change it. A file that changes makes another Pod.
 */
final class StaticPods implements AutoCloseable {

    static final String SOURCE = "kubernetes.io/config.source";
    static final String MIRROR = "kubernetes.io/config.mirror";

    private static final System.Logger LOG = System.getLogger(StaticPods.class.getName());
    private static final String HASH = "kubernetes.io/config.hash";
    private static final String SEEN = "kubernetes.io/config.seen";
    private static final long LOOK_EVERY = 2_000;
    private static final long LARGEST_FILE = 1 << 20;

    private final PodParts parts;
    private final String node;
    private final Path folder;
    private final Function<Pod, Optional<Pod>> mirrors;
    private final Found found;
    private final Thread thread;
    private Map<String, Pod> pods = Map.of();
    private Set<String> shown = Set.of("");

    /** Hears of what is in the folder by now. Called from one thread. */
    interface Found {
        void found(Map<String, Pod> byUid);
    }

    /** @param mirrors answers what the API has under the Pod's name */
    StaticPods(PodParts parts, String node, Function<Pod, Optional<Pod>> mirrors, Found found) {
        this.parts = parts;
        this.node = node;
        this.folder = parts.place().manifests();
        this.mirrors = mirrors;
        this.found = found;
        this.thread = Thread.ofVirtual().name("static-pods").unstarted(this::lookAgain);
    }

    /** Where the Pod was read, such as {@code file}; empty for one of the API. */
    static Optional<String> source(Pod pod) {
        return Optional.ofNullable(pod.getMetadata().getAnnotations()).map(a -> a.get(SOURCE)).filter(s -> !s.equals("api"));
    }

    static boolean mirror(Pod pod) {
        return Optional.ofNullable(pod.getMetadata().getAnnotations()).map(a -> a.get(MIRROR)).isPresent();
    }

    /** The first look has been done when it returns. */
    void start() throws IOException {
        Files.createDirectories(folder);
        read();
        thread.start();
    }

    private void lookAgain() {
        try {
            while (true) {
                try {
                    read();
                    show();
                } catch (IOException | KubernetesClientException e) {
                    LOG.log(DEBUG, "static pods: {0}", e.getMessage());
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY);
            }
        } catch (InterruptedException e) {
            // Closed.
            return;
        }
    }

    private void read() throws IOException {
        List<Path> files;
        try (var all = Files.list(folder)) {
            files = all.filter(f -> f.getFileName().toString().matches("[^.].*\\.(yaml|yml|json)")).sorted().toList();
        }
        var now = new HashMap<String, Pod>();
        for (var file : files) {
            try {
                var pod = pod(file);
                now.put(pod.getMetadata().getUid(), pods.getOrDefault(pod.getMetadata().getUid(), pod));
            } catch (IOException | RuntimeException e) {
                LOG.log(WARNING, "static pod {0}: {1} (expected: a v1 Pod in YAML or JSON)", file.getFileName(), e.getMessage());
            }
        }
        if (!now.keySet().equals(pods.keySet())) {
            pods = now;
            found.found(now);
        }
    }

    private Pod pod(Path file) throws IOException {
        if (Files.size(file) > LARGEST_FILE) {
            throw new IOException(Files.size(file) + " bytes (expected: at most " + LARGEST_FILE + ")");
        }
        var text = Files.readString(file);
        var read = parts.client().getKubernetesSerialization().unmarshal(text, Pod.class);
        if (read == null || read.getSpec() == null || read.getMetadata() == null || read.getMetadata().getName() == null || read.getSpec().getContainers().isEmpty()) {
            throw new IOException("no Pod with a name and containers");
        }
        var uid = NodePlace.hash(node + "\n" + file.getFileName() + "\n" + text).substring(0, 32);
        return new PodBuilder(read)
                .editMetadata()
                .withName(read.getMetadata().getName() + "-" + node)
                .withNamespace(Optional.ofNullable(read.getMetadata().getNamespace()).orElse("default"))
                .withUid(uid)
                .addToAnnotations(SOURCE, "file").addToAnnotations(HASH, uid).addToAnnotations(SEEN, parts.clock().instant().toString())
                .endMetadata()
                .editSpec()
                .withNodeName(node)
                .withRestartPolicy(Optional.ofNullable(read.getSpec().getRestartPolicy()).orElse("Always"))
                .addToTolerations(new TolerationBuilder().withOperator("Exists").withEffect("NoExecute").build())
                .endSpec()
                .withStatus(null)
                .build();
    }

    /** Brings the mirrors to what is in the folder. */
    private void show() {
        var names = new HashSet<String>();
        for (var pod : pods.values()) {
            names.add(key(pod));
            var there = mirrors.apply(pod);
            if (there.isPresent() && (!pod.getMetadata().getUid().equals(there.get().getMetadata().getAnnotations().get(MIRROR)) || there.get().getMetadata().getDeletionTimestamp() != null)) {
                delete(there.get());
                there = Optional.empty();
            }
            if (there.isEmpty()) {
                create(pod);
            }
        }
        if (names.equals(shown)) {
            return;
        }
        shown = names;
        // Of files that are gone, also since another run of the agent.
        parts.client().pods().inAnyNamespace().withField("spec.nodeName", node).list().getItems().stream()
                .filter(p -> mirror(p) && !names.contains(key(p))).forEach(this::delete);
    }

    private static String key(Pod pod) {
        return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    }

    private void create(Pod pod) {
        var owner = parts.client().nodes().withName(node).get();
        if (owner == null) {
            return;
        }
        var mirror = new PodBuilder(pod).editMetadata()
                .withUid(null)
                .addToAnnotations(MIRROR, pod.getMetadata().getUid())
                .withOwnerReferences(new OwnerReferenceBuilder().withApiVersion("v1").withKind("Node").withName(node).withUid(owner.getMetadata().getUid()).withController(true).build())
                .endMetadata().build();
        try {
            var unused = parts.client().resource(mirror).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                LOG.log(WARNING, "static pod {0}: its mirror was not made: {1}", key(pod), e.getMessage());
            }
        }
    }

    private void delete(Pod mirror) {
        var meta = mirror.getMetadata();
        try {
            parts.client().raw("/api/v1/namespaces/" + meta.getNamespace() + "/pods/" + meta.getName(), "DELETE",
                    Map.of("kind", "DeleteOptions", "apiVersion", "v1", "gracePeriodSeconds", 0, "preconditions", Map.of("uid", meta.getUid())));
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
