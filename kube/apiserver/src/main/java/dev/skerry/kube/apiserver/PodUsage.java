package dev.skerry.kube.apiserver;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Measures what containers and their machine use. A node agent provides it; the API server answers for {@code metrics.k8s.io} with it. */
public interface PodUsage {

    /** The present use; may take a second, when nobody has asked for long. @throws IOException if nothing can be measured now */
    Usage measure() throws IOException, InterruptedException;

    /**
     * @param at the end of the window over which it was measured
     * @param node the machine as a whole
     */
    record Usage(Instant at, Duration window, String nodeName, Amount node, List<Pod> pods) {}

    /** @param containers by name, those that run */
    record Pod(String namespace, String name, Map<String, Amount> containers) {}

    record Amount(long nanoCores, long memoryBytes) {}
}
