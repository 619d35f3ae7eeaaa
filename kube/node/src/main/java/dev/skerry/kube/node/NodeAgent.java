package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The kubelet: runs the Pods that are bound to this node, on a containerd of its own, and shows the node in the API. Containers
 * outlive the agent and are taken up by the next one over the same folder. Where Pods cannot run (no root, no containerd) the
 * node is shown as not ready, with the reason, and tried again.
 */
public final class NodeAgent implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(NodeAgent.class.getName());
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration CLOSING = Duration.ofSeconds(15);

    private final NodeConfig config;
    private final NodePlace place;
    private final KubernetesClient client;
    private final NodeObject node;
    private final String hostIp;
    private final UsageMeter usage;
    private final NodeLease lease;
    private final Thread keeper;
    private volatile @Nullable Running running;

    private record Running(Cri cri, Pods pods, Evictions evictions, LocalVolumes volumes, String version, String cidr) {}

    private NodeAgent(NodeConfig config, KubernetesClient client) throws IOException {
        this.config = config;
        this.client = client;
        this.place = new NodePlace(config.folder(), config.dns());
        this.hostIp = NodeObject.hostIp(place.bridge());
        this.node = new NodeObject(client, config, hostIp);
        this.usage = new UsageMeter(config.nodeName(), config.clock());
        this.lease = new NodeLease(client, config.nodeName(), config.clock());
        this.keeper = Thread.ofVirtual().name("node").unstarted(this::keep);
    }

    /**
     * Begins at once and does not wait for the runtime.
     *
     * @param client of the API; stays the caller's, who closes it after the agent
     */
    public static NodeAgent start(NodeConfig config, KubernetesClient client) throws IOException {
        Files.createDirectories(config.folder());
        var agent = new NodeAgent(config, client);
        agent.keeper.start();
        return agent;
    }

    private void keep() {
        try {
            while (true) {
                var fault = look();
                var now = running;
                node.tell(fault, now == null ? "" : now.version(), now == null ? "" : now.cidr(), now == null ? new Evictions.Pressure(false, false) : now.evictions().pressure());
                lease.renew();
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
        } catch (InterruptedException e) {
            // Closed.
            return;
        }
    }

    /** Answers why no Pod can run; starts what is missing, containerd included if it died. */
    private Optional<String> look() throws InterruptedException {
        try {
            var missing = Programs.missing();
            if (!missing.isEmpty()) {
                return Optional.of(String.join("; ", missing));
            }
            new Containerd(place).ensure();
            if (running == null) {
                begin();
            } else {
                var unused = running.cri().version();
            }
            return Optional.empty();
        } catch (IOException | StatusRuntimeException e) {
            LOG.log(WARNING, "node {0}: {1} (tried again in {2}s)", config.nodeName(), e.getMessage(), LOOK.toSeconds());
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private void begin() throws IOException, InterruptedException {
        var cidr = new PodNetwork(place, config.podCidr()).write();
        var cri = new Cri(place.socket());
        try {
            var version = cri.version();
            if (cri.image(BusyboxImage.PAUSE).isEmpty()) {
                var archive = Files.createTempFile(config.folder(), "pause", ".tar");
                try {
                    BusyboxImage.writePause(archive);
                    var unused = new Images(config.folder()).load(archive);
                } finally {
                    Files.deleteIfExists(archive);
                }
            }
            var events = new PodEvents(client, config.nodeName(), config.clock());
            var bound = new AtomicReference<Pods>();
            var admission = new NodeAdmission(client, config.nodeName(), () -> Objects.requireNonNull(bound.get()).all(), node.capacity(), this::refusal);
            var parts = new PodParts(place, cri, client, events, new PodStatuses(client), new Probes(cri), admission, new ServiceVariables(client), hostIp, node.capacity(), config.clock());
            var pods = new Pods(parts, config.nodeName());
            bound.set(pods);
            pods.start();
            var evictions = new Evictions(parts, pods::all, pods::evict);
            evictions.start();
            var volumes = new LocalVolumes(client, config.nodeName(), place.volumes());
            volumes.start();
            running = new Running(cri, pods, evictions, volumes, version, cidr);
            LOG.log(INFO, "node {0}: ready, {1}, Pods in {2}", config.nodeName(), version, cidr);
        } catch (IOException | RuntimeException | InterruptedException e) {
            cri.close();
            throw e;
        }
    }

    private Optional<NodeAdmission.Refusal> refusal() {
        var now = running;
        var pressure = now == null ? new Evictions.Pressure(false, false) : now.evictions().pressure();
        var lacking = new ArrayList<String>();
        if (pressure.memory()) {
            lacking.add("MemoryPressure");
        }
        if (pressure.disk()) {
            lacking.add("DiskPressure");
        }
        return lacking.isEmpty() ? Optional.empty() : Optional.of(new NodeAdmission.Refusal("Evicted", "The node had condition: [" + String.join(", ", lacking) + "]. "));
    }

    /** How much of a log is asked for; -1 means all. */
    public record LogOptions(boolean follow, boolean previous, boolean timestamps, long tailLines, Optional<Instant> since, long limitBytes) {}

    /**
     * Writes a container's log; with {@code follow} until the container has ended or the reader has gone.
     *
     * @param container empty for the Pod's only one
     * @throws IOException if there is no such Pod or container here, or the reader has gone
     */
    public void logs(String namespace, String pod, String container, LogOptions options, OutputStream out) throws IOException, InterruptedException {
        var now = running;
        var found = now == null ? Optional.<io.fabric8.kubernetes.api.model.Pod>empty() : now.pods().find(namespace, pod);
        if (now == null || found.isEmpty()) {
            throw new IOException("pod \"" + pod + "\" not found");
        }
        var name = container.isEmpty() ? found.get().getSpec().getContainers().getFirst().getName() : container;
        new PodLogs(place, now.cri()).write(found.get(), name,
                new PodLogs.Options(options.follow(), options.previous(), options.timestamps(), options.tailLines(), options.since(), options.limitBytes()), out);
    }

    /**
     * Opens streams into the containers of this node.
     *
     * @throws IOException if no Pod can run here now
     */
    public ContainerStreams streams() throws IOException {
        var now = running;
        if (now == null) {
            throw new IOException("node \"" + config.nodeName() + "\" is not ready");
        }
        return new ContainerStreams(now.cri(), now.pods()::here);
    }

    /**
     * What the containers of this node and its machine use.
     *
     * @throws IOException if nothing can be measured now
     */
    public ContainerUsage usage() throws IOException, InterruptedException {
        var now = running;
        if (now == null) {
            throw new IOException("node \"" + config.nodeName() + "\" is not ready");
        }
        try {
            return usage.measure(now.cri());
        } catch (StatusRuntimeException e) {
            throw new IOException(String.valueOf(e.getStatus().getDescription()), e);
        }
    }

    /** Containers and their containerd go on. */
    @Override
    public void close() {
        keeper.interrupt();
        try {
            var unused = keeper.join(CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var now = running;
        if (now != null) {
            now.evictions().close();
            now.volumes().close();
            now.pods().close();
            now.cri().close();
        }
    }
}
