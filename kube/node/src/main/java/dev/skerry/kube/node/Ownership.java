package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Whom the files of volumes belong to, and who may do what with them. */
final class Ownership {

    private static final int READ_AND_WRITE = 0660;
    private static final int READ = 0440;
    private static final int ENTER = 0110;
    private static final int SET_GROUP = 02000;
    private static final int MODE = 07777;

    private Ownership() {}

    static Optional<Long> group(Pod pod) {
        return Optional.ofNullable(pod.getSpec().getSecurityContext()).map(s -> s.getFsGroup());
    }

    /** The user that all containers run as, if each names one and it is the same. */
    static Optional<Long> user(Pod pod) {
        var users = Stream.concat(pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
                .map(c -> user(pod, c)).distinct().toList();
        return users.size() == 1 ? users.getFirst() : Optional.empty();
    }

    private static Optional<Long> user(Pod pod, Container container) {
        return Optional.ofNullable(container.getSecurityContext()).map(s -> s.getRunAsUser())
                .or(() -> Optional.ofNullable(pod.getSpec().getSecurityContext()).map(s -> s.getRunAsUser()));
    }

    static void mode(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode & MODE);
    }

    static void owner(Path path, long user) throws IOException {
        Files.setAttribute(path, "unix:uid", (int) user, LinkOption.NOFOLLOW_LINKS);
    }

    /** All below the folder, and itself, is the group's to read, and to write unless {@code readOnly}. */
    static void give(Path folder, long group, boolean readOnly) throws IOException {
        try (var all = Files.walk(folder)) {
            for (var path : all.toList()) {
                giveOne(path, group, readOnly);
            }
        }
    }

    static void giveOne(Path path, long group, boolean readOnly) throws IOException {
        Files.setAttribute(path, "unix:gid", (int) group, LinkOption.NOFOLLOW_LINKS);
        if (Files.isSymbolicLink(path)) {
            return;
        }
        int mode = (int) Files.getAttribute(path, "unix:mode") & MODE;
        mode |= readOnly ? READ : READ_AND_WRITE;
        mode |= Files.isDirectory(path) ? SET_GROUP | ENTER : 0;
        mode(path, mode);
    }

    /** Whether the folder itself is as {@link #give} leaves it: then what is in it is taken for it too. */
    static boolean given(Path folder, long group) throws IOException {
        int mode = (int) Files.getAttribute(folder, "unix:mode") & MODE;
        int wanted = READ_AND_WRITE | SET_GROUP | ENTER;
        return (int) Files.getAttribute(folder, "unix:gid") == (int) group && (mode & wanted) == wanted;
    }
}
