package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;

/** The containers that somebody has put into a running Pod to look into it: as other containers, but begun once only. */
final class EphemeralContainers {

    private EphemeralContainers() {}

    static List<Container> of(Pod pod) {
        var all = pod.getSpec().getEphemeralContainers();
        return all == null ? List.of() : all.stream().map(EphemeralContainers::plain).toList();
    }

    private static Container plain(EphemeralContainer one) {
        return new ContainerBuilder()
                .withName(one.getName()).withImage(one.getImage()).withImagePullPolicy(one.getImagePullPolicy())
                .withCommand(one.getCommand()).withArgs(one.getArgs()).withWorkingDir(one.getWorkingDir())
                .withEnv(one.getEnv()).withEnvFrom(one.getEnvFrom())
                .withVolumeMounts(one.getVolumeMounts()).withSecurityContext(one.getSecurityContext())
                .withStdin(one.getStdin()).withStdinOnce(one.getStdinOnce()).withTty(one.getTty())
                .withTerminationMessagePath(one.getTerminationMessagePath()).withTerminationMessagePolicy(one.getTerminationMessagePolicy())
                .withRestartPolicy("Never")
                .build();
    }

    static boolean is(Pod pod, String container) {
        return of(pod).stream().anyMatch(c -> c.getName().equals(container));
    }

    /** The container whose processes it wants to see. */
    static Optional<String> target(Pod pod, String container) {
        var all = pod.getSpec().getEphemeralContainers();
        return all == null
                ? Optional.empty()
                : all.stream().filter(c -> c.getName().equals(container)).findFirst().map(EphemeralContainer::getTargetContainerName).filter(t -> !t.isEmpty());
    }
}
