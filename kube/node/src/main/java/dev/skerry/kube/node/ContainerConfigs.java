package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.ContainerConfig;
import dev.skerry.kube.node.cri.ContainerMetadata;
import dev.skerry.kube.node.cri.Image;
import dev.skerry.kube.node.cri.ImageSpec;
import dev.skerry.kube.node.cri.KeyValue;
import dev.skerry.kube.node.cri.LinuxContainerConfig;
import dev.skerry.kube.node.cri.LinuxContainerResources;
import dev.skerry.kube.node.cri.LinuxPodSandboxConfig;
import dev.skerry.kube.node.cri.Mount;
import dev.skerry.kube.node.cri.NamespaceOption;
import dev.skerry.kube.node.cri.PodSandboxConfig;
import dev.skerry.kube.node.cri.PodSandboxMetadata;
import dev.skerry.kube.node.cri.PortMapping;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says in the runtime's words what a Pod and its containers are. Labels and annotations are the kubelet's. */
final class ContainerConfigs {

    static final String HASH = "io.kubernetes.container.hash";
    static final String CONTAINER_NAME = "io.kubernetes.container.name";
    private static final int POD = 0;
    private static final int CONTAINER = 1;
    private static final int NODE = 2;
    private static final int TARGET = 3;
    private static final long CPU_PERIOD = 100_000;
    private static final long LEAST_SHARES = 2;
    private static final long SHARES_A_CPU = 1024;
    private final NodePlace place;
    private final long nodeMemory;

    ContainerConfigs(NodePlace place, long nodeMemory) {
        this.place = place;
        this.nodeMemory = nodeMemory;
    }

