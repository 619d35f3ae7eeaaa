package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Kernel settings of a Pod's own namespaces: those that harm nobody else are allowed, the others refused. */
final class Sysctls {

    private static final Set<String> SAFE = Set.of(
            "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
            "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem");

    private Sysctls() {}

    /** With dots, also where they were written with slashes. */
    static Map<String, String> of(Pod pod) {
        var all = new LinkedHashMap<String, String>();
        var security = pod.getSpec().getSecurityContext();
        if (security != null && security.getSysctls() != null) {
            security.getSysctls().forEach(s -> all.put(s.getName().replace('/', '.'), s.getValue()));
        }
        return all;
    }

    static Optional<NodeAdmission.Refusal> refuses(Pod pod) {
        for (var name : of(pod).keySet()) {
            if (!SAFE.contains(name)) {
                return Optional.of(new NodeAdmission.Refusal("SysctlForbidden", "forbidden sysctl: \"" + name + "\" not allowlisted"));
            }
            boolean shared = name.startsWith("net.") ? ContainerConfigs.hostNetwork(pod) : Boolean.TRUE.equals(pod.getSpec().getHostIPC());
            if (shared) {
                var what = name.startsWith("net.") ? "net" : "ipc";
                return Optional.of(new NodeAdmission.Refusal("SysctlForbidden", "forbidden sysctl: \"" + name + "\" not allowed with host " + what + " enabled"));
            }
        }
        return Optional.empty();
    }
}
