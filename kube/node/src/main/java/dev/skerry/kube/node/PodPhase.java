package dev.skerry.kube.node;

import dev.skerry.kube.node.PodStatuses.Fact;
import dev.skerry.kube.node.PodStatuses.Seen;
import dev.skerry.kube.node.cri.ContainerStatus;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a Pod's containers say of the Pod: phase, conditions, whether it is over. Looks at nothing but its arguments. */
final class PodPhase {

    private PodPhase() {}

    static boolean terminal(Pod pod) {
        return pod.getStatus() != null && List.of("Succeeded", "Failed").contains(String.valueOf(pod.getStatus().getPhase()));
    }

    static boolean sidecar(Container init) {
        return "Always".equals(init.getRestartPolicy());
    }

    static String policy(Pod pod, Container container) {
        return Optional.ofNullable(container.getRestartPolicy()).or(() -> Optional.ofNullable(pod.getSpec().getRestartPolicy())).orElse("Always");
    }

    /** An init container that failed is tried again unless the Pod says never. */
    static String initPolicy(Pod pod) {
        return "Never".equals(pod.getSpec().getRestartPolicy()) ? "Never" : "OnFailure";
    }

    static boolean restarts(String policy, ContainerStatus ended) {
        return PodState.ended(ended) && (policy.equals("Always") || policy.equals("OnFailure") && ended.getExitCode() != 0);
    }

    /** Whether all that shall run has run: nothing is to be started any more. */
    static boolean over(Pod pod, PodState state) {
        boolean initFailed = pod.getSpec().getInitContainers().stream().filter(c -> !sidecar(c))
                .anyMatch(c -> initPolicy(pod).equals("Never") && state.newest(c.getName()).filter(PodState::ended).filter(n -> n.getExitCode() != 0).isPresent());
        return initFailed || pod.getSpec().getContainers().stream().allMatch(c -> state.newest(c.getName())
                .filter(PodState::ended).filter(n -> !restarts(policy(pod, c), n)).isPresent());
    }

    /** When the Pod must end, if it says so. */
    static Optional<Instant> deadline(Pod pod) {
        var seconds = pod.getSpec().getActiveDeadlineSeconds();
        var start = pod.getStatus() == null ? null : pod.getStatus().getStartTime();
        return seconds == null || start == null ? Optional.empty() : Optional.of(Instant.parse(start).plusSeconds(seconds));
    }

    static Seen seen(
            Pod pod,
            List<io.fabric8.kubernetes.api.model.ContainerStatus> init,
            List<io.fabric8.kubernetes.api.model.ContainerStatus> main,
            boolean sandbox,
            String podIp,
            String hostIp,
            Instant now) {
        boolean tooLate = deadline(pod).filter(d -> !now.isBefore(d)).isPresent();
        var phase = tooLate ? "Failed" : phase(pod, init, main);
        var conditions = new ArrayList<Fact>();
        conditions.add(new Fact("PodReadyToStartContainers", sandbox, null, null));
        conditions.add(initialized(pod, init, phase));
        var unready = Stream.concat(
                        pod.getSpec().getInitContainers().stream().filter(PodPhase::sidecar).map(Container::getName)
                                .filter(n -> init.stream().noneMatch(s -> s.getName().equals(n) && Boolean.TRUE.equals(s.getReady()))),
                        main.stream().filter(s -> !Boolean.TRUE.equals(s.getReady())).map(s -> s.getName()))
                .toList();
        var ready = ready(phase, unready);
        conditions.add(gates(pod, ready));
        conditions.add(new Fact("ContainersReady", ready.holds(), ready.reason(), ready.message()));
        conditions.add(new Fact("PodScheduled", true, null, null));
        return new Seen(
                phase,
                tooLate ? "DeadlineExceeded" : null,
                tooLate ? "Pod was active on the node longer than the specified deadline" : null,
                conditions, init, main, podIp, hostIp, qosClass(pod));
    }

    private static Fact initialized(Pod pod, List<io.fabric8.kubernetes.api.model.ContainerStatus> init, String phase) {
        if (phase.equals("Succeeded")) {
            return new Fact("Initialized", true, "PodCompleted", null);
        }
        var incomplete = init.stream().filter(s -> !complete(pod, s)).map(s -> s.getName()).toList();
        return incomplete.isEmpty()
                ? new Fact("Initialized", true, null, null)
                : new Fact("Initialized", false, "ContainersNotInitialized", "containers with incomplete status: [" + String.join(" ", incomplete) + "]");
    }

