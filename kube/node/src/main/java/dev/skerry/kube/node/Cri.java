package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.AttachRequest;
import dev.skerry.kube.node.cri.AuthConfig;
import dev.skerry.kube.node.cri.Container;
import dev.skerry.kube.node.cri.ContainerConfig;
import dev.skerry.kube.node.cri.ContainerFilter;
import dev.skerry.kube.node.cri.ContainerStats;
import dev.skerry.kube.node.cri.ContainerStatus;
import dev.skerry.kube.node.cri.ContainerStatusRequest;
import dev.skerry.kube.node.cri.CreateContainerRequest;
import dev.skerry.kube.node.cri.ExecRequest;
import dev.skerry.kube.node.cri.ExecSyncRequest;
import dev.skerry.kube.node.cri.ExecSyncResponse;
import dev.skerry.kube.node.cri.Image;
import dev.skerry.kube.node.cri.ImageServiceGrpc;
import dev.skerry.kube.node.cri.ImageSpec;
import dev.skerry.kube.node.cri.ImageStatusRequest;
import dev.skerry.kube.node.cri.ListContainerStatsRequest;
import dev.skerry.kube.node.cri.ListContainersRequest;
import dev.skerry.kube.node.cri.ListImagesRequest;
import dev.skerry.kube.node.cri.ListPodSandboxRequest;
import dev.skerry.kube.node.cri.PodSandbox;
import dev.skerry.kube.node.cri.PodSandboxConfig;
import dev.skerry.kube.node.cri.PodSandboxFilter;
import dev.skerry.kube.node.cri.PodSandboxStatus;
import dev.skerry.kube.node.cri.PodSandboxStatusRequest;
import dev.skerry.kube.node.cri.PortForwardRequest;
import dev.skerry.kube.node.cri.PullImageRequest;
import dev.skerry.kube.node.cri.RemoveContainerRequest;
import dev.skerry.kube.node.cri.RemoveImageRequest;
import dev.skerry.kube.node.cri.RemovePodSandboxRequest;
import dev.skerry.kube.node.cri.ReopenContainerLogRequest;
import dev.skerry.kube.node.cri.RunPodSandboxRequest;
import dev.skerry.kube.node.cri.RuntimeServiceGrpc;
import dev.skerry.kube.node.cri.StartContainerRequest;
import dev.skerry.kube.node.cri.StopContainerRequest;
import dev.skerry.kube.node.cri.StopPodSandboxRequest;
import dev.skerry.kube.node.cri.VersionRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The container runtime by CRI v1 over its socket. Calls block, for a limited time; {@link StatusRuntimeException} says what the
 * runtime said. Safe for many threads.
 */
final class Cri implements AutoCloseable {

    static final String POD_UID = "io.kubernetes.pod.uid";

