package dev.skerry.bench;

import dev.skerry.kube.node.cri.ContainerConfig;
import dev.skerry.kube.node.cri.ContainerMetadata;
import dev.skerry.kube.node.cri.CreateContainerRequest;
import dev.skerry.kube.node.cri.ImageSpec;
import dev.skerry.kube.node.cri.LinuxPodSandboxConfig;
import dev.skerry.kube.node.cri.PodSandboxConfig;
import dev.skerry.kube.node.cri.PodSandboxMetadata;
import dev.skerry.kube.node.cri.RemovePodSandboxRequest;
import dev.skerry.kube.node.cri.RunPodSandboxRequest;
import dev.skerry.kube.node.cri.RuntimeServiceGrpc;
import dev.skerry.kube.node.cri.StartContainerRequest;
import dev.skerry.kube.node.cri.StopPodSandboxRequest;
import dev.skerry.testkit.NodeProcesses;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** The same containers by the runtime alone, without a Kubernetes: sandbox, network, container, start. What nobody who uses that runtime can beat. */
final class PlainRuntime implements AutoCloseable {

    private static final long ANSWER_SECONDS = 60;
    private static final long CLOSE_SECONDS = 5;

    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ManagedChannel channel;
    private final Queue<String> sandboxes = new ConcurrentLinkedQueue<>();
    private int made;

    private PlainRuntime(Path socket) {
        channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket)).channelType(NioDomainSocketChannel.class).eventLoopGroup(loop)
                .overrideAuthority("localhost").usePlaintext().build();
    }

    /** @param node its program has ended, its containerd runs */
    static void measure(NodeProcesses node, int single, List<Integer> counts, Figures figures) throws IOException, InterruptedException {
        var socket = node.socket().orElseThrow(() -> new IOException("containerd: no socket (expected: one that was left running)"));
        try (var runtime = new PlainRuntime(socket)) {
            var one = new Latencies(single);
            for (int i = 0; i < single; i++) {
                runtime.together(1, one);
            }
            one.into(figures, "plainContainerdStart");
            runtime.clear();
            for (int count : counts) {
                var took = new Latencies(count);
                var seconds = runtime.together(count, took);
                took.into(figures, "plainContainerd" + count + "AtOnceStart");
                figures.add("plainContainerd" + count + "AtOnceSeconds", seconds, "s");
                runtime.clear();
            }
        }
    }

    private double together(int count, Latencies into) throws IOException, InterruptedException {
        var took = new ConcurrentLinkedQueue<Long>();
        var failures = new ConcurrentLinkedQueue<String>();
        var first = System.nanoTime();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < count; i++) {
            int number = made++;
            threads.add(Thread.ofVirtual().start(() -> {
                var began = System.nanoTime();
                try {
                    run(number);
                    took.add(System.nanoTime() - began);
                } catch (StatusRuntimeException e) {
                    failures.add(String.valueOf(e.getMessage()));
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new IOException("containerd: " + failures.peek());
        }
        took.forEach(into::add);
        return (System.nanoTime() - first) / 1e9;
    }

    private void run(int number) {
        var runtime = RuntimeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
        var sandbox = PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder().setName("plain-" + number).setUid("plain-" + number).setNamespace("plain"))
                .setHostname("plain-" + number)
                .setLinux(LinuxPodSandboxConfig.newBuilder().setCgroupParent("/skerry-bench"))
                .build();
        var id = runtime.runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(sandbox).build()).getPodSandboxId();
        sandboxes.add(id);
        var container = ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder().setName("main"))
                .setImage(ImageSpec.newBuilder().setImage(RuntimeSite.IMAGE))
                .addAllCommand(RuntimeSite.sleeper())
                .build();
        var made = runtime.createContainer(CreateContainerRequest.newBuilder().setPodSandboxId(id).setConfig(container).setSandboxConfig(sandbox).build());
        runtime.startContainer(StartContainerRequest.newBuilder().setContainerId(made.getContainerId()).build());
    }

    private void clear() {
        for (var id = sandboxes.poll(); id != null; id = sandboxes.poll()) {
            var runtime = RuntimeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
            runtime.stopPodSandbox(StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build());
            runtime.removePodSandbox(RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build());
        }
    }

    @Override
    public void close() {
        try {
            clear();
        } catch (StatusRuntimeException e) {
            Progress.say("  containerd: sandboxes are left to the site's end: " + e.getMessage());
        }
        channel.shutdownNow();
        loop.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
