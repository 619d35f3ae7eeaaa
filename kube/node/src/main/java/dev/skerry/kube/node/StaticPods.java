package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;

/** Pods of files in a folder of this machine. */
final class StaticPods {

    static final String SOURCE = "kubernetes.io/config.source";

    private StaticPods() {}

    /** Where the Pod was read, such as {@code file}; empty for one of the API. */
    static Optional<String> source(Pod pod) {
        return Optional.ofNullable(pod.getMetadata().getAnnotations()).map(a -> a.get(SOURCE)).filter(s -> !s.equals("api"));
    }
}