    private static final Duration QUICK = Duration.ofSeconds(15);
    private static final Duration SANDBOX = Duration.ofMinutes(4);
    private static final Duration PULL = Duration.ofMinutes(15);
    private static final int MAX_MESSAGE = 16 << 20;

    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("cri", true), NioIoHandler.newFactory());
    private final ExecutorService calls = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("cri-call-", 0).factory());
    private final ManagedChannel channel;
    private final RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime;
    private final ImageServiceGrpc.ImageServiceBlockingStub images;

    Cri(Path socket) {
        channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioDomainSocketChannel.class)
                .eventLoopGroup(loop)
                .executor(calls)
                .overrideAuthority("localhost")
                .maxInboundMessageSize(MAX_MESSAGE)
                .usePlaintext()
                .build();
        runtime = RuntimeServiceGrpc.newBlockingStub(channel);
        images = ImageServiceGrpc.newBlockingStub(channel);
    }

    /** The one thread that moves bytes, for others who speak gRPC; closed with this. */
    MultiThreadIoEventLoopGroup loop() {
        return loop;
    }

    private RuntimeServiceGrpc.RuntimeServiceBlockingStub within(Duration time) {
        return runtime.withDeadlineAfter(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Such as {@code containerd://1.6.20}. */
    String version() {
        // A containerd that has just started, or come back, is waited for instead of refused.
        var answer = within(QUICK).withWaitForReady().version(VersionRequest.newBuilder().setVersion("v1").build());
        return answer.getRuntimeName() + "://" + answer.getRuntimeVersion();
    }

    List<PodSandbox> sandboxes() {
        return within(QUICK).listPodSandbox(ListPodSandboxRequest.getDefaultInstance()).getItemsList();
    }

    List<PodSandbox> sandboxes(String podUid) {
        var filter = PodSandboxFilter.newBuilder().putLabelSelector(POD_UID, podUid);
        return within(QUICK).listPodSandbox(ListPodSandboxRequest.newBuilder().setFilter(filter).build()).getItemsList();
    }

    List<Container> containers() {
        return within(QUICK).listContainers(ListContainersRequest.getDefaultInstance()).getContainersList();
    }

    List<Container> containers(String podUid) {
        var filter = ContainerFilter.newBuilder().putAllLabelSelector(Map.of(POD_UID, podUid));
        return within(QUICK).listContainers(ListContainersRequest.newBuilder().setFilter(filter).build()).getContainersList();
    }

    PodSandboxStatus sandbox(String id) {
        return within(QUICK).podSandboxStatus(PodSandboxStatusRequest.newBuilder().setPodSandboxId(id).build()).getStatus();
    }

    /** Empty if it has gone. */
    Optional<ContainerStatus> container(String id) {
        try {
            return Optional.of(within(QUICK).containerStatus(ContainerStatusRequest.newBuilder().setContainerId(id).build()).getStatus());
        } catch (StatusRuntimeException e) {
            if (gone(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    String runSandbox(PodSandboxConfig config) {
        return within(SANDBOX).runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(config).build()).getPodSandboxId();
    }

    void stopSandbox(String id) {
        unlessGone(() -> within(SANDBOX).stopPodSandbox(StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build()));
    }

    void removeSandbox(String id) {
        unlessGone(() -> within(SANDBOX).removePodSandbox(RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build()));
    }

    String createContainer(String sandbox, ContainerConfig config, PodSandboxConfig sandboxConfig) {
        return within(SANDBOX).createContainer(CreateContainerRequest.newBuilder()
                .setPodSandboxId(sandbox).setConfig(config).setSandboxConfig(sandboxConfig).build()).getContainerId();
    }

    void startContainer(String id) {
        within(SANDBOX).startContainer(StartContainerRequest.newBuilder().setContainerId(id).build());
    }

    /** SIGTERM, and SIGKILL after the grace; returns when it has ended. */
    void stopContainer(String id, Duration grace) {
        unlessGone(() -> within(grace.plus(SANDBOX)).stopContainer(StopContainerRequest.newBuilder().setContainerId(id).setTimeout(grace.toSeconds()).build()));
    }

    void removeContainer(String id) {
        unlessGone(() -> within(QUICK).removeContainer(RemoveContainerRequest.newBuilder().setContainerId(id).build()));
    }

    ExecSyncResponse exec(String id, List<String> command, Duration most) {
        return within(most.plus(QUICK)).execSync(ExecSyncRequest.newBuilder()
                .setContainerId(id).addAllCmd(command).setTimeout(Math.max(1, most.toSeconds())).build());
    }

    List<ContainerStats> stats() {
        return within(QUICK).listContainerStats(ListContainerStatsRequest.getDefaultInstance()).getStatsList();
    }

    /** Where the streams of a new program in a container can be had, once. */
    String execUrl(ExecRequest request) {
        return within(QUICK).exec(request).getUrl();
    }

    String attachUrl(AttachRequest request) {
        return within(QUICK).attach(request).getUrl();
    }

    String portForwardUrl(PortForwardRequest request) {
        return within(QUICK).portForward(request).getUrl();
    }

    void reopenLog(String id) {
        unlessGone(() -> within(QUICK).reopenContainerLog(ReopenContainerLogRequest.newBuilder().setContainerId(id).build()));
    }

    Optional<Image> image(String name) {
        var answer = images.withDeadlineAfter(QUICK.toMillis(), TimeUnit.MILLISECONDS)
                .imageStatus(ImageStatusRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(name)).build());
        return answer.hasImage() ? Optional.of(answer.getImage()) : Optional.empty();
    }

    List<Image> images() {
        return images.withDeadlineAfter(QUICK.toMillis(), TimeUnit.MILLISECONDS).listImages(ListImagesRequest.getDefaultInstance()).getImagesList();
    }

    void removeImage(String id) {
        unlessGone(() -> images.withDeadlineAfter(SANDBOX.toMillis(), TimeUnit.MILLISECONDS)
                .removeImage(RemoveImageRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(id)).build()));
    }

    void pull(String name, Optional<AuthConfig> auth) {
        var request = PullImageRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(name));
        auth.ifPresent(request::setAuth);
        var unused = images.withDeadlineAfter(PULL.toMillis(), TimeUnit.MILLISECONDS).pullImage(request.build());
    }

    /** The kind of failure, as Go writes it. */
    static String code(StatusRuntimeException e) {
        var words = new StringBuilder();
        for (var word : e.getStatus().getCode().name().split("_")) {
            words.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return words.toString();
    }

    private static void unlessGone(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            if (!gone(e)) {
                throw e;
            }
        }
    }

    static boolean gone(StatusRuntimeException e) {
        return e.getStatus().getCode() == Status.Code.NOT_FOUND;
    }

    /** Whether the runtime could not be asked at all. */
    static boolean away(StatusRuntimeException e) {
        return e.getStatus().getCode() == Status.Code.UNAVAILABLE;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        calls.shutdownNow();
    }
}
