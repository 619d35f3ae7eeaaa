package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.DEBUG;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings one Pod to what its specification says. Each pass looks at what the runtime has, does what is missing and writes the
 * status; nothing but back-off is remembered between passes, so that an agent that was killed at any point goes on.
 */
final class PodSync implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(PodSync.class.getName());
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LAST_RETRY = Duration.ofSeconds(60);

    private final PodParts parts;
    private final PodStarter starter;
    private final PodContainers containers;
    private final PodEnd end;
    private final ContainerStatuses containerStatuses;
    private final Health health;
    private Duration retry = FIRST_RETRY;
    private boolean cleared;
    private boolean warned;
    private volatile Evictions.@Nullable Eviction eviction;

    PodSync(PodParts parts, Runnable kick) {
        this.parts = parts;
        this.starter = new PodStarter(parts);
        this.end = new PodEnd(parts, starter);
        this.containerStatuses = new ContainerStatuses(parts.place());
        this.health = new Health(parts.probes(), parts.events(), kick);
        this.containers = new PodContainers(parts, starter, health);
    }

    /** What a mounted ConfigMap or Secret holds has changed, or may have. */
    void refreshVolumes() {
        starter.volumes().refresh();
    }

    /** The node has no room for it any more. */
    void evict(Evictions.Eviction why) {
        eviction = why;
    }

    /** @return when to look again if nothing happens before; empty when the Pod has been ended and removed */
    Optional<Duration> sync(Pod pod) throws IOException, InterruptedException {
        var pass = new Pass(pod, PodState.of(parts.cri(), pod.getMetadata().getUid()));
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            return terminate(pass);
        }
        if (PodPhase.terminal(pod)) {
            finish(pass);
            return Optional.of(Pass.QUIET);
        }
        if (pass.state.empty()) {
            var refusal = parts.admission().refuses(pod);
            if (refusal.isPresent()) {
                parts.events().warning(pod, "", refusal.get().reason(), refusal.get().message());
                parts.statuses().reject(pod, refusal.get(), parts.clock().instant());
                return Optional.of(Pass.QUIET);
            }
            if (!warned) {
                Unsupported.of(pod).forEach(w -> parts.events().warning(pod, "", "Unsupported", w));
                warned = true;
            }
        }
        if (eviction != null) {
            parts.events().warning(pod, "", "Evicted", eviction.message());
            end(pass, true);
            return Optional.of(Pass.QUIET);
        }
        var deadline = PodPhase.deadline(pod);
        if (deadline.isPresent() && !parts.clock().instant().isBefore(deadline.get())) {
            parts.events().normal(pod, "", "DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
            end(pass, false);
            return Optional.of(Pass.QUIET);
        }
        deadline.ifPresent(d -> pass.sooner(Duration.between(parts.clock().instant(), d).plusMillis(10)));
        pass.podIp = ip(pass);
        if (PodPhase.over(pod, pass.state)) {
            end(pass, false);
            return Optional.of(Pass.QUIET);
        }
        advance(pass);
        if (pass.over || PodPhase.over(pod, pass.state)) {
            end(pass, false);
            return Optional.of(Pass.QUIET);
        }
        tell(pass, false);
        return Optional.of(pass.again);
    }

    /** Nobody wants it any more, and nobody is to be told. */
    void end(Pod pod) throws IOException, InterruptedException {
        health.close();
        var state = PodState.of(parts.cri(), pod.getMetadata().getUid());
        end.stop(pod, state, ip(new Pass(pod, state)));
        end.remove(pod.getMetadata().getUid(), pod.getMetadata().getNamespace(), pod.getMetadata().getName());
    }

    /** The API wants it gone: while it ends it is shown as it was; then its last state, and the object goes. */
    private Optional<Duration> terminate(Pass pass) throws IOException, InterruptedException {
        var pod = pass.pod;
        if (!PodPhase.terminal(pod) || !pass.state.running().isEmpty()) {
            health.stopRestarts();
            end(pass, true);
        }
        health.close();
        end.remove(pass.uid(), pod.getMetadata().getNamespace(), pod.getMetadata().getName());
        end.forget(pod);
        return Optional.empty();
    }

    /** Says what is known, ends what runs, says what became of it. Only then may the Pod be called ended. */
    private void end(Pass pass, boolean silent) throws IOException, InterruptedException {
        pass.podIp = ip(pass);
        if (!silent) {
            tell(pass, true);
        }
        end.stop(pass.pod, pass.state, pass.podIp, eviction == null ? PodStarter.grace(pass.pod) : Duration.ZERO);
        look(pass);
        tell(pass, false);
        health.close();
    }

    private void finish(Pass pass) throws IOException, InterruptedException {
        if (!cleared) {
            health.close();
            end.stop(pass.pod, pass.state, ip(pass));
            starter.volumes().unmount(pass.uid());
            cleared = true;
        }
    }

    private void advance(Pass pass) throws IOException, InterruptedException {
        var pod = pass.pod;
        try {
            starter.volumes().prepare(pod, starter.fields(pod, pass.podIp));
        } catch (NotStartedException e) {
            parts.events().warning(pod, "", e.reason(), e.text());
            if (pass.state.sandbox().isEmpty()) {
                again(pass);
                return;
            }
            // It has been mounted once: what runs goes on with what there is.
            pass.sooner(LAST_RETRY);
        }
        if (pass.state.sandbox().isEmpty()) {
            if (!PodPhase.wantsSandbox(pod, pass.state)) {
                pass.over = true;
                return;
            }
            if (!pass.state.sandboxes().isEmpty()) {
                parts.events().normal(pod, "", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
                end.stop(pod, pass.state, pass.podIp);
            }
            try {
                starter.sandbox(pod, pass.state);
            } catch (StatusRuntimeException e) {
                if (Cri.away(e)) {
                    throw e;
                }
                parts.events().warning(pod, "", "FailedCreatePodSandBox", "Failed to create pod sandbox: rpc error: code = "
                        + Cri.code(e) + " desc = " + e.getStatus().getDescription());
                again(pass);
                return;
            }
            look(pass);
            pass.podIp = ip(pass);
            // What waits from now on waits in a Pod that has an address.
            tell(pass, false);
        }
        retry = FIRST_RETRY;
        var sandbox = pass.state.sandbox().orElseThrow(() -> new IOException("sandbox of " + pod.getMetadata().getName() + ": ended as soon as it was made"));
        pass.podIp = ip(pass);
        for (var old : pass.state.sandboxes()) {
            if (!old.getId().equals(sandbox.getId()) && pass.state.sandboxOf().values().stream().noneMatch(old.getId()::equals)) {
                parts.cri().removeSandbox(old.getId());
            }
        }
        containers.advance(pass, sandbox);
        pass.sooner(starter.volumes().restful());
    }

    /** Each time twice as late. */
    private void again(Pass pass) {
        pass.sooner(retry);
        retry = retry.multipliedBy(2).compareTo(LAST_RETRY) > 0 ? LAST_RETRY : retry.multipliedBy(2);
    }

    private void look(Pass pass) {
        pass.state = PodState.of(parts.cri(), pass.uid());
    }

    private String ip(Pass pass) {
        var sandbox = pass.state.sandbox();
        if (ContainerConfigs.hostNetwork(pass.pod)) {
            return sandbox.isPresent() ? parts.hostIp() : "";
        }
        return sandbox.map(s -> parts.cri().sandbox(s.getId()).getNetwork().getIp()).orElse("");
    }

    /** @param held whether something may still run that is not seen: then the phase stays what it was */
    private void tell(Pass pass, boolean held) {
        var pod = pass.pod;
        // What has been started in this pass is watched, and asked, from now on.
        var running = new HashSet<String>();
        pass.state.running().forEach(r -> running.add(r.getId()));
        health.keepOnly(running);
        if (pod.getMetadata().getDeletionTimestamp() == null) {
            Stream.concat(pod.getSpec().getInitContainers().stream().filter(PodPhase::sidecar), pod.getSpec().getContainers().stream()).forEach(container ->
                    pass.state.newest(container.getName()).filter(PodState::runs).ifPresent(n -> health.watch(
                            pod, container, n.getId(), pass.podIp,
                            ContainerStatuses.told(pod, container.getName()).filter(t -> ("containerd://" + n.getId()).equals(t.getContainerID())))));
        }
        var shown = containerStatuses.of(pod, pass.state, pass.waiting, health);
        var before = parts.statuses().shown(pod);
        var ip = pass.podIp.isEmpty() ? before.map(s -> s.getPodIP()).orElse("") : pass.podIp;
        var hostIp = parts.hostIp();
        var seen = PodPhase.seen(pod, before, shown, pass.state, ip == null ? "" : ip, hostIp, Optional.ofNullable(eviction), parts.clock().instant());
        boolean alive = pass.state.sandbox().isPresent() || !pass.state.running().isEmpty();
        try {
            var unused = parts.statuses().write(pod, held || alive && seen.ended() ? seen.heldAt(before) : seen, parts.clock().instant());
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            // The Pod has gone, or is another one by now: the watch tells.
            LOG.log(DEBUG, "pod {0}: status not written: {1}", pod.getMetadata().getName(), e.getMessage());
        }
    }

    @Override
    public void close() {
        health.close();
    }
}