    private static boolean complete(Pod pod, io.fabric8.kubernetes.api.model.ContainerStatus status) {
        boolean sidecar = pod.getSpec().getInitContainers().stream().anyMatch(c -> c.getName().equals(status.getName()) && sidecar(c));
        return sidecar
                ? Boolean.TRUE.equals(status.getStarted())
                : status.getState().getTerminated() != null && status.getState().getTerminated().getExitCode() == 0;
    }

    private static Fact ready(String phase, List<String> unready) {
        if (phase.equals("Succeeded")) {
            return new Fact("Ready", false, "PodCompleted", null);
        }
        if (phase.equals("Failed")) {
            return new Fact("Ready", false, "PodFailed", null);
        }
        return unready.isEmpty()
                ? new Fact("Ready", true, null, null)
                : new Fact("Ready", false, "ContainersNotReady", "containers with unready status: [" + String.join(" ", unready) + "]");
    }

    private static Fact gates(Pod pod, Fact ready) {
        if (!ready.holds()) {
            return ready;
        }
        for (var gate : pod.getSpec().getReadinessGates()) {
            var type = gate.getConditionType();
            var condition = pod.getStatus() == null
                    ? Optional.<io.fabric8.kubernetes.api.model.PodCondition>empty()
                    : pod.getStatus().getConditions().stream().filter(c -> c.getType().equals(type)).findFirst();
            if (condition.isEmpty()) {
                return new Fact("Ready", false, "ReadinessGatesNotReady", "corresponding condition of pod readiness gate \"" + type + "\" does not exist.");
            }
            if (!"True".equals(condition.get().getStatus())) {
                return new Fact("Ready", false, "ReadinessGatesNotReady", "the status of pod readiness gate \"" + type + "\" is not \"True\", but " + condition.get().getStatus());
            }
        }
        return ready;
    }

    /** As the kubelet's getPhase. A container that waits after a run counts as stopped. */
    private static String phase(Pod pod, List<io.fabric8.kubernetes.api.model.ContainerStatus> init, List<io.fabric8.kubernetes.api.model.ContainerStatus> main) {
        var podPolicy = Optional.ofNullable(pod.getSpec().getRestartPolicy()).orElse("Always");
        boolean anyMainRan = main.stream().anyMatch(s -> s.getContainerID() != null);
        for (var status : init) {
            if (complete(pod, status)) {
                continue;
            }
            var terminated = status.getState().getTerminated();
            if (terminated != null && podPolicy.equals("Never")) {
                return "Failed";
            }
            if (!anyMainRan) {
                return "Pending";
            }
        }
        int waiting = 0;
        int running = 0;
        int stopped = 0;
        int succeeded = 0;
        for (var status : main) {
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
        if (waiting > 0) {
            return "Pending";
        }
        if (running > 0 || podPolicy.equals("Always")) {
            return "Running";
        }
        if (stopped == succeeded) {
            return "Succeeded";
        }
        return podPolicy.equals("Never") ? "Failed" : "Running";
    }

    /** Guaranteed, Burstable or BestEffort, from requests and limits of cpu and memory. */
    static String qosClass(Pod pod) {
        boolean any = false;
        boolean guaranteed = true;
        for (var container : Stream.concat(pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream()).toList()) {
            var resources = container.getResources();
            Map<String, Quantity> limits = resources == null || resources.getLimits() == null ? Map.of() : resources.getLimits();
            Map<String, Quantity> requests = resources == null || resources.getRequests() == null ? Map.of() : resources.getRequests();
            for (var name : List.of("cpu", "memory")) {
                var limit = amount(limits.get(name));
                var request = amount(requests.get(name));
                any |= limit.signum() > 0 || request.signum() > 0;
                guaranteed &= limit.signum() > 0 && (request.signum() == 0 || request.compareTo(limit) == 0);
            }
        }
        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }

    private static BigDecimal amount(@Nullable Quantity quantity) {
        return quantity == null ? BigDecimal.ZERO : quantity.getNumericalAmount();
    }
}
