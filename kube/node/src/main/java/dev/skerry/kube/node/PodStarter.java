package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.PodSandbox;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Makes, starts and stops the sandbox and the containers of one Pod, and tells of it. Used by the Pod's own thread. */
final class PodStarter {

    private static final Duration HOOK = Duration.ofSeconds(30);
    private static final long LEAST_GRACE = 2;
    private static final long HALF_A_SECOND = 500_000_000;

    private final PodParts parts;
    private final ContainerConfigs configs;
    private final Volumes volumes;
    private final Configs data;
    private final PodImages images;
    private final Instant seen;

    PodStarter(PodParts parts) {
        this.parts = parts;
        this.configs = new ContainerConfigs(parts.place(), QosClass.amount(parts.capacity().get("memory")).longValue());
        this.data = new Configs(parts.client());
        this.volumes = new Volumes(parts, data);
        this.images = new PodImages(parts);
        this.seen = parts.clock().instant();
    }

    Volumes volumes() {
        return volumes;
    }

    DownwardFields fields(Pod pod, String podIp) {
        return new DownwardFields(pod, podIp, parts.hostIp(), parts.capacity(), seen);
    }

    /** Makes a sandbox with its network. Fails with {@link StatusRuntimeException}; a halfway one is the runtime's to remove. */
    void sandbox(Pod pod, PodState state) {
        for (var old : state.sandboxes()) {
            parts.cri().stopSandbox(old.getId());
        }
        var unused = parts.cri().runSandbox(configs.sandbox(pod, state.nextSandboxAttempt()));
    }

    /** Brings the image here if it is not, makes the container and begins it. The Pod's volumes have been prepared. */
    void start(Pod pod, Container container, int attempt, PodSandbox sandbox, String podIp)
            throws NotStartedException, IOException, InterruptedException {
        var image = images.image(pod, container);
        var fields = fields(pod, podIp);
        String id;
        try {
            var environment = Environment.of(pod, container, fields, data, parts.services().variables(pod));
            var target = EphemeralContainers.target(pod, container.getName()).flatMap(t -> PodState.of(parts.cri(), pod.getMetadata().getUid()).newest(t)).filter(PodState::runs).map(t -> t.getId());
            var config = configs.container(pod, container, attempt, image, environment, volumes.paths(), podIp, target.orElse(""));
            id = parts.cri().createContainer(sandbox.getId(), config, configs.sandbox(pod, sandbox.getMetadata().getAttempt()));
        } catch (NotStartedException e) {
            parts.events().warning(pod, container.getName(), "Failed", "Error: " + e.text());
            throw e;
        } catch (StatusRuntimeException e) {
            if (Cri.away(e)) {
                throw e;
            }
            var why = String.valueOf(e.getStatus().getDescription());
            parts.events().warning(pod, container.getName(), "Failed", "Error: " + why);
            throw new NotStartedException("CreateContainerError", why);
        }
        parts.events().normal(pod, container.getName(), "Created", "Container created");
        begin(pod, container, id, podIp);
    }

    /** Starts a container that was made, perhaps by an agent that was killed then. */
    void begin(Pod pod, Container container, String id, String podIp) throws NotStartedException, InterruptedException {
        try {
            parts.cri().startContainer(id);
        } catch (StatusRuntimeException e) {
            if (Cri.away(e)) {
                throw e;
            }
            var why = String.valueOf(e.getStatus().getDescription());
            parts.events().warning(pod, container.getName(), "Failed", "Error: " + why);
            if (PodPhase.policy(pod, container).equals("Never")) {
                // It has ended, and the runtime knows why.
                return;
            }
            throw new NotStartedException("RunContainerError", why);
        }
        parts.events().normal(pod, container.getName(), "Started", "Container started");
        var hook = container.getLifecycle() == null ? null : container.getLifecycle().getPostStart();
        if (hook != null && !held(hook, pod, container, id, podIp, HOOK)) {
            parts.events().warning(pod, container.getName(), "FailedPostStartHook", "PostStartHook failed");
            stop(pod, container, id, podIp, grace(pod), "FailedPostStartHook");
        }
    }

    /** Ends a container: its hook, SIGTERM, and SIGKILL after the grace. */
    void stop(Pod pod, Container container, String id, String podIp, Duration grace, String why) throws InterruptedException {
        stop(pod, container, id, podIp, grace, why, List.of());
    }

    /** @param before those that end before this one gets its signal, as long as the grace lasts */
    void stop(Pod pod, Container container, String id, String podIp, Duration grace, String why, List<Thread> before) throws InterruptedException {
        parts.events().normal(pod, container.getName(), "Killing", why);
        var end = System.nanoTime() + grace.toNanos();
        var hook = container.getLifecycle() == null ? null : container.getLifecycle().getPreStop();
        if (hook != null && !grace.isZero() && !held(hook, pod, container, id, podIp, grace)) {
            parts.events().warning(pod, container.getName(), "FailedPreStopHook", "PreStopHook failed");
        }
        for (var other : before) {
            var unused = other.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        // Whole seconds, as the runtime counts; a hook that took all of the time leaves two to hear the signal.
        var left = Duration.ofNanos(Math.max(0, end - System.nanoTime() + HALF_A_SECOND)).toSeconds();
        parts.cri().stopContainer(id, Duration.ofSeconds(Math.max(LEAST_GRACE, left)));
    }

    /** How long a Pod's containers have to end. */
    static Duration grace(Pod pod) {
        var own = pod.getMetadata().getDeletionGracePeriodSeconds();
        var spec = pod.getSpec().getTerminationGracePeriodSeconds();
        return Duration.ofSeconds(own != null ? own : spec != null ? spec : 30);
    }

    /** The same for one that failed a probe, which may have a grace of its own. */
    static Duration grace(Pod pod, Container container, Optional<String> failedProbe) {
        var probe = failedProbe.map(p -> p.equals("startup") ? container.getStartupProbe() : container.getLivenessProbe());
        return pod.getMetadata().getDeletionGracePeriodSeconds() != null
                ? grace(pod)
                : probe.map(p -> p.getTerminationGracePeriodSeconds()).map(Duration::ofSeconds).orElseGet(() -> grace(pod));
    }

    private boolean held(LifecycleHandler hook, Pod pod, Container container, String id, String podIp, Duration most) throws InterruptedException {
        if (hook.getSleep() != null) {
            TimeUnit.SECONDS.sleep(Math.min(most.toSeconds(), hook.getSleep().getSeconds()));
            return true;
        }
        var probe = new ProbeBuilder().withExec(hook.getExec()).withHttpGet(hook.getHttpGet()).withTimeoutSeconds((int) Math.max(1, most.toSeconds())).build();
        try {
            return parts.probes().ask(probe, pod, container, id, podIp).isEmpty();
        } catch (Probes.NotAskedException e) {
            return false;
        }
    }
}
