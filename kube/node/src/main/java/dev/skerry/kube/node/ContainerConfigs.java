package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.Capability;
import dev.skerry.kube.node.cri.ContainerConfig;
import dev.skerry.kube.node.cri.ContainerMetadata;
import dev.skerry.kube.node.cri.Image;
import dev.skerry.kube.node.cri.ImageSpec;
import dev.skerry.kube.node.cri.Int64Value;
import dev.skerry.kube.node.cri.KeyValue;
import dev.skerry.kube.node.cri.LinuxContainerConfig;
import dev.skerry.kube.node.cri.LinuxContainerResources;
import dev.skerry.kube.node.cri.LinuxContainerSecurityContext;
import dev.skerry.kube.node.cri.LinuxPodSandboxConfig;
import dev.skerry.kube.node.cri.LinuxSandboxSecurityContext;
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
    private static final long CPU_PERIOD = 100_000;
    private static final long LEAST_SHARES = 2;
    private static final long SHARES_A_CPU = 1024;
    private static final List<String> MASKED = List.of("/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
            "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap");
    private static final List<String> READ_ONLY = List.of("/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private final NodePlace place;

    ContainerConfigs(NodePlace place) {
        this.place = place;
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
                        .setSecurityContext(LinuxSandboxSecurityContext.newBuilder()
                                .setNamespaceOptions(namespaces(pod))
                                .setPrivileged(spec.getContainers().stream().anyMatch(c -> c.getSecurityContext() != null && Boolean.TRUE.equals(c.getSecurityContext().getPrivileged())))));
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
            Pod pod, Container container, int attempt, Image image, Map<String, String> environment, Map<String, Path> volumes, String podIp)
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
                        .setResources(resources(container))
                        .setSecurityContext(security(pod, container, image)));
        container.getCommand().forEach(c -> config.addCommand(Environment.expand(c, environment)));
        container.getArgs().forEach(a -> config.addArgs(Environment.expand(a, environment)));
        environment.forEach((k, v) -> config.addEnvs(KeyValue.newBuilder().setKey(k).setValue(v)));
        mounts(config, container, environment, volumes);
        var uid = pod.getMetadata().getUid();
        var termination = termination(place, uid, container.getName(), attempt);
        Files.createDirectories(termination.getParent());
        Files.write(termination, new byte[0]);
        Volumes.allow(termination, 0666);
        config.addMounts(Mount.newBuilder()
                .setContainerPath(Optional.ofNullable(container.getTerminationMessagePath()).orElse("/dev/termination-log"))
                .setHostPath(termination.toString()));
        if (container.getVolumeMounts().stream().noneMatch(m -> m.getMountPath().equals("/etc/hosts"))) {
            config.addMounts(Mount.newBuilder().setContainerPath("/etc/hosts").setHostPath(hosts(pod, podIp).toString()));
        }
        return config.build();
    }

    private static void mounts(ContainerConfig.Builder config, Container container, Map<String, String> environment, Map<String, Path> volumes)
            throws NotStartedException, IOException {
        for (var mount : container.getVolumeMounts()) {
            var source = volumes.get(mount.getName());
            if (source == null) {
                throw new NotStartedException("CreateContainerConfigError", "cannot find volume \"" + mount.getName() + "\" to mount into container \"" + container.getName() + "\"");
            }
            var below = Optional.ofNullable(mount.getSubPath()).or(() -> Optional.ofNullable(mount.getSubPathExpr()).map(e -> Environment.expand(e, environment))).orElse("");
            var path = below.isEmpty() ? source : source.resolve(below).normalize();
            if (!path.startsWith(source)) {
                throw new NotStartedException("CreateContainerConfigError", "subPath: " + below + " must not leave the volume");
            }
            if (!below.isEmpty() && Files.notExists(path)) {
                Files.createDirectories(path);
            }
            var propagation = Optional.ofNullable(mount.getMountPropagation()).orElse("None");
            config.addMounts(Mount.newBuilder()
                    .setContainerPath(mount.getMountPath())
                    .setHostPath(path.toString())
                    .setReadonly(Boolean.TRUE.equals(mount.getReadOnly()))
                    .setPropagation(propagation.equals("HostToContainer") ? 1 : propagation.equals("Bidirectional") ? 2 : 0));
        }
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

    private static LinuxContainerSecurityContext.Builder security(Pod pod, Container container, Image image) throws NotStartedException {
        var own = container.getSecurityContext();
        var shared = pod.getSpec().getSecurityContext();
        var security = LinuxContainerSecurityContext.newBuilder().setNamespaceOptions(namespaces(pod));
        boolean privileged = own != null && Boolean.TRUE.equals(own.getPrivileged());
        security.setPrivileged(privileged);
        if (!privileged) {
            security.addAllMaskedPaths(MASKED).addAllReadonlyPaths(READ_ONLY);
        }
        if (own != null) {
            security.setReadonlyRootfs(Boolean.TRUE.equals(own.getReadOnlyRootFilesystem()));
            security.setNoNewPrivs(Boolean.FALSE.equals(own.getAllowPrivilegeEscalation()));
            if (own.getCapabilities() != null) {
                security.setCapabilities(Capability.newBuilder()
                        .addAllAddCapabilities(own.getCapabilities().getAdd()).addAllDropCapabilities(own.getCapabilities().getDrop()));
            }
        }
        var user = first(own == null ? null : own.getRunAsUser(), shared == null ? null : shared.getRunAsUser());
        var group = first(own == null ? null : own.getRunAsGroup(), shared == null ? null : shared.getRunAsGroup());
        boolean nonRoot = Boolean.TRUE.equals(own != null && own.getRunAsNonRoot() != null ? own.getRunAsNonRoot() : shared == null ? null : shared.getRunAsNonRoot());
        if (nonRoot) {
            checkNonRoot(pod, container, image, user);
        }
        if (user != null) {
            security.setRunAsUser(Int64Value.newBuilder().setValue(user));
        } else if (image.hasUid()) {
            security.setRunAsUser(image.getUid());
        } else if (!image.getUsername().isEmpty()) {
            security.setRunAsUsername(image.getUsername());
        }
        // The runtime takes a group only together with a user.
        if (group != null && (user != null || image.hasUid() || !image.getUsername().isEmpty())) {
            security.setRunAsGroup(Int64Value.newBuilder().setValue(group));
        } else if (group != null) {
            security.setRunAsUser(Int64Value.newBuilder().setValue(0)).setRunAsGroup(Int64Value.newBuilder().setValue(group));
        }
        if (shared != null) {
            security.addAllSupplementalGroups(shared.getSupplementalGroups());
            if (shared.getFsGroup() != null) {
                security.addSupplementalGroups(shared.getFsGroup());
            }
        }
        return security;
    }

    private static void checkNonRoot(Pod pod, Container container, Image image, @Nullable Long user) throws NotStartedException {
        var which = " (pod: \"" + pod.getMetadata().getName() + "_" + pod.getMetadata().getNamespace() + "(" + pod.getMetadata().getUid() + ")\", container: " + container.getName() + ")";
        if (user != null && user == 0) {
            throw new NotStartedException("CreateContainerConfigError", "container's runAsUser breaks non-root policy" + which);
        }
        if (user == null && (image.hasUid() ? image.getUid().getValue() == 0 : image.getUsername().isEmpty() || image.getUsername().equals("root"))) {
            throw new NotStartedException("CreateContainerConfigError", "container has runAsNonRoot and image will run as root" + which);
        }
        if (user == null && !image.hasUid()) {
            throw new NotStartedException("CreateContainerConfigError",
                    "container has runAsNonRoot and image has non-numeric user (" + image.getUsername() + "), cannot verify user is non-root" + which);
        }
    }

    private static @Nullable Long first(@Nullable Long own, @Nullable Long shared) {
        return own != null ? own : shared;
    }
}
