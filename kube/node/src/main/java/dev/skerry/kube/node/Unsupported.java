package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a Pod asks for that this node does not do: said in an event, never passed over in silence. The table is in docs/pods.md. */
final class Unsupported {

    private Unsupported() {}

    static List<String> of(Pod pod) {
        var spec = pod.getSpec();
        var found = new ArrayList<String>();
        add(found, Boolean.FALSE.equals(spec.getHostUsers()), "spec.hostUsers: false (expected: true; no user namespaces)");
        add(found, spec.getRuntimeClassName() != null, "spec.runtimeClassName: " + spec.getRuntimeClassName() + " (expected: none; one runtime)");
        add(found, spec.getResourceClaims() != null && !spec.getResourceClaims().isEmpty(), "spec.resourceClaims (expected: none; no device drivers)");
        var security = spec.getSecurityContext();
        if (security != null) {
            add(found, security.getSeLinuxOptions() != null, "spec.securityContext.seLinuxOptions (expected: none)");
            add(found, security.getWindowsOptions() != null, "spec.securityContext.windowsOptions (expected: none)");
            add(found, "Strict".equals(security.getSupplementalGroupsPolicy()), "spec.securityContext.supplementalGroupsPolicy: Strict (expected: Merge)");
        }
        Stream.concat(spec.getInitContainers().stream(), spec.getContainers().stream()).forEach(c -> container(found, c));
        return found;
    }

    private static void container(List<String> found, Container container) {
        var where = "container " + container.getName() + ": ";
        var security = container.getSecurityContext();
        if (security != null) {
            add(found, security.getSeLinuxOptions() != null, where + "securityContext.seLinuxOptions (expected: none)");
            add(found, security.getWindowsOptions() != null, where + "securityContext.windowsOptions (expected: none)");
        }
        add(found, !container.getVolumeDevices().isEmpty(), where + "volumeDevices (expected: none; file systems only)");
        add(found, container.getLifecycle() != null && container.getLifecycle().getStopSignal() != null, where + "lifecycle.stopSignal (expected: none; the image's is used)");
        add(found, container.getEnv().stream().anyMatch(e -> e.getValueFrom() != null && e.getValueFrom().getFileKeyRef() != null), where + "env.valueFrom.fileKeyRef (expected: another source)");
    }

    private static void add(List<String> found, boolean asked, String what) {
        if (asked) {
            found.add(what);
        }
    }
}
