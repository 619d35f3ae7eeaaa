package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.Image;
import dev.skerry.kube.node.cri.PodSandbox;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes, starts and stops the sandbox and the containers of one Pod, and tells of it. Used by the Pod's own thread. */
final class PodStarter {

    private static final Duration HOOK = Duration.ofSeconds(30);

    private final PodParts parts;
    private final ContainerConfigs configs;
    private final Volumes volumes;
    private final Configs data;
    private final Restarts pulls = new Restarts();
    private final Map<String, Instant> pullFailed = new HashMap<>();

    PodStarter(PodParts parts) {
        this.parts = parts;
        this.configs = new ContainerConfigs(parts.place());
        this.data = new Configs(parts.client());
        this.volumes = new Volumes(parts.place(), data);
    }

    Volumes volumes() {
        return volumes;
    }

    /** Makes a sandbox with its network. Fails with {@link StatusRuntimeException}; a halfway one is the runtime's to remove. */
    void sandbox(Pod pod, PodState state) {
        for (var old : state.sandboxes()) {
            parts.cri().stopSandbox(old.getId());
        }
        var unused = parts.cri().runSandbox(configs.sandbox(pod, state.nextSandboxAttempt()));
    }

    void start(Pod pod, Container container, int attempt, PodSandbox sandbox, String podIp)
            throws NotStartedException, IOException, InterruptedException {
        var image = image(pod, container);
        var fields = new DownwardFields(pod, podIp, parts.hostIp(), parts.capacity());
        Map<String, java.nio.file.Path> paths;
        try {
            paths = volumes.prepare(pod, fields);
        } catch (NotStartedException e) {
            parts.events().warning(pod, "", e.reason(), e.text());
            throw new NotStartedException("ContainerCreating", "");
        }
        String id;
        try {
            var environment = Environment.of(container, pod.getMetadata().getNamespace(), fields, data);
            var config = configs.container(pod, container, attempt, image, environment, paths, podIp);
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
    void begin(Pod pod, Container container, String id, String podIp) throws InterruptedException {
        try {
            parts.cri().startContainer(id);
        } catch (StatusRuntimeException e) {
            if (Cri.away(e)) {
                throw e;
            }
            // The runtime shows it as ended, with the reason: it is restarted by its policy.
            parts.events().warning(pod, container.getName(), "Failed", "Error: " + e.getStatus().getDescription());
            return;
        }
        parts.events().normal(pod, container.getName(), "Started", "Container started");
        var hook = container.getLifecycle() == null ? null : container.getLifecycle().getPostStart();
        if (hook != null && !held(hook, pod, container, id, podIp, HOOK)) {
            parts.events().warning(pod, container.getName(), "FailedPostStartHook", "PostStartHook failed");
            parts.events().normal(pod, container.getName(), "Killing", "FailedPostStartHook");
            parts.cri().stopContainer(id, grace(pod));
        }
    }

    /** Ends a container: its hook, SIGTERM, and SIGKILL after the grace. */
    void stop(Pod pod, Container container, String id, String podIp, Duration grace, String why) throws InterruptedException {
        parts.events().normal(pod, container.getName(), "Killing", why);
        var began = System.nanoTime();
        var hook = container.getLifecycle() == null ? null : container.getLifecycle().getPreStop();
        if (hook != null && !grace.isZero() && !held(hook, pod, container, id, podIp, grace)) {
            parts.events().warning(pod, container.getName(), "FailedPreStopHook", "PreStopHook failed");
        }
        var left = grace.minusNanos(System.nanoTime() - began);
        // A hook that took all of the time leaves two seconds to hear the signal, as the kubelet has it.
        parts.cri().stopContainer(id, grace.isZero() ? Duration.ZERO : left.toSeconds() < 2 ? Duration.ofSeconds(Math.min(2, grace.toSeconds())) : left);
    }

    static Duration grace(Pod pod) {
        var own = pod.getMetadata().getDeletionGracePeriodSeconds();
        var spec = pod.getSpec().getTerminationGracePeriodSeconds();
        return Duration.ofSeconds(own != null ? own : spec != null ? spec : 30);
    }

    private boolean held(LifecycleHandler hook, Pod pod, Container container, String id, String podIp, Duration most) throws InterruptedException {
        if (hook.getSleep() != null) {
            TimeUnit.SECONDS.sleep(Math.min(most.toSeconds(), hook.getSleep().getSeconds()));
            return true;
        }
        var probe = new ProbeBuilder().withExec(hook.getExec()).withHttpGet(hook.getHttpGet()).withTimeoutSeconds((int) Math.max(1, most.toSeconds())).build();
        return parts.probes().ask(probe, pod, container, id, podIp).isEmpty();
    }

    private Image image(Pod pod, Container container) throws NotStartedException {
        var name = container.getImage();
        Optional<Image> there;
        try {
            there = parts.cri().image(name);
        } catch (StatusRuntimeException e) {
            if (Cri.away(e)) {
                throw e;
            }
            parts.events().warning(pod, container.getName(), "InspectFailed", "Failed to apply default image tag \"" + name + "\": couldn't parse image name \"" + name + "\": invalid reference format");
            throw new NotStartedException("InvalidImageName", "Failed to apply default image tag \"" + name + "\": couldn't parse image name \"" + name + "\": invalid reference format");
        }
        @Nullable String policy = container.getImagePullPolicy();
        if (there.isPresent() && !"Always".equals(policy)) {
            parts.events().normal(pod, container.getName(), "Pulled", "Container image \"" + name + "\" already present on machine and can be accessed by the pod");
            return there.get();
        }
        if ("Never".equals(policy)) {
            var message = "Container image \"" + name + "\" is not present with pull policy of Never";
            parts.events().warning(pod, container.getName(), "ErrImageNeverPull", message);
            throw new NotStartedException("ErrImageNeverPull", message);
        }
        return pulled(pod, container, name);
    }

    private Image pulled(Pod pod, Container container, String name) throws NotStartedException {
        var failed = pullFailed.get(name);
        if (failed != null && pulls.wait(name, failed, parts.clock().instant()).isPresent()) {
            parts.events().normal(pod, container.getName(), "BackOff", "Back-off pulling image \"" + name + "\"");
            throw new NotStartedException("ImagePullBackOff", "Back-off pulling image \"" + name + "\"");
        }
        parts.events().normal(pod, container.getName(), "Pulling", "Pulling image \"" + name + "\"");
        try {
            parts.cri().pull(name);
            pullFailed.remove(name);
            parts.events().normal(pod, container.getName(), "Pulled", "Successfully pulled image \"" + name + "\"");
            return parts.cri().image(name).orElseThrow(() -> new NotStartedException("ErrImagePull", "image \"" + name + "\" is not there after it was pulled"));
        } catch (StatusRuntimeException e) {
            if (Cri.away(e)) {
                throw e;
            }
            var now = parts.clock().instant();
            pulls.restarted(name, now, now);
            pullFailed.put(name, now);
            var message = "failed to pull image \"" + name + "\": " + e.getStatus().getDescription();
            parts.events().warning(pod, container.getName(), "Failed", "Failed to pull image \"" + name + "\": " + e.getStatus().getDescription());
            parts.events().warning(pod, container.getName(), "Failed", "Error: ErrImagePull");
            throw new NotStartedException("ErrImagePull", message);
        }
    }
}
