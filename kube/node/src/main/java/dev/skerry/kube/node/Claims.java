package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the volume lies that a claim was given. */
final class Claims {

    private final KubernetesClient client;

    Claims(KubernetesClient client) {
        this.client = client;
    }

    /** Fails with {@code FailedMount} while the claim has no volume, or one that this machine cannot reach. */
    Path path(String volume, String namespace, String name) throws NotStartedException, IOException {
        var claim = client.persistentVolumeClaims().inNamespace(namespace).withName(name).get();
        if (claim == null) {
            throw Volumes.failed(volume, "persistentvolumeclaim \"" + name + "\" not found");
        }
        var bound = claim.getSpec().getVolumeName();
        if (bound == null || bound.isEmpty() || claim.getStatus() == null || !"Bound".equals(claim.getStatus().getPhase())) {
            throw Volumes.failed(volume, "PVC " + namespace + "/" + name + " is not bound");
        }
        var there = client.persistentVolumes().withName(bound).get();
        if (there == null) {
            throw Volumes.failed(volume, "persistentvolume \"" + bound + "\" not found");
        }
        return path(volume, there);
    }

    private static Path path(String volume, PersistentVolume there) throws NotStartedException, IOException {
        var spec = there.getSpec();
        if (spec.getHostPath() != null) {
            return HostPaths.check(there.getMetadata().getName(), Path.of(spec.getHostPath().getPath()), Optional.ofNullable(spec.getHostPath().getType()).orElse(""));
        }
        if (spec.getLocal() != null) {
            var path = Path.of(spec.getLocal().getPath());
            if (Files.notExists(path)) {
                throw Volumes.failed(there.getMetadata().getName(), "path \"" + path + "\" does not exist");
            }
            return path;
        }
        throw Volumes.failed(volume, "persistentvolume \"" + there.getMetadata().getName() + "\": no such sort of volume on this node (expected: hostPath, local)");
    }

    /** Whether files there may be given to a Pod's group: a hostPath is the machine's own. */
    boolean ours(Path path) {
        return Files.isDirectory(path) && Files.exists(path.resolveSibling(LocalVolumes.MARK));
    }
}
