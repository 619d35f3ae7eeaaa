package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.WARNING;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Takes a node off the machine: its containers, its containerd, mounts, network and control groups. The folder's files stay. */
public final class Teardown {

    private static final System.Logger LOG = System.getLogger(Teardown.class.getName());
    private static final Duration COMMAND = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int AT_ONCE = 32;

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
                // All hear of it at once: many that do not listen take no longer than one.
                together(cri.containers().stream().filter(c -> c.getState() == PodState.RUNNING).toList(), c -> cri.stopContainer(c.getId(), GRACE));
                var sandboxes = cri.sandboxes();
                together(sandboxes, s -> {
                    cri.stopSandbox(s.getId());
                    cri.removeSandbox(s.getId());
                });
                ended = sandboxes.size();
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

    /** Does the same to each, to some at a time. What failed is told when all have had their turn. */
    private static <T> void together(List<T> all, Consumer<T> what) throws InterruptedException {
        var turns = new Semaphore(AT_ONCE);
        var failed = new ConcurrentLinkedQueue<StatusRuntimeException>();
        var threads = new ArrayList<Thread>();
        for (var one : all) {
            turns.acquire();
            threads.add(Thread.ofVirtual().name("teardown").start(() -> {
                try {
                    what.accept(one);
                } catch (StatusRuntimeException e) {
                    failed.add(e);
                } finally {
                    turns.release();
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        if (!failed.isEmpty()) {
            throw failed.element();
        }
    }

    private static void network(NodePlace place) throws InterruptedException, IOException {
        if (Files.exists(Path.of("/sys/class/net", place.bridge()))) {
            quietly(List.of("ip", "link", "delete", place.bridge()));
        }
        Volumes.delete(place.addresses());
        services(place);
    }

    /** The rules of Services, where there are any. */
    private static void services(NodePlace place) throws InterruptedException {
        var nft = Programs.find("nft");
        if (nft.isEmpty()) {
            return;
        }
        try {
            var unused = Programs.run(COMMAND, List.of(nft.get().toString(), "list", "map", "ip", place.network(), "services"));
        } catch (IOException e) {
            // There are none.
            return;
        }
        quietly(List.of(nft.get().toString(), "delete", "table", "ip", place.network()));
    }

    private static void quietly(List<String> command) throws InterruptedException {
        try {
            var unused = Programs.run(COMMAND, command);
        } catch (IOException e) {
            LOG.log(WARNING, "left behind: {0}", e.getMessage());
        }
    }
}
