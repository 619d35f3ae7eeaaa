package dev.skerry.kube.node;

import dev.skerry.kube.node.PodStatuses.Fact;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The five conditions that a node tells of a Pod. */
final class Conditions {

    private static final String READY = "Ready";

    private Conditions() {}

    static List<Fact> of(Pod pod, Optional<PodStatus> before, ContainerStatuses.Shown shown, String phase, boolean sandbox, Optional<Evictions.Eviction> disruption) {
        var unready = Stream.concat(
                        pod.getSpec().getInitContainers().stream().filter(PodPhase::sidecar).map(Container::getName)
                                .filter(n -> shown.init().stream().noneMatch(s -> s.getName().equals(n) && Boolean.TRUE.equals(s.getReady()))),
                        shown.main().stream().filter(s -> !Boolean.TRUE.equals(s.getReady())).map(ContainerStatus::getName))
                .toList();
        var conditions = new ArrayList<Fact>();
        conditions.add(new Fact("PodReadyToStartContainers", sandbox, null, null));
        conditions.add(initialized(pod, shown, phase));
        var ready = ready(phase, unready);
        conditions.add(gates(pod, before, ready));
        conditions.add(new Fact("ContainersReady", ready.holds(), ready.reason(), ready.message()));
        conditions.add(new Fact("PodScheduled", true, null, null));
        disruption.ifPresent(d -> conditions.add(new Fact("DisruptionTarget", true, "TerminationByKubelet", d.message())));
        return conditions;
    }

    private static Fact initialized(Pod pod, ContainerStatuses.Shown shown, String phase) {
        if (phase.equals("Succeeded")) {
            return new Fact("Initialized", true, "PodCompleted", null);
        }
        var incomplete = shown.init().stream().filter(s -> !complete(pod, s)).map(ContainerStatus::getName).toList();
        return incomplete.isEmpty() || anyMainStarted(shown.main())
                ? new Fact("Initialized", true, null, null)
                : new Fact("Initialized", false, "ContainersNotInitialized", "containers with incomplete status: [" + String.join(" ", incomplete) + "]");
    }

    static boolean initialized(Pod pod, List<ContainerStatus> init) {
        return init.stream().allMatch(s -> complete(pod, s));
    }

    /** Whether the Pod has been initialized once: what was done is not undone by a sidecar that ends. */
    static boolean anyMainStarted(List<ContainerStatus> main) {
        return main.stream().anyMatch(s -> s.getState().getRunning() != null || s.getState().getTerminated() != null
                || s.getLastState() != null && s.getLastState().getTerminated() != null);
    }

    static boolean sidecar(Pod pod, ContainerStatus status) {
        return pod.getSpec().getInitContainers().stream().anyMatch(c -> c.getName().equals(status.getName()) && PodPhase.sidecar(c));
    }

    private static boolean complete(Pod pod, ContainerStatus status) {
        return sidecar(pod, status)
                ? Boolean.TRUE.equals(status.getStarted())
                : status.getState().getTerminated() != null && status.getState().getTerminated().getExitCode() == 0;
    }

    private static Fact ready(String phase, List<String> unready) {
        return switch (phase) {
            case "Succeeded" -> new Fact(READY, false, "PodCompleted", null);
            case "Failed" -> new Fact(READY, false, "PodFailed", null);
            default -> unready.isEmpty()
                    ? new Fact(READY, true, null, null)
                    : new Fact(READY, false, "ContainersNotReady", "containers with unready status: [" + String.join(" ", unready) + "]");
        };
    }

    /** Others' conditions may hold back what the containers say. */
    private static Fact gates(Pod pod, Optional<PodStatus> before, Fact ready) {
        if (!ready.holds()) {
            return ready;
        }
        var wrong = new ArrayList<String>();
        for (var gate : pod.getSpec().getReadinessGates()) {
            var type = gate.getConditionType();
            var condition = before.flatMap(s -> s.getConditions().stream().filter(c -> c.getType().equals(type)).findFirst());
            if (condition.isEmpty()) {
                wrong.add("corresponding condition of pod readiness gate \"" + type + "\" does not exist.");
            } else if (!"True".equals(condition.get().getStatus())) {
                wrong.add("the status of pod readiness gate \"" + type + "\" is not \"True\", but " + condition.get().getStatus());
            }
        }
        return wrong.isEmpty() ? ready : new Fact(READY, false, "ReadinessGatesNotReady", String.join(", ", wrong));
    }
}
