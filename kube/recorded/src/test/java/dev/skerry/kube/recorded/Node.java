package dev.skerry.kube.recorded;

import dev.skerry.kube.apiserver.PodLogs;
import dev.skerry.kube.node.Images;
import dev.skerry.kube.node.NodeAgent;
import dev.skerry.kube.node.NodeConfig;
import dev.skerry.kube.node.Teardown;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A node agent beside the API, with a containerd of its own below a folder. */
final class Node implements PodLogs, AutoCloseable {

    /** Nobody answers there: only what Pods are told of it was recorded. */
    private static final String DNS = "10.96.0.10";

    private final Path folder;
    private volatile @Nullable NodeAgent agent;

    Node(Path folder) {
        this.folder = folder;
    }

    void start(KubernetesClient client) throws IOException {
        Files.createDirectories(folder);
        var resolvConf = folder.resolveSibling("resolv.conf");
        Files.writeString(resolvConf, "nameserver " + DNS + "\nsearch example.net\noptions ndots:1\n");
        agent = NodeAgent.start(new NodeConfig(Api.NODE, folder, Optional.empty(), InstantSource.system(), new NodeConfig.Dns(Optional.of(DNS), "cluster.local", resolvConf)), client);
    }

    void perform(String what, String file, String content, KubernetesClient client) throws IOException {
        switch (what) {
            case "stop-agent" -> close();
            case "start-agent" -> start(client);
            case "put-static" -> Files.writeString(folder.resolve("manifests").resolve(file), content);
            case "del-static" -> Files.delete(folder.resolve("manifests").resolve(file));
            default -> throw new IOException("node: " + what + " (expected: stop-agent, start-agent, put-static, del-static)");
        }
    }

    void load(Path archive) throws IOException, InterruptedException {
        var unused = new Images(folder).load(archive);
    }

    @Override
    public void write(String namespace, String pod, String container, Options options, OutputStream out) throws IOException, InterruptedException {
        var there = agent;
        if (there == null) {
            throw new IOException("no agent runs");
        }
        there.logs(namespace, pod, container, new NodeAgent.LogOptions(options.follow(), options.previous(), options.timestamps(),
                options.tailLines(), options.since(), options.limitBytes()), out);
    }

    /** Ends the agent; containers go on. */
    @Override
    public void close() {
        var there = agent;
        if (there != null) {
            there.close();
            agent = null;
        }
    }

    /** Leaves nothing on the machine. */
    void remove() throws IOException, InterruptedException {
        close();
        var unused = Teardown.of(folder);
    }
}
