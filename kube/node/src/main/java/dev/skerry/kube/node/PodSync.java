package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.DEBUG;

import dev.skerry.kube.node.ContainerStatuses.Waiting;
import dev.skerry.kube.node.PodStatuses.Seen;
import dev.skerry.kube.node.cri.ContainerStatus;
import dev.skerry.kube.node.cri.PodSandbox;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;

/**
 * Brings one Pod to what its specification says. Each pass looks at what the runtime has, does what is missing and writes the
 * status; nothing but back-off is remembered between passes, so that an agent that was killed at any point goes on.
 */
final class PodSync implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(PodSync.class.getName());
    private static final Duration QUIET = Duration.ofMinutes(10);
    private static final Duration SOON = Duration.ofSeconds(2);

    private final PodParts parts;
    private final PodStarter starter;
    private final PodEnd end;
    private final ContainerStatuses containerStatuses;
    private final Restarts restarts = new Restarts();
    private final Health health;

    PodSync(PodParts parts, Runnable kick) {
        this.parts = parts;
        this.starter = new PodStarter(parts);
        this.end = new PodEnd(parts, starter);
        this.containerStatuses = new ContainerStatuses(parts.place());
        this.health = new Health(parts.probes(), parts.events(), kick);
    }

    /** What one pass found out. */
    private final class Pass {
        final Pod pod;
        PodState state;
        String podIp = "";
        final Map<String, Waiting> waiting = new HashMap<>();
        Duration again = QUIET;

        Pass(Pod pod, PodState state) {
            this.pod = pod;
            this.state = state;
        }

        void sooner(Duration wish) {
            again = wish.compareTo(again) < 0 ? wish : again;
        }
    }

    /** @return when to look again if nothing happens before; empty when the Pod has been ended and removed */
    Optional<Duration> sync(Pod pod) throws IOException, InterruptedException {
        var pass = new Pass(pod, PodState.of(parts.cri(), pod.getMetadata().getUid()));
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            health.close();
            end.stop(pod, pass.state, ip(pass));
            pass.state = PodState.of(parts.cri(), pod.getMetadata().getUid());
            tell(pass);
            end.remove(pod.getMetadata().getUid(), pod.getMetadata().getNamespace(), pod.getMetadata().getName());
            end.forget(pod);
            return Optional.empty();
        }
        if (PodPhase.terminal(pod)) {
            health.close();
            pass.state.sandbox().ifPresent(s -> parts.cri().stopSandbox(s.getId()));
            return Optional.of(QUIET);
        }
        var deadline = PodPhase.deadline(pod);
        if (deadline.isPresent() && !parts.clock().instant().isBefore(deadline.get())) {
            end.stop(pod, pass.state, ip(pass));
            pass.state = PodState.of(parts.cri(), pod.getMetadata().getUid());
            tell(pass);
            return Optional.of(QUIET);
        }
        deadline.ifPresent(d -> pass.sooner(Duration.between(parts.clock().instant(), d).plusMillis(10)));
        if (PodPhase.over(pod, pass.state)) {
            tell(pass);
            pass.state.sandbox().ifPresent(s -> parts.cri().stopSandbox(s.getId()));
            return Optional.of(QUIET);
        }
        advance(pass);
        tell(pass);
        return Optional.of(pass.again);
    }

    private void advance(Pass pass) throws IOException, InterruptedException {
        var pod = pass.pod;
        if (pass.state.sandbox().isEmpty()) {
            try {
                starter.sandbox(pod, pass.state);
            } catch (StatusRuntimeException e) {
                if (Cri.away(e)) {
                    throw e;
                }
                parts.events().warning(pod, "", "FailedCreatePodSandBox", "Failed to create pod sandbox: " + e.getStatus().getDescription());
                pass.sooner(SOON);
                return;
            }
            pass.state = PodState.of(parts.cri(), pod.getMetadata().getUid());
        }
        var sandbox = pass.state.sandbox().orElseThrow(() -> new IOException("sandbox of " + pod.getMetadata().getName() + ": ended as soon as it was made"));
        pass.podIp = ip(pass);
        for (var old : pass.state.sandboxes()) {
            if (!old.getId().equals(sandbox.getId()) && pass.state.sandboxOf().values().stream().noneMatch(old.getId()::equals)) {
                parts.cri().removeSandbox(old.getId());
            }
        }
        boolean started = pod.getSpec().getContainers().stream().anyMatch(c -> pass.state.newest(c.getName()).filter(pass.state::current).isPresent());
        for (var container : pod.getSpec().getInitContainers()) {
            if (!initialized(pass, container, sandbox, started)) {
                pod.getSpec().getContainers().forEach(c -> pass.waiting.put(c.getName(), Waiting.INITIALIZING));
                return;
            }
        }
        for (var container : pod.getSpec().getContainers()) {
            keep(pass, container, sandbox, PodPhase.policy(pod, container));
        }
    }

    /** Whether the next container may be started. One that restarts always is a sidecar: it need only have started. */
    private boolean initialized(Pass pass, Container container, PodSandbox sandbox, boolean mainStarted) throws IOException, InterruptedException {
        var sidecar = PodPhase.sidecar(container);
        var newest = pass.state.newest(container.getName());
        if (!sidecar && (mainStarted || newest.filter(pass.state::current).filter(PodState::ended).filter(n -> n.getExitCode() == 0).isPresent())) {
            return true;
        }
        if (!sidecar && newest.filter(pass.state::current).filter(PodState::runs).isPresent()) {
            return false;
        }
        keep(pass, container, sandbox, sidecar ? "Always" : PodPhase.initPolicy(pass.pod));
        var now = pass.state.newest(container.getName());
        return mainStarted || sidecar && now.filter(PodState::runs).filter(n -> health.started(container, n.getId())).isPresent();
    }

    /** Starts the container if it does not run and shall, ends it if it must not go on as it is. */
    private void keep(Pass pass, Container container, PodSandbox sandbox, String policy) throws IOException, InterruptedException {
        var newest = pass.state.newest(container.getName());
        try {
            if (newest.isPresent() && PodState.runs(newest.get())) {
                keepRunning(pass, container, newest.get());
            } else if (newest.isPresent() && newest.get().getState() == PodState.CREATED && pass.state.current(newest.get())) {
                starter.begin(pass.pod, container, newest.get().getId(), pass.podIp);
                look(pass);
            } else if (newest.isEmpty() || !pass.state.current(newest.get()) && !policy.equals("Never") || PodPhase.restarts(policy, newest.get())) {
                startAgain(pass, container, sandbox, newest);
            }
        } catch (NotStartedException e) {
            pass.waiting.put(container.getName(), new Waiting(e.reason(), e.text()));
            pass.sooner(SOON);
        }
    }

    private void keepRunning(Pass pass, Container container, ContainerStatus running) throws IOException, InterruptedException {
        var told = ContainerStatuses.told(pass.pod, container.getName()).filter(t -> ("containerd://" + running.getId()).equals(t.getContainerID()));
        health.watch(pass.pod, container, running.getId(), pass.podIp, told);
        var dies = health.mustDie(running.getId());
        boolean changed = !running.getAnnotationsOrDefault(ContainerConfigs.HASH, "").equals(ContainerConfigs.hash(container));
        if (dies.isPresent() || changed) {
            var why = changed
                    ? "Container " + container.getName() + " definition changed, will be restarted"
                    : "Container " + container.getName() + " failed " + dies.get() + " probe, will be restarted";
            starter.stop(pass.pod, container, running.getId(), pass.podIp, PodStarter.grace(pass.pod), why);
            look(pass);
            pass.sooner(Duration.ofMillis(10));
        }
    }

    private void startAgain(Pass pass, Container container, PodSandbox sandbox, Optional<ContainerStatus> before)
            throws NotStartedException, IOException, InterruptedException {
        var name = container.getName();
        var now = parts.clock().instant();
        if (before.isPresent()) {
            var finished = finished(before.get(), now);
            var wait = restarts.wait(name, finished, now);
            if (wait.isPresent()) {
                var text = name + " in pod " + pass.pod.getMetadata().getName() + "_" + pass.pod.getMetadata().getNamespace() + "(" + pass.pod.getMetadata().getUid() + ")";
                parts.events().warning(pass.pod, name, "BackOff", "Back-off restarting failed container " + text);
                pass.waiting.put(name, new Waiting("CrashLoopBackOff", "back-off " + text(restarts.delay(name)) + " restarting failed container=" + name
                        + " pod=" + pass.pod.getMetadata().getName() + "_" + pass.pod.getMetadata().getNamespace() + "(" + pass.pod.getMetadata().getUid() + ")"));
                pass.sooner(wait.get());
                return;
            }
            if (pass.state.current(before.get())) {
                restarts.restarted(name, Instant.ofEpochSecond(0, before.get().getStartedAt()), finished);
            }
        }
        var told = ContainerStatuses.told(pass.pod, name).filter(t -> t.getContainerID() != null).map(t -> t.getRestartCount() + 1).orElse(0);
        starter.start(pass.pod, container, before.map(b -> b.getMetadata().getAttempt() + 1).orElse(told), sandbox, pass.podIp);
        look(pass);
        forgetOld(pass, name);
    }

    /** A container that never ran, or whose end nobody saw, ended when it was made. */
    private static Instant finished(ContainerStatus status, Instant now) {
        var at = Instant.ofEpochSecond(0, status.getFinishedAt() > 0 ? status.getFinishedAt() : status.getCreatedAt());
        return at.isAfter(now) ? now : at;
    }

    /** As Go writes a duration: 10s, 1m20s, 5m0s. */
    private static String text(Duration duration) {
        return duration.toMinutes() == 0 ? duration.toSeconds() + "s" : duration.toMinutes() + "m" + duration.toSecondsPart() + "s";
    }

    /** The run before the present one is kept for its log and exit code; what is older goes. */
    private void forgetOld(Pass pass, String name) throws IOException {
        for (var old : pass.state.attempts(name).stream().skip(2).toList()) {
            parts.cri().removeContainer(old.getId());
            var meta = pass.pod.getMetadata();
            var log = parts.place().logs(meta.getNamespace(), meta.getName(), meta.getUid()).resolve(name).resolve(old.getMetadata().getAttempt() + ".log");
            java.nio.file.Files.deleteIfExists(log);
            java.nio.file.Files.deleteIfExists(java.nio.file.Path.of(log + ".1"));
        }
    }

    private void look(Pass pass) {
        pass.state = PodState.of(parts.cri(), pass.pod.getMetadata().getUid());
    }

    private String ip(Pass pass) {
        if (ContainerConfigs.hostNetwork(pass.pod)) {
            return parts.hostIp();
        }
        return pass.state.sandbox().map(s -> parts.cri().sandbox(s.getId()).getNetwork().getIp()).orElse("");
    }

    private void tell(Pass pass) {
        var pod = pass.pod;
        // What has been started in this pass is watched, and asked, from now on.
        var running = new HashSet<String>();
        pass.state.running().forEach(r -> running.add(r.getId()));
        health.keepOnly(running);
        for (var container : pod.getSpec().getContainers()) {
            pass.state.newest(container.getName()).filter(PodState::runs).ifPresent(n -> health.watch(
                    pod, container, n.getId(), pass.podIp,
                    ContainerStatuses.told(pod, container.getName()).filter(t -> ("containerd://" + n.getId()).equals(t.getContainerID()))));
        }
        var init = containerStatuses.of(pod, pod.getSpec().getInitContainers(), pass.state, pass.waiting, health, true);
        var main = containerStatuses.of(pod, pod.getSpec().getContainers(), pass.state, pass.waiting, health, false);
        var ip = pass.podIp.isEmpty() ? Optional.ofNullable(pod.getStatus()).map(s -> s.getPodIP()).orElse("") : pass.podIp;
        Seen seen = PodPhase.seen(pod, init, main, pass.state.sandbox().isPresent(), ip, parts.hostIp(), parts.clock().instant());
        try {
            var unused = parts.statuses().write(pod, pod.getStatus(), seen, parts.clock().instant());
        } catch (io.fabric8.kubernetes.client.KubernetesClientException e) {
            if (e.getCode() != java.net.HttpURLConnection.HTTP_NOT_FOUND && e.getCode() != java.net.HttpURLConnection.HTTP_CONFLICT) {
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
