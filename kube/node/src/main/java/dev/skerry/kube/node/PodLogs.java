package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the log of a container, of the run that is asked for, or says in the kubelet's words why there is none. */
final class PodLogs {

    private final NodePlace place;
    private final Cri cri;

    PodLogs(NodePlace place, Cri cri) {
        this.place = place;
        this.cri = cri;
    }

    /** @param tailLines, limitBytes -1 if not given */
    record Options(boolean follow, boolean previous, boolean timestamps, long tailLines, Optional<Instant> since, long limitBytes) {}

    void write(Pod pod, String container, Options options, OutputStream out) throws IOException, InterruptedException {
        var meta = pod.getMetadata();
        var attempts = PodState.of(cri, meta.getUid()).attempts(container);
        var wanted = options.previous() ? previous(pod, container, attempts) : attempts.stream().findFirst();
        if (wanted.isEmpty()) {
            throw new IOException(missing(pod, container, options.previous()));
        }
        var file = place.logs(meta.getNamespace(), meta.getName(), meta.getUid()).resolve(container).resolve(wanted.get().getMetadata().getAttempt() + ".log");
        var id = wanted.get().getId();
        new LogReader(file, options, () -> cri.container(id).filter(PodState::runs).isPresent(), out).run();
    }

    /** The run that the status tells of as the last one. */
    private static Optional<ContainerStatus> previous(Pod pod, String container, java.util.List<ContainerStatus> attempts) {
        var last = status(pod, container).map(s -> s.getLastState()).map(s -> s.getTerminated()).map(t -> t.getContainerID());
        return last.flatMap(id -> attempts.stream().filter(a -> id.endsWith("/" + a.getId())).findFirst());
    }

    private static Optional<io.fabric8.kubernetes.api.model.ContainerStatus> status(Pod pod, String container) {
        var status = Optional.ofNullable(pod.getStatus()).orElseGet(PodStatus::new);
        return Stream.of(status.getContainerStatuses(), status.getInitContainerStatuses(), status.getEphemeralContainerStatuses())
                .flatMap(java.util.List::stream).filter(s -> s.getName().equals(container)).findFirst();
    }

    private static String missing(Pod pod, String container, boolean previous) {
        var where = "container \"" + container + "\" in pod \"" + pod.getMetadata().getName() + "\"";
        if (previous) {
            return "previous terminated " + where + " not found";
        }
        var told = status(pod, container);
        if (told.isEmpty()) {
            return where + " is not available";
        }
        var waiting = told.map(s -> s.getState()).map(s -> s.getWaiting()).map(w -> w.getReason()).orElse("");
        return where + " is waiting to start" + switch (waiting) {
            case "" -> " - no logs yet";
            case "ErrImagePull" -> ": image can't be pulled";
            case "ImagePullBackOff" -> ": trying and failing to pull image";
            default -> ": " + waiting;
        };
    }
}
