package dev.skerry.program;

import dev.skerry.kube.apiserver.PodUsage;
import dev.skerry.kube.node.ContainerUsage;
import dev.skerry.kube.node.NodeAgent;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lets the API tell what the node agent measures; the agent starts later and is the API's client. */
final class NodeUsage implements PodUsage {

    private volatile @Nullable NodeAgent agent;

    void from(NodeAgent started) {
        agent = started;
    }

    @Override
    public Usage measure() throws IOException, InterruptedException {
        var there = agent;
        if (there == null) {
            throw new IOException("no node runs here yet");
        }
        var usage = there.usage();
        var pods = new LinkedHashMap<List<String>, Map<String, Amount>>();
        for (var one : usage.containers()) {
            pods.computeIfAbsent(List.of(one.namespace(), one.pod()), k -> new TreeMap<>()).put(one.container(), amount(one.amount()));
        }
        return new Usage(usage.at(), usage.window(), usage.nodeName(), amount(usage.node()),
                pods.entrySet().stream().map(e -> new Pod(e.getKey().get(0), e.getKey().get(1), e.getValue())).toList());
    }

    private static Amount amount(ContainerUsage.Amount amount) {
        return new Amount(amount.nanoCores(), amount.memoryBytes());
    }
}
