package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.ContainerStatus;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What the API shows of a Pod's containers, from what the runtime has of them. */
final class ContainerStatuses {

    private static final int MOST_TERMINATION = 4096;
    private static final int LONG_TAIL = 64 << 10;
    private static final int MOST_LINES = 80;
    private static final int KILLED = 137;
    private static final int FALLBACK_TERMINATION = 2048;

    private final NodePlace place;

    ContainerStatuses(NodePlace place) {
        this.place = place;
    }

    /** Why a container that is not there does not run: reason, message. */
    record Waiting(String reason, String message) {
        static final Waiting CREATING = new Waiting("ContainerCreating", "");
        static final Waiting INITIALIZING = new Waiting("PodInitializing", "");
    }

    /** The states of a Pod's containers by their sort, each in the order of the specification. */
    record Shown(
            List<io.fabric8.kubernetes.api.model.ContainerStatus> init,
            List<io.fabric8.kubernetes.api.model.ContainerStatus> main,
            List<io.fabric8.kubernetes.api.model.ContainerStatus> ephemeral) {

        /** Of a Pod that has gone from its node: what nobody saw end has failed. */
        Shown ended(boolean initialized) {
            return initialized ? new Shown(init, main.stream().map(ContainerStatuses::lost).toList(), ephemeral) : this;
        }
    }

    private static io.fabric8.kubernetes.api.model.ContainerStatus lost(io.fabric8.kubernetes.api.model.ContainerStatus status) {
        if (status.getState().getTerminated() != null) {
            return status;
        }
        return status.toBuilder().withState(new ContainerStateBuilder().withNewTerminated()
                .withExitCode(KILLED).withReason("ContainerStatusUnknown").withMessage("The container could not be located when the pod was terminated")
                .endTerminated().build()).build();
    }

    Shown of(Pod pod, PodState state, Map<String, Waiting> waiting, Health health) {
        var spec = pod.getSpec();
        var idle = spec.getInitContainers().isEmpty() ? Waiting.CREATING : Waiting.INITIALIZING;
        return new Shown(
                spec.getInitContainers().stream().map(c -> of(pod, c, state, waiting, idle, health, true)).toList(),
                spec.getContainers().stream().map(c -> of(pod, c, state, waiting, idle, health, false)).toList(),
                EphemeralContainers.of(pod).stream()
                        .map(c -> of(pod, c, state, waiting, Waiting.CREATING, health, false).toBuilder().withReady(false).withStarted(null).build()).toList());
    }

    private io.fabric8.kubernetes.api.model.ContainerStatus of(
            Pod pod, Container container, PodState state, Map<String, Waiting> waits, Waiting idle, Health health, boolean init) {
        var newest = state.newest(container.getName());
        var told = told(pod, container.getName());
        var waiting = Optional.ofNullable(waits.get(container.getName()));
        boolean plainInit = init && !PodPhase.sidecar(container);
        var status = new ContainerStatusBuilder()
                .withName(container.getName())
                .withImage(newest.map(n -> n.getImage().getImage()).filter(i -> !i.isEmpty() && !i.startsWith("sha256:")).orElse(container.getImage()))
                .withImageID("")
                .withRestartCount(newest.map(s -> s.getMetadata().getAttempt()).or(() -> told.map(t -> t.getRestartCount())).orElse(0))
                .withReady(false)
                .withStarted(false)
                .withState(new ContainerState())
                .withLastState(new ContainerState());
        newest.ifPresent(n -> status.withContainerID("containerd://" + n.getId()).withImageID(n.getImageRef()));
        ContainerFacts.add(status, container, newest.isPresent() && !plainInit && !EphemeralContainers.is(pod, container.getName()));
        if (newest.isPresent() && PodState.runs(newest.get())) {
            var id = newest.get().getId();
            status.withState(new ContainerStateBuilder().withNewRunning().withStartedAt(time(newest.get().getStartedAt())).endRunning().build())
                    .withStarted(health.started(container, id))
                    .withReady(!plainInit && health.ready(container, id));
            state.attempts(container.getName()).stream().skip(1).findFirst().ifPresentOrElse(
                    b -> status.withLastState(terminated(pod, container, b)),
                    () -> told.filter(t -> t.getLastState() != null).ifPresent(t -> status.withLastState(t.getLastState())));
        } else if (newest.isPresent() && PodState.ended(newest.get()) && waiting.isEmpty()) {
            status.withState(terminated(pod, container, newest.get())).withReady(plainInit && newest.get().getExitCode() == 0);
            state.attempts(container.getName()).stream().skip(1).findFirst().ifPresent(b -> status.withLastState(terminated(pod, container, b)));
        } else {
            var why = waiting.orElse(idle);
            status.withState(new ContainerStateBuilder().withNewWaiting()
                    .withReason(why.reason()).withMessage(why.message().isEmpty() ? null : why.message()).endWaiting().build());
            newest.filter(PodState::ended).ifPresent(n -> status.withLastState(terminated(pod, container, n)));
        }
        return status.build();
    }

