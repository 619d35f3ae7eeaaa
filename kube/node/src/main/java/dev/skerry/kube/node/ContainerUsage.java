package dev.skerry.kube.node;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What containers use, and the machine as a whole.
 *
 * @param at the end of the window over which it was measured
 */
public record ContainerUsage(Instant at, Duration window, String nodeName, Amount node, List<One> containers) {

    public ContainerUsage {
        containers = List.copyOf(containers);
    }

    /** A container that runs. */
    public record One(String namespace, String pod, String container, Amount amount) {}

    public record Amount(long nanoCores, long memoryBytes) {}
}
