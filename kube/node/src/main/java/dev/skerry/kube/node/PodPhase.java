package dev.skerry.kube.node;

import dev.skerry.kube.node.PodStatuses.Seen;
import dev.skerry.kube.node.cri.ContainerStatus;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a Pod's containers say of the Pod: its phase, whether it is over, what is to run again. Looks at nothing but its arguments. */
final class PodPhase {

    private PodPhase() {}

    static boolean terminal(Pod pod) {
        return pod.getStatus() != null && terminal(pod.getStatus().getPhase());
    }

    private static boolean terminal(String phase) {
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    static boolean sidecar(Container init) {
        return "Always".equals(init.getRestartPolicy());
    }

    private static String podPolicy(Pod pod) {
        return Optional.ofNullable(pod.getSpec().getRestartPolicy()).orElse("Always");
    }

    /** A container's own, else the Pod's. An init container that has succeeded does not begin again. */
    static String policy(Pod pod, Container container) {
        var policy = Optional.ofNullable(container.getRestartPolicy()).orElseGet(() -> podPolicy(pod));
        boolean init = pod.getSpec().getInitContainers().stream().anyMatch(c -> c.getName().equals(container.getName()));
        return init && !sidecar(container) && policy.equals("Always") ? "OnFailure" : policy;
    }

    static boolean restarts(Pod pod, Container container, ContainerStatus ended) {
        if (!PodState.ended(ended)) {
            return false;
        }
        if (container.getRestartPolicy() != null && container.getRestartPolicyRules() != null) {
            for (var rule : container.getRestartPolicyRules()) {
                var codes = rule.getExitCodes();
                if (codes != null && codes.getValues().contains(ended.getExitCode()) == "In".equals(codes.getOperator())) {
                    return true;
                }
            }
        }
        var policy = policy(pod, container);
        return policy.equals("Always") || policy.equals("OnFailure") && ended.getExitCode() != 0;
    }

    /** Whether all that shall run has run: nothing is to be started any more. */
    static boolean over(Pod pod, PodState state) {
        boolean initFailed = pod.getSpec().getInitContainers().stream().filter(c -> !sidecar(c))
                .anyMatch(c -> state.newest(c.getName()).filter(PodState::ended).filter(n -> n.getExitCode() != 0 && !restarts(pod, c, n)).isPresent());
        return initFailed || pod.getSpec().getContainers().stream().allMatch(c -> state.newest(c.getName())
                .filter(PodState::ended).filter(n -> !restarts(pod, c, n)).isPresent());
    }

    /** Whether a Pod whose sandbox has gone gets another: not if it must not begin again, or has nothing left to do. */
    static boolean wantsSandbox(Pod pod, PodState state) {
        if (state.sandboxes().isEmpty()) {
            return true;
        }
        if (podPolicy(pod).equals("Never") && !state.containers().isEmpty()) {
            return false;
        }
        return pod.getSpec().getContainers().stream().anyMatch(c -> state.newest(c.getName())
                .filter(n -> PodState.ended(n) && n.getExitCode() == 0 && !policy(pod, c).equals("Always")).isEmpty());
    }

    /** When the Pod must end, if it says so. */
    static Optional<Instant> deadline(Pod pod) {
        var seconds = pod.getSpec().getActiveDeadlineSeconds();
        var start = pod.getStatus() == null ? null : pod.getStatus().getStartTime();
        return seconds == null || start == null ? Optional.empty() : Optional.of(Instant.parse(start).plusSeconds(seconds));
    }

    /**
     * What the API is to show.
     *
     * @param before what it shows now
     */
    static Seen seen(Pod pod, Optional<PodStatus> before, ContainerStatuses.Shown containers, PodState state, String podIp, String hostIp,
            Optional<Evictions.Eviction> eviction, Instant now) {
        boolean nothingRuns = state.running().isEmpty();
        boolean deleted = pod.getMetadata().getDeletionTimestamp() != null && nothingRuns;
        var shown = deleted ? containers.ended(Conditions.initialized(pod, containers.init())) : containers;
        boolean tooLate = deadline(pod).filter(d -> !now.isBefore(d)).isPresent();
        var was = before.map(PodStatus::getPhase).orElse("Pending");
        var phase = tooLate || eviction.isPresent() ? "Failed" : phase(pod, shown, deleted);
        if (deleted && !terminal(phase)) {
            phase = "Failed";
        }
        // What has ended does not come back.
        phase = terminal(was) ? was : phase;
        return new Seen(
                phase,
                tooLate ? "DeadlineExceeded" : eviction.isPresent() ? "Evicted" : null,
                tooLate ? "Pod was active on the node longer than the specified deadline" : eviction.map(Evictions.Eviction::message).orElse(null),
                Conditions.of(pod, before, shown, phase, state.sandbox().isPresent(), eviction.filter(Evictions.Eviction::disrupted)),
                shown, podIp, hostIp, QosClass.of(pod).name());
    }

    /** A container that waits after a run counts as stopped. Sidecars that have ended do not count. */
    private static String phase(Pod pod, ContainerStatuses.Shown shown, boolean ended) {
        int failedInit = 0;
        int pending = 0;
        int running = 0;
        int stopped = 0;
        int succeeded = 0;
        int waiting = 0;
        boolean mainStarted = Conditions.anyMainStarted(shown.main());
        for (var status : shown.init()) {
            var terminated = status.getState().getTerminated();
            boolean ran = status.getLastState() != null && status.getLastState().getTerminated() != null;
            if (Conditions.sidecar(pod, status)) {
                if (status.getState().getRunning() != null) {
                    running++;
                    pending += Boolean.TRUE.equals(status.getStarted()) || mainStarted ? 0 : 1;
                } else if (terminated == null && !ran) {
                    waiting++;
                }
            } else if (terminated != null) {
                failedInit += terminated.getExitCode() == 0 ? 0 : 1;
            } else if (status.getState().getRunning() == null && ran) {
                failedInit += status.getLastState().getTerminated().getExitCode() == 0 ? 0 : 1;
            } else {
                pending++;
            }
        }
        for (var status : shown.main()) {
            if (status.getState().getRunning() != null) {
                running++;
            } else if (status.getState().getTerminated() != null) {
                stopped++;
                succeeded += status.getState().getTerminated().getExitCode() == 0 ? 1 : 0;
            } else if (status.getLastState() != null && status.getLastState().getTerminated() != null) {
                stopped++;
            } else {
                waiting++;
            }
        }
        if (failedInit > 0 && podPolicy(pod).equals("Never")) {
            return "Failed";
        }
        if (pending > 0 || waiting > 0) {
            return "Pending";
        }
        if (running > 0) {
            return "Running";
        }
        if (!ended && mayRestart(pod, shown)) {
            return "Running";
        }
        return stopped == succeeded ? "Succeeded" : "Failed";
    }

    private static boolean mayRestart(Pod pod, ContainerStatuses.Shown shown) {
        return shown.main().stream().anyMatch(s -> {
            var terminated = s.getState().getTerminated();
            var container = Stream.concat(pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream())
                    .filter(c -> c.getName().equals(s.getName())).findFirst();
            return terminated == null || container.isEmpty() || restarts(pod, container.get(),
                    ContainerStatus.newBuilder().setState(PodState.EXITED).setExitCode(terminated.getExitCode()).build());
        });
    }

    /** Names of the containers of a list of states, for those who tell of them. */
    static List<String> names(List<io.fabric8.kubernetes.api.model.ContainerStatus> statuses) {
        return statuses.stream().map(s -> s.getName()).toList();
    }
}
