package dev.skerry.program;

import dev.skerry.kube.apiserver.PodStreams;
import dev.skerry.kube.node.ContainerStreams;
import dev.skerry.kube.node.NodeAgent;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets the API, which starts first, open streams of the node agent, which starts later and is the API's client. */
final class NodeStreams implements PodStreams {

    private volatile @Nullable NodeAgent agent;

    void from(NodeAgent started) {
        agent = started;
    }

    private ContainerStreams streams() throws IOException {
        var there = agent;
        if (there == null) {
            throw new IOException("no node runs here (expected: runtime.enabled: true)");
        }
        return there.streams();
    }

    @Override
    public URI exec(Of container, List<String> command, Ends ends) throws IOException {
        return streams().exec(container.uid(), container.container(), command, ends(ends));
    }

    @Override
    public URI attach(Of container, Ends ends) throws IOException {
        return streams().attach(container.uid(), container.container(), ends(ends));
    }

    @Override
    public URI portForward(Of pod, List<Integer> ports) throws IOException {
        return streams().portForward(pod.namespace(), pod.pod(), pod.uid(), ports);
    }

    private static ContainerStreams.Ends ends(Ends ends) {
        return new ContainerStreams.Ends(ends.stdin(), ends.stdout(), ends.stderr(), ends.tty());
    }
}
