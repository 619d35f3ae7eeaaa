package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.ContainerStatus;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Ends Pods and leaves nothing of them on the machine. */
final class PodEnd {

    private static final System.Logger LOG = System.getLogger(PodEnd.class.getName());

    private final PodParts parts;
    private final PodStarter starter;

    PodEnd(PodParts parts, PodStarter starter) {
        this.parts = parts;
        this.starter = starter;
    }

    /**
     * Stops what runs, then the sandbox. All hear of it at once, and their hooks run at once; sidecars get their signal when the
     * containers have ended, and after the sidecars that were started later. All share one grace.
     */
    void stop(Pod pod, PodState state, String podIp) throws InterruptedException {
        stop(pod, state, podIp, PodStarter.grace(pod));
    }

    void stop(Pod pod, PodState state, String podIp, Duration grace) throws InterruptedException {
        var sidecars = pod.getSpec().getInitContainers().stream().filter(PodPhase::sidecar).toList();
        var others = Stream.of(pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream().filter(c -> !PodPhase.sidecar(c)), EphemeralContainers.of(pod).stream())
                .flatMap(s -> s).toList();
        var turn = List.<Thread>of();
        var threads = new ArrayList<Thread>();
        for (var group : Stream.concat(Stream.of(others), sidecars.reversed().stream().map(List::of)).toList()) {
            var before = turn;
            var now = new ArrayList<Thread>();
            for (var container : group) {
                for (ContainerStatus run : state.attempts(container.getName()).stream().filter(PodState::runs).toList()) {
                    now.add(Thread.ofVirtual().name("stop-" + pod.getMetadata().getName() + "/" + container.getName()).start(() -> stop(pod, container, run.getId(), podIp, grace, before)));
                }
            }
            threads.addAll(now);
            if (!now.isEmpty()) {
                turn = now;
            }
        }
        for (var thread : threads) {
            thread.join();
        }
        state.sandboxes().forEach(s -> parts.cri().stopSandbox(s.getId()));
    }

    private void stop(Pod pod, Container container, String id, String podIp, Duration grace, List<Thread> before) {
        try {
            starter.stop(pod, container, id, podIp, grace, "Stopping container " + container.getName(), before);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StatusRuntimeException e) {
            // Stopping the sandbox, which follows, ends it as well, or fails and is tried again.
            LOG.log(System.Logger.Level.DEBUG, "container {0}: not stopped: {1}", container.getName(), e.getMessage());
        }
    }

    /** Removes containers, sandboxes, volumes, logs and cgroups of a Pod, whatever of it there is. */
    void remove(String uid, String namespace, String name) throws IOException, InterruptedException {
        for (var sandbox : parts.cri().sandboxes(uid)) {
            parts.cri().stopSandbox(sandbox.getId());
            // Containers go with their sandbox.
            parts.cri().removeSandbox(sandbox.getId());
        }
        for (var container : parts.cri().containers(uid)) {
            parts.cri().removeContainer(container.getId());
        }
        starter.volumes().remove(uid);
        Volumes.delete(parts.place().logs(namespace, name, uid));
        removeCgroups(parts.place().cgroup().substring(1) + "/pod" + uid);
    }

    /** Removes empty groups of that path, in each hierarchy of version 1 and in that of version 2. */
    static void removeCgroups(String below) throws IOException {
        var root = Path.of("/sys/fs/cgroup");
        var candidates = new ArrayList<>(List.of(root.resolve(below)));
        try (var hierarchies = Files.list(root)) {
            hierarchies.map(h -> h.resolve(below)).forEach(candidates::add);
        }
        for (var candidate : candidates) {
            if (!Files.isDirectory(candidate)) {
                continue;
            }
            try (var all = Files.walk(candidate)) {
                for (var folder : all.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(folder);
                }
            } catch (IOException e) {
                // A process is just leaving it; an empty group that stays costs nothing, and the next removal takes it.
                LOG.log(System.Logger.Level.DEBUG, "cgroup {0}: {1}", candidate, e.getMessage());
            }
        }
    }

    /** Tells the API that the Pod has ended on this node: the object goes. */
    void forget(Pod pod) {
        var meta = pod.getMetadata();
        try {
            parts.client().raw("/api/v1/namespaces/" + meta.getNamespace() + "/pods/" + meta.getName(), "DELETE",
                    Map.of("kind", "DeleteOptions", "apiVersion", "v1", "gracePeriodSeconds", 0, "preconditions", Map.of("uid", meta.getUid())));
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }
}
