package dev.skerry.program;

import dev.skerry.kube.apiserver.PodLogs;
import dev.skerry.kube.node.NodeAgent;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Lets the API, which starts first, read the logs of the node agent, which starts later and is the API's client. */
final class NodeLogs implements PodLogs {

    private volatile @Nullable NodeAgent agent;

    void from(NodeAgent started) {
        agent = started;
    }

    @Override
    public void write(String namespace, String pod, String container, Options options, OutputStream out) throws IOException, InterruptedException {
        var there = agent;
        if (there == null) {
            throw new IOException("no node runs here (expected: runtime.enabled: true)");
        }
        there.logs(namespace, pod, container, new NodeAgent.LogOptions(options.follow(), options.previous(), options.timestamps(),
                options.tailLines(), options.since(), options.limitBytes()), out);
    }
}
