package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.kube.node.cri.Container;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Takes a node off the machine: its containers, its containerd, mounts, network and control groups. The folder's files stay. */
public final class Teardown {

    private static final System.Logger LOG = System.getLogger(Teardown.class.getName());
    private static final Duration COMMAND = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofSeconds(5);

    private Teardown() {}

    /**
     * Ends all that an agent over this folder has left running. No agent may run over it meanwhile.
     *
     * @return how many Pods were ended
     */
    public static int of(Path folder) throws IOException, InterruptedException {
        var place = new NodePlace(folder);
        var containerd = new Containerd(place);
        if (containerd.running().isEmpty() && Files.exists(place.config()) && !Files.exists(place.state())) {
            // Nothing since the last boot of the machine.
            network(place);
            return 0;
        }
        int ended = 0;
        if (Files.exists(place.config())) {
            containerd.ensure();
            try (var cri = new Cri(place.socket())) {
                var unused = cri.version();
                for (Container container : cri.containers()) {
                    if (container.getState() == PodState.RUNNING) {
                        cri.stopContainer(container.getId(), GRACE);
                    }
                }
                for (var sandbox : cri.sandboxes()) {
                    cri.stopSandbox(sandbox.getId());
                    cri.removeSandbox(sandbox.getId());
                    ended++;
                }
            } catch (StatusRuntimeException e) {
                throw new IOException("containers could not be ended: " + e.getMessage(), e);
            }
            containerd.stop();
        }
        for (var mounted : Volumes.mountsBelow(place.folder())) {
            quietly(List.of("umount", "-l", mounted));
        }
        for (var mounted : Volumes.mountsBelow(place.run())) {
            quietly(List.of("umount", "-l", mounted));
        }
        network(place);
        PodEnd.removeCgroups(place.cgroup().substring(1));
        Volumes.delete(place.run());
        return ended;
    }

    private static void network(NodePlace place) throws InterruptedException, IOException {
        if (Files.exists(Path.of("/sys/class/net", place.bridge()))) {
            quietly(List.of("ip", "link", "delete", place.bridge()));
        }
        Volumes.delete(place.addresses());
    }

    private static void quietly(List<String> command) throws InterruptedException {
        try {
            var unused = Programs.run(COMMAND, command);
        } catch (IOException e) {
            LOG.log(WARNING, "left behind: {0}", e.getMessage());
        }
    }
}
