package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.ContainerConfig;
import dev.skerry.kube.node.cri.Mount;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** What of a Pod's volumes a container sees, and where. */
final class ContainerMounts {

    private static final String CONFIG_ERROR = "CreateContainerConfigError";
    private static final int MODE = 07777;

    private ContainerMounts() {}

    static void add(ContainerConfig.Builder config, Container container, Map<String, String> environment, Map<String, Path> volumes)
            throws NotStartedException, IOException {
        for (var mount : container.getVolumeMounts()) {
            var source = volumes.get(mount.getName());
            if (source == null) {
                throw new NotStartedException(CONFIG_ERROR, "cannot find volume \"" + mount.getName() + "\" to mount into container \"" + container.getName() + "\"");
            }
            if ("Enabled".equals(mount.getRecursiveReadOnly())) {
                throw new NotStartedException(CONFIG_ERROR, "recursive read-only mount is not supported");
            }
            var below = below(mount, environment);
            var propagation = Optional.ofNullable(mount.getMountPropagation()).orElse("None");
            config.addMounts(Mount.newBuilder()
                    .setContainerPath(mount.getMountPath().startsWith("/") ? mount.getMountPath() : "/" + mount.getMountPath())
                    .setHostPath((below.isEmpty() ? source : inside(source, below, mount, container)).toString())
                    .setReadonly(Boolean.TRUE.equals(mount.getReadOnly()))
                    .setPropagation(propagation.equals("HostToContainer") ? 1 : propagation.equals("Bidirectional") ? 2 : 0));
        }
    }

    private static String below(VolumeMount mount, Map<String, String> environment) throws NotStartedException {
        var path = Optional.ofNullable(mount.getSubPath()).orElse("");
        var expression = Optional.ofNullable(mount.getSubPathExpr()).orElse("");
        if (!expression.isEmpty()) {
            var missing = new TreeSet<String>();
            path = Environment.expand(expression, name -> {
                var value = environment.getOrDefault(name, "");
                if (value.isEmpty()) {
                    missing.add(name);
                }
                return Optional.of(value);
            });
            if (!missing.isEmpty()) {
                throw new NotStartedException(CONFIG_ERROR, "missing value for " + String.join(", ", missing));
            }
        }
        if (path.startsWith("/")) {
            throw new NotStartedException(CONFIG_ERROR, "error SubPath `" + path + "` must not be an absolute path");
        }
        if (java.util.List.of(path.split("/")).contains("..")) {
            throw new NotStartedException(CONFIG_ERROR, "unable to provision SubPath `" + path + "`: must not contain '..'");
        }
        return path;
    }

    /** Made as a folder if it is not there. A link that leads out of the volume is refused; why is not told to the Pod's user. */
    private static Path inside(Path source, String below, VolumeMount mount, Container container) throws NotStartedException, IOException {
        var real = source.toRealPath();
        var at = real;
        int mode = (int) Files.getAttribute(real, "unix:mode") & MODE;
        for (var name : Path.of(below).normalize()) {
            if (name.toString().isEmpty()) {
                continue;
            }
            var next = at.resolve(name);
            try {
                if (Files.notExists(next)) {
                    Files.createDirectory(next);
                    Ownership.mode(next, mode);
                }
                at = next.toRealPath();
            } catch (FileAlreadyExistsException e) {
                // A link to nowhere.
                at = Path.of("/");
            }
            if (!at.startsWith(real)) {
                throw new NotStartedException(CONFIG_ERROR, "failed to prepare subPath for volumeMount \"" + mount.getName() + "\" of container \"" + container.getName() + "\"");
            }
        }
        return at;
    }
}