    PodSandboxConfig sandbox(Pod pod, int attempt) {
        var meta = pod.getMetadata();
        var spec = pod.getSpec();
        var config = PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder().setName(meta.getName()).setUid(meta.getUid()).setNamespace(meta.getNamespace()).setAttempt(attempt))
                .setLogDirectory(place.logs(meta.getNamespace(), meta.getName(), meta.getUid()).toString())
                .putAllLabels(labels(pod))
                .setLinux(LinuxPodSandboxConfig.newBuilder()
                        .setCgroupParent(place.cgroup() + "/pod" + meta.getUid())
                        .putAllSysctls(Sysctls.of(pod))
                        .setSecurityContext(SecurityConfigs.sandbox(pod, namespaces(pod))));
        if (!hostNetwork(pod)) {
            config.setHostname(new PodNames(place.dns()).hostname(pod));
        }
        config.setDnsConfig(new PodNames(place.dns()).resolver(pod));
        for (var container : spec.getContainers()) {
            for (var port : container.getPorts()) {
                if (port.getHostPort() != null && port.getHostPort() > 0 && !hostNetwork(pod)) {
                    config.addPortMappings(PortMapping.newBuilder()
                            .setProtocol("UDP".equals(port.getProtocol()) ? 1 : "SCTP".equals(port.getProtocol()) ? 2 : 0)
                            .setContainerPort(port.getContainerPort()).setHostPort(port.getHostPort())
                            .setHostIp(Optional.ofNullable(port.getHostIP()).orElse("")));
                }
            }
        }
        return config.build();
    }

    static boolean hostNetwork(Pod pod) {
        return Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
    }

    private static NamespaceOption.Builder namespaces(Pod pod) {
        var spec = pod.getSpec();
        return NamespaceOption.newBuilder()
                .setNetwork(hostNetwork(pod) ? NODE : POD)
                .setPid(Boolean.TRUE.equals(spec.getHostPID()) ? NODE : Boolean.TRUE.equals(spec.getShareProcessNamespace()) ? POD : CONTAINER)
                .setIpc(Boolean.TRUE.equals(spec.getHostIPC()) ? NODE : POD);
    }

    private static Map<String, String> labels(Pod pod) {
        var meta = pod.getMetadata();
        return Map.of("io.kubernetes.pod.name", meta.getName(), "io.kubernetes.pod.namespace", meta.getNamespace(), Cri.POD_UID, meta.getUid());
    }

    /** Changes when what runs must be replaced: the image is all that can change in a Pod's container. */
    static String hash(Container container) {
        return NodePlace.hash(container.getName() + "\n" + container.getImage()).substring(0, 16);
    }

    static Path termination(NodePlace place, String uid, String container, int attempt) {
        return place.pod(uid).resolve("containers").resolve(container).resolve(attempt + ".termination");
    }

    ContainerConfig container(
            Pod pod, Container container, int attempt, Image image, Map<String, String> environment, Map<String, Path> volumes, String podIp, String targetId)
            throws NotStartedException, IOException {
        var config = ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder().setName(container.getName()).setAttempt(attempt))
                .setImage(ImageSpec.newBuilder().setImage(image.getId()))
                .setWorkingDir(Optional.ofNullable(container.getWorkingDir()).orElse(""))
                .setStdin(Boolean.TRUE.equals(container.getStdin()))
                .setStdinOnce(Boolean.TRUE.equals(container.getStdinOnce()))
                .setTty(Boolean.TRUE.equals(container.getTty()))
                .setLogPath(container.getName() + "/" + attempt + ".log")
                .putAllLabels(labels(pod))
                .putLabels(CONTAINER_NAME, container.getName())
                .putAnnotations(HASH, hash(container))
                .putAnnotations("io.kubernetes.container.restartCount", Integer.toString(attempt))
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setResources(resources(container).setOomScoreAdj(QosClass.oomScore(pod, container, nodeMemory)))
                        .setSecurityContext(SecurityConfigs.of(pod, container, image, targetId.isEmpty() ? namespaces(pod) : namespaces(pod).setPid(TARGET).setTargetId(targetId))));
        container.getCommand().forEach(c -> config.addCommand(Environment.expand(c, environment)));
        container.getArgs().forEach(a -> config.addArgs(Environment.expand(a, environment)));
        environment.forEach((k, v) -> config.addEnvs(KeyValue.newBuilder().setKey(k).setValue(v)));
        ContainerMounts.add(config, container, environment, volumes);
        var uid = pod.getMetadata().getUid();
        var termination = termination(place, uid, container.getName(), attempt);
        Files.createDirectories(termination.getParent());
        Files.write(termination, new byte[0]);
        Ownership.mode(termination, 0666);
        config.addMounts(Mount.newBuilder()
                .setContainerPath(Optional.ofNullable(container.getTerminationMessagePath()).orElse("/dev/termination-log"))
                .setHostPath(termination.toString()));
        if (container.getVolumeMounts().stream().noneMatch(m -> m.getMountPath().equals("/etc/hosts"))) {
            config.addMounts(Mount.newBuilder().setContainerPath("/etc/hosts").setHostPath(hosts(pod, podIp).toString()));
        }
        return config.build();
    }

    private Path hosts(Pod pod, String podIp) throws IOException {
        var file = place.pod(pod.getMetadata().getUid()).resolve("etc-hosts");
        Files.createDirectories(file.getParent());
        Files.writeString(file, new PodNames(place.dns()).hosts(pod, podIp));
        return file;
    }

    private static LinuxContainerResources.Builder resources(Container container) {
        var resources = LinuxContainerResources.newBuilder();
        var limits = container.getResources() == null ? null : container.getResources().getLimits();
        var requests = container.getResources() == null ? null : container.getResources().getRequests();
        milli(limits, "cpu").ifPresent(m -> resources.setCpuPeriod(CPU_PERIOD).setCpuQuota(Math.max(1_000, m * CPU_PERIOD / 1000)));
        var shares = milli(requests, "cpu").or(() -> milli(limits, "cpu")).map(m -> m * SHARES_A_CPU / 1000).orElse(LEAST_SHARES);
        resources.setCpuShares(Math.max(LEAST_SHARES, shares));
        Optional.ofNullable(limits == null ? null : limits.get("memory"))
                .ifPresent(q -> resources.setMemoryLimitInBytes(q.getNumericalAmount().longValue()));
        return resources;
    }

    private static Optional<Long> milli(@Nullable Map<String, Quantity> amounts, String resource) {
        return Optional.ofNullable(amounts == null ? null : amounts.get(resource)).map(q -> q.getNumericalAmount().movePointRight(3).longValue());
    }
}
