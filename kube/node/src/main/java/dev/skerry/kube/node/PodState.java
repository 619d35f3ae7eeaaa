package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.ContainerStatus;
import dev.skerry.kube.node.cri.PodSandbox;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the runtime has of one Pod: the only memory that there is of what was started.
 *
 * @param sandboxes newest first
 * @param containers by name, newest attempt first
 * @param sandboxOf the sandbox of each container, both by id
 */
record PodState(List<PodSandbox> sandboxes, Map<String, List<ContainerStatus>> containers, Map<String, String> sandboxOf) {

    static final int CREATED = 0;
    static final int RUNNING = 1;
    static final int EXITED = 2;
    private static final int READY = 0;

    static PodState of(Cri cri, String uid) {
        var sandboxes = new ArrayList<>(cri.sandboxes(uid));
        sandboxes.sort(Comparator.comparingInt((PodSandbox s) -> s.getMetadata().getAttempt()).thenComparingLong(PodSandbox::getCreatedAt).reversed());
        var containers = new LinkedHashMap<String, List<ContainerStatus>>();
        var sandboxOf = new LinkedHashMap<String, String>();
        for (var container : cri.containers(uid)) {
            sandboxOf.put(container.getId(), container.getPodSandboxId());
            cri.container(container.getId())
                    .ifPresent(s -> containers.computeIfAbsent(s.getMetadata().getName(), n -> new ArrayList<>()).add(s));
        }
        containers.values().forEach(c -> c.sort(
                Comparator.comparingInt((ContainerStatus s) -> s.getMetadata().getAttempt()).thenComparingLong(ContainerStatus::getCreatedAt).reversed()));
        return new PodState(sandboxes, containers, sandboxOf);
    }

    /** The newest sandbox, if it lives. */
    Optional<PodSandbox> sandbox() {
        return sandboxes.stream().findFirst().filter(s -> s.getState() == READY);
    }

    int nextSandboxAttempt() {
        return sandboxes.isEmpty() ? 0 : sandboxes.getFirst().getMetadata().getAttempt() + 1;
    }

    Optional<ContainerStatus> newest(String name) {
        return attempts(name).stream().findFirst();
    }

    List<ContainerStatus> attempts(String name) {
        return containers.getOrDefault(name, List.of());
    }

    /** Whether the container was made in the sandbox that lives now. */
    boolean current(ContainerStatus status) {
        return sandbox().map(s -> s.getId().equals(sandboxOf.get(status.getId()))).orElse(false);
    }

    List<ContainerStatus> running() {
        return containers.values().stream().flatMap(List::stream).filter(PodState::runs).toList();
    }

    static boolean runs(ContainerStatus status) {
        return status.getState() == RUNNING;
    }

    /** Ended; a container that was made and never started, when its sandbox died, counts too. */
    static boolean ended(ContainerStatus status) {
        return status.getState() != RUNNING && status.getState() != CREATED;
    }

    boolean empty() {
        return sandboxes.isEmpty() && containers.isEmpty();
    }
}