    /** What the API has of the container now. */
    static Optional<io.fabric8.kubernetes.api.model.ContainerStatus> told(Pod pod, String container) {
        if (pod.getStatus() == null) {
            return Optional.empty();
        }
        return Stream.of(pod.getStatus().getContainerStatuses(), pod.getStatus().getInitContainerStatuses(), pod.getStatus().getEphemeralContainerStatuses())
                .flatMap(List::stream).filter(s -> s.getName().equals(container)).findFirst();
    }

    private ContainerState terminated(Pod pod, Container container, ContainerStatus ended) {
        var reason = ended.getReason().isEmpty() ? ended.getExitCode() == 0 ? "Completed" : "Error" : ended.getReason();
        var message = message(pod, container, ended);
        return new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(ended.getExitCode())
                .withReason(reason)
                .withMessage(message.isEmpty() ? null : message)
                .withStartedAt(time(ended.getStartedAt()))
                .withFinishedAt(time(ended.getFinishedAt()))
                .withContainerID("containerd://" + ended.getId())
                .endTerminated()
                .build();
    }

    /** What the container left in its termination file; or the end of its log, if it failed and its policy says so. */
    private String message(Pod pod, Container container, ContainerStatus ended) {
        var uid = pod.getMetadata().getUid();
        var text = tail(ContainerConfigs.termination(place, uid, container.getName(), ended.getMetadata().getAttempt()), MOST_TERMINATION);
        if (text.isEmpty() && ended.getExitCode() != 0 && "FallbackToLogsOnError".equals(container.getTerminationMessagePolicy())) {
            var log = place.logs(pod.getMetadata().getNamespace(), pod.getMetadata().getName(), uid)
                    .resolve(container.getName()).resolve(ended.getMetadata().getAttempt() + ".log");
            text = LogLines.texts(tail(log, LONG_TAIL));
            var lines = text.split("(?<=\n)", -1);
            text = String.join("", List.of(lines).subList(Math.max(0, lines.length - 1 - MOST_LINES), lines.length));
            text = text.length() > FALLBACK_TERMINATION ? text.substring(text.length() - FALLBACK_TERMINATION) : text;
        }
        // StartError and the like: the runtime knows why.
        return text.isEmpty() && !List.of("", "Error", "Completed", "OOMKilled").contains(ended.getReason()) ? ended.getMessage() : text;
    }

    private static String tail(Path file, int most) {
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            var bytes = new byte[(int) Math.min(in.length(), most)];
            in.seek(in.length() - bytes.length);
            in.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            // Removed with the container: then nothing is to be said.
            return "";
        }
    }

    /** A time of the runtime as the API writes it; a container that never ran ended when it was made. */
    static String time(long nanos) {
        return Instant.ofEpochSecond(0, Math.max(0, nanos)).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
