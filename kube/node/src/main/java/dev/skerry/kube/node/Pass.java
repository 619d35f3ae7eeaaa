package dev.skerry.kube.node;

import dev.skerry.kube.node.ContainerStatuses.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** What one look at a Pod has found out so far, and when the next is due. Of the Pod's own thread. */
final class Pass {

    /** When there is nothing to wait for; a change wakes the Pod's thread before. */
    static final Duration QUIET = Duration.ofMinutes(10);

    final Pod pod;
    PodState state;
    String podIp = "";
    /** Why a container that shall run does not, by its name. */
    final Map<String, Waiting> waiting = new HashMap<>();
    Duration again = QUIET;
    /** Nothing of the Pod shall go on. */
    boolean over;

    Pass(Pod pod, PodState state) {
        this.pod = pod;
        this.state = state;
    }

    String uid() {
        return pod.getMetadata().getUid();
    }

    /** The next look is to be no later than this. */
    void sooner(Duration wish) {
        again = wish.compareTo(again) < 0 ? wish : again;
    }

    void wait(String container, Waiting why) {
        waiting.put(container, why);
    }
}
