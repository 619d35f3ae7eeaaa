package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.Capability;
import dev.skerry.kube.node.cri.Image;
import dev.skerry.kube.node.cri.Int64Value;
import dev.skerry.kube.node.cri.LinuxContainerSecurityContext;
import dev.skerry.kube.node.cri.LinuxSandboxSecurityContext;
import dev.skerry.kube.node.cri.NamespaceOption;
import dev.skerry.kube.node.cri.SecurityProfile;
import io.fabric8.kubernetes.api.model.AppArmorProfile;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** As whom a container runs and what it may, in the runtime's words: its own security context goes before the Pod's. */
final class SecurityConfigs {

    private static final List<String> MASKED = List.of("/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
            "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap");
    private static final List<String> READ_ONLY = List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
    private static final int RUNTIME_DEFAULT = 0;
    private static final int UNCONFINED = 1;
    private static final int LOCALHOST = 2;

    private SecurityConfigs() {}

    static LinuxSandboxSecurityContext sandbox(Pod pod, NamespaceOption.Builder namespaces) {
        var shared = Optional.ofNullable(pod.getSpec().getSecurityContext());
        var security = LinuxSandboxSecurityContext.newBuilder()
                .setNamespaceOptions(namespaces)
                .setSeccomp(SecurityProfile.newBuilder().setProfileType(RUNTIME_DEFAULT))
                .setPrivileged(Stream.concat(pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream())
                        .anyMatch(c -> c.getSecurityContext() != null && Boolean.TRUE.equals(c.getSecurityContext().getPrivileged())));
        shared.map(PodSecurityContext::getRunAsUser).ifPresent(u -> security.setRunAsUser(Int64Value.newBuilder().setValue(u)));
        groups(pod).forEach(security::addSupplementalGroups);
        return security.build();
    }

    static LinuxContainerSecurityContext.Builder of(Pod pod, Container container, Image image, NamespaceOption.Builder namespaces) throws NotStartedException {
        var own = Optional.ofNullable(container.getSecurityContext());
        var shared = Optional.ofNullable(pod.getSpec().getSecurityContext());
        var security = LinuxContainerSecurityContext.newBuilder().setNamespaceOptions(namespaces);
        boolean privileged = own.map(SecurityContext::getPrivileged).orElse(false);
        security.setPrivileged(privileged);
        if (!privileged && !own.map(SecurityContext::getProcMount).orElse("Default").equals("Unmasked")) {
            security.addAllMaskedPaths(MASKED).addAllReadonlyPaths(READ_ONLY);
        }
        security.setReadonlyRootfs(own.map(SecurityContext::getReadOnlyRootFilesystem).orElse(false));
        // What a container may not gain it must not have had either: then the runtime would have refused it.
        security.setNoNewPrivs(!own.map(SecurityContext::getAllowPrivilegeEscalation).orElse(true));
        own.map(SecurityContext::getCapabilities).ifPresent(c -> security.setCapabilities(Capability.newBuilder().addAllAddCapabilities(c.getAdd()).addAllDropCapabilities(c.getDrop())));
        security.setSeccomp(seccomp(own.map(SecurityContext::getSeccompProfile).or(() -> shared.map(PodSecurityContext::getSeccompProfile)), privileged));
        own.map(SecurityContext::getAppArmorProfile).or(() -> shared.map(PodSecurityContext::getAppArmorProfile)).ifPresent(p -> security.setApparmor(appArmor(p)));
        var user = own.map(SecurityContext::getRunAsUser).or(() -> shared.map(PodSecurityContext::getRunAsUser));
        if (own.map(SecurityContext::getRunAsNonRoot).or(() -> shared.map(PodSecurityContext::getRunAsNonRoot)).orElse(false)) {
            checkNonRoot(pod, container, image, user.orElse(null));
        }
        if (user.isPresent()) {
            security.setRunAsUser(number(user.get()));
        } else if (image.hasUid()) {
            security.setRunAsUser(image.getUid());
        } else if (!image.getUsername().isEmpty()) {
            security.setRunAsUsername(image.getUsername());
        } else {
            security.setRunAsUser(number(0));
        }
        own.map(SecurityContext::getRunAsGroup).or(() -> shared.map(PodSecurityContext::getRunAsGroup)).ifPresent(g -> security.setRunAsGroup(number(g)));
        groups(pod).forEach(security::addSupplementalGroups);
        return security;
    }

    private static List<Long> groups(Pod pod) {
        return Optional.ofNullable(pod.getSpec().getSecurityContext())
                .map(s -> Stream.concat(Stream.ofNullable(s.getFsGroup()), s.getSupplementalGroups() == null ? Stream.<Long>empty() : s.getSupplementalGroups().stream()).toList())
                .orElse(List.of());
    }

    private static Int64Value number(long value) {
        return Int64Value.newBuilder().setValue(value).build();
    }

    private static SecurityProfile.Builder seccomp(Optional<SeccompProfile> profile, boolean privileged) {
        var type = privileged ? "Unconfined" : profile.map(SeccompProfile::getType).orElse("Unconfined");
        return profile(type, profile.map(SeccompProfile::getLocalhostProfile).map(p -> "/var/lib/kubelet/seccomp/" + p).orElse(""));
    }

    private static SecurityProfile.Builder appArmor(AppArmorProfile profile) {
        return profile(profile.getType(), Optional.ofNullable(profile.getLocalhostProfile()).orElse(""));
    }

    private static SecurityProfile.Builder profile(String type, String local) {
        return switch (type) {
            case "RuntimeDefault" -> SecurityProfile.newBuilder().setProfileType(RUNTIME_DEFAULT);
            case "Localhost" -> SecurityProfile.newBuilder().setProfileType(LOCALHOST).setLocalhostRef(local);
            default -> SecurityProfile.newBuilder().setProfileType(UNCONFINED);
        };
    }

    private static void checkNonRoot(Pod pod, Container container, Image image, @Nullable Long user) throws NotStartedException {
        var which = "pod: \"" + pod.getMetadata().getName() + "_" + pod.getMetadata().getNamespace() + "(" + pod.getMetadata().getUid() + ")\", container: " + container.getName() + ")";
        if (user != null && user == 0) {
            throw refused("container's runAsUser breaks non-root policy (" + which);
        }
        if (user != null) {
            return;
        }
        if (image.hasUid() ? image.getUid().getValue() == 0 : image.getUsername().isEmpty()) {
            throw refused("container has runAsNonRoot and image will run as root (" + which);
        }
        if (!image.hasUid()) {
            throw refused("container has runAsNonRoot and image has non-numeric user (" + image.getUsername() + "), cannot verify user is non-root (" + which);
        }
    }

    private static NotStartedException refused(String why) {
        return new NotStartedException("CreateContainerConfigError", why);
    }
}
