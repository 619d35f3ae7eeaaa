package dev.skerry.kube.node;

import dev.skerry.kube.node.ContainerStatuses.Waiting;
import dev.skerry.kube.node.cri.ContainerStatus;
import dev.skerry.kube.node.cri.PodSandbox;
import io.fabric8.kubernetes.api.model.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Starts what of a Pod's containers shall run and does not, in the order that their sort asks for, and ends what must not go on
 * as it is. Remembers back-off only.
 */
final class PodContainers {

    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final Duration AT_ONCE = Duration.ofMillis(10);

    private final PodParts parts;
    private final PodStarter starter;
    private final Health health;
    private final Restarts restarts = new Restarts();

    PodContainers(PodParts parts, PodStarter starter, Health health) {
        this.parts = parts;
        this.starter = starter;
        this.health = health;
    }

    void advance(Pass pass, PodSandbox sandbox) throws IOException, InterruptedException {
        var spec = pass.pod.getSpec();
        for (var container : EphemeralContainers.of(pass.pod)) {
            // Once only, whatever becomes of it.
            if (pass.state.newest(container.getName()).isEmpty()) {
                keep(pass, container, sandbox, true);
            }
        }
        boolean started = spec.getContainers().stream().anyMatch(c -> pass.state.newest(c.getName()).filter(pass.state::current).isPresent());
        for (var container : spec.getInitContainers()) {
            if (!initialized(pass, container, sandbox, started) && !started) {
                return;
            }
        }
        for (var container : spec.getContainers()) {
            keep(pass, container, sandbox, false);
        }
    }

    /** Whether the next container may be started. One that restarts always is a sidecar: it need only have started. */
    private boolean initialized(Pass pass, Container container, PodSandbox sandbox, boolean mainStarted) throws IOException, InterruptedException {
        if (PodPhase.sidecar(container)) {
            keep(pass, container, sandbox, true);
            return pass.state.newest(container.getName()).filter(PodState::runs).filter(n -> health.started(container, n.getId())).isPresent();
        }
        var now = pass.state.newest(container.getName()).filter(pass.state::current);
        if (mainStarted || now.filter(PodState::ended).filter(n -> n.getExitCode() == 0).isPresent()) {
            return true;
        }
        if (now.filter(PodState::runs).isEmpty()) {
            keep(pass, container, sandbox, true);
        }
        return false;
    }

    private void keep(Pass pass, Container container, PodSandbox sandbox, boolean fresh) throws IOException, InterruptedException {
        var newest = pass.state.newest(container.getName());
        try {
            if (newest.isPresent() && PodState.runs(newest.get()) && !mustGo(pass, container, newest.get())) {
                return;
            }
            if (newest.isPresent() && newest.get().getState() == PodState.CREATED && pass.state.current(newest.get())) {
                starter.begin(pass.pod, container, newest.get().getId(), pass.podIp);
                look(pass);
            } else if (newest.isEmpty() || pass.state.newest(container.getName()).filter(n -> again(pass, container, n, fresh)).isPresent()) {
                startAgain(pass, container, sandbox, pass.state.newest(container.getName()));
            }
        } catch (NotStartedException e) {
            look(pass);
            pass.wait(container.getName(), new Waiting(e.reason(), e.text()));
            // A container that was made and could not begin has ended: its back-off says when it is tried again.
            pass.sooner(e.reason().equals("RunContainerError") ? AT_ONCE : AGAIN);
        }
    }

    /** @param fresh whether a new sandbox begins it anew even if it had done its work in the one before */
    private static boolean again(Pass pass, Container container, ContainerStatus newest, boolean fresh) {
        if (!PodState.ended(newest) && pass.state.current(newest)) {
            return false;
        }
        return fresh && !pass.state.current(newest) || PodPhase.restarts(pass.pod, container, newest);
    }

    /** Ends a container that has failed a probe or is another by now. @return whether it was ended */
    private boolean mustGo(Pass pass, Container container, ContainerStatus running) throws InterruptedException {
        var told = ContainerStatuses.told(pass.pod, container.getName()).filter(t -> ("containerd://" + running.getId()).equals(t.getContainerID()));
        health.watch(pass.pod, container, running.getId(), pass.podIp, told);
        var dies = health.mustDie(running.getId());
        var hash = running.getAnnotationsOrDefault(ContainerConfigs.HASH, "");
        boolean changed = !hash.isEmpty() && !hash.equals(ContainerConfigs.hash(container));
        if (dies.isEmpty() && !changed) {
            return false;
        }
        boolean restarts = changed || !PodPhase.policy(pass.pod, container).equals("Never");
        if (!restarts && pass.state.running().stream().filter(r -> main(pass, r)).allMatch(r -> health.mustDie(r.getId()).isPresent())) {
            // Nothing else keeps the Pod: all of it ends, with its own grace.
            pass.over = true;
            return true;
        }
        var why = changed ? "Container " + container.getName() + " definition changed" : "Container " + container.getName() + " failed " + dies.get() + " probe";
        starter.stop(pass.pod, container, running.getId(), pass.podIp, PodStarter.grace(pass.pod, container, dies), why + (restarts ? ", will be restarted" : ""));
        look(pass);
        pass.sooner(AT_ONCE);
        return true;
    }

    private static boolean main(Pass pass, ContainerStatus running) {
        return pass.pod.getSpec().getContainers().stream().anyMatch(c -> c.getName().equals(running.getMetadata().getName()));
    }

    private void startAgain(Pass pass, Container container, PodSandbox sandbox, Optional<ContainerStatus> before)
            throws NotStartedException, IOException, InterruptedException {
        if (pass.over) {
            return;
        }
        var name = container.getName();
        var now = parts.clock().instant();
        if (before.isPresent()) {
            var finished = finished(before.get(), now);
            var wait = restarts.wait(name, finished, now);
            if (wait.isPresent()) {
                var meta = pass.pod.getMetadata();
                var which = meta.getName() + "_" + meta.getNamespace() + "(" + meta.getUid() + ")";
                parts.events().warning(pass.pod, name, "BackOff", "Back-off restarting failed container " + name + " in pod " + which);
                pass.wait(name, new Waiting("CrashLoopBackOff", "back-off " + text(restarts.delay(name)) + " restarting failed container=" + name + " pod=" + which));
                pass.sooner(wait.get());
                return;
            }
            if (pass.state.current(before.get())) {
                restarts.restarted(name, Instant.ofEpochSecond(0, before.get().getStartedAt()), finished);
            }
        }
        var told = ContainerStatuses.told(pass.pod, name).filter(t -> t.getContainerID() != null).map(t -> t.getRestartCount() + 1).orElse(0);
        try {
            starter.start(pass.pod, container, before.map(b -> b.getMetadata().getAttempt() + 1).orElse(told), sandbox, pass.podIp);
        } finally {
            look(pass);
        }
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
            Files.deleteIfExists(log);
            Files.deleteIfExists(Path.of(log + ".1"));
        }
    }

    private void look(Pass pass) {
        pass.state = PodState.of(parts.cri(), pass.uid());
    }
}
