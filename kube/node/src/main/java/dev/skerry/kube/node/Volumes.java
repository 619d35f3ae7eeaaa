package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One Pod's volumes as folders and files of this machine, below the Pod's folder or where a hostPath or a persistent volume says.
 * They are made before the first container, kept up to date while the Pod runs, and taken down when it has ended.
 */
final class Volumes {

    private static final int OPEN_TO_ALL = 0777;
    private static final long MOST_OF_A_PAYLOAD = 32 << 20;

    private final PodParts parts;
    private final VolumeFiles sources;
    private final Claims claims;
    private final Map<String, Path> paths = new LinkedHashMap<>();
    private volatile boolean stale = true;
    private Instant due = Instant.MAX;

    Volumes(PodParts parts, Configs configs) {
        this.parts = parts;
        this.sources = new VolumeFiles(configs);
        this.claims = new Claims(parts.client());
    }

    /** The next {@link #prepare} looks at all sources again. Safe for any thread. */
    void refresh() {
        stale = true;
    }

    /** Makes what is not there, brings up to date what is. Fails with {@code FailedMount}, at the first volume that cannot be had. */
    void prepare(Pod pod, DownwardFields fields) throws NotStartedException, IOException {
        var now = parts.clock().instant();
        if (!stale && now.isBefore(due)) {
            return;
        }
        stale = false;
        try {
            due = Instant.MAX;
            for (var volume : pod.getSpec().getVolumes()) {
                paths.put(volume.getName(), prepare(pod, volume, fields, now));
            }
        } catch (NotStartedException | IOException | RuntimeException e) {
            stale = true;
            throw e;
        }
    }

    /** When {@link #prepare} has something to do even if nothing changes: a token ends. */
    Duration restful() {
        var left = Duration.between(parts.clock().instant(), due.isAfter(Instant.now().plus(Duration.ofDays(1))) ? parts.clock().instant().plus(Duration.ofDays(1)) : due);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Each volume's path by its name. */
    Map<String, Path> paths() {
        return Map.copyOf(paths);
    }

    private Path prepare(Pod pod, Volume volume, DownwardFields fields, Instant now) throws NotStartedException, IOException {
        if (volume.getHostPath() != null) {
            return HostPaths.check(volume.getName(), Path.of(volume.getHostPath().getPath()), Optional.ofNullable(volume.getHostPath().getType()).orElse(""));
        }
        if (volume.getPersistentVolumeClaim() != null || volume.getEphemeral() != null) {
            var claim = volume.getEphemeral() != null ? pod.getMetadata().getName() + "-" + volume.getName() : volume.getPersistentVolumeClaim().getClaimName();
            var path = claims.path(volume.getName(), pod.getMetadata().getNamespace(), claim);
            give(pod, path, claims.ours(path));
            return path;
        }
        var path = parts.place().pod(pod.getMetadata().getUid()).resolve("volumes").resolve(volume.getName());
        if (volume.getEmptyDir() != null) {
            if (Files.notExists(path)) {
                empty(pod, path, volume.getEmptyDir());
            }
            return path;
        }
        var files = sources.of(pod, volume, fields, now);
        due = files.due().isBefore(due) ? files.due() : due;
        if (Files.notExists(path)) {
            make(path, () -> {
                if (files.secret()) {
                    Native.tmpfs(path, "size=" + MOST_OF_A_PAYLOAD + ",mode=0777");
                }
            });
        }
        AtomicFiles.write(path, files.files(), Ownership.group(pod), now);
        return path;
    }

    private void empty(Pod pod, Path path, EmptyDirVolumeSource source) throws IOException {
        var medium = Optional.ofNullable(source.getMedium()).orElse("");
        make(path, () -> {
            if (medium.equals("Memory")) {
                Native.tmpfs(path, "size=" + memory(pod, source) + ",mode=0777");
            } else if (medium.startsWith("HugePages")) {
                Native.hugePages(path, medium);
            }
        });
        var group = Ownership.group(pod);
        if (group.isPresent()) {
            Ownership.give(path, group.get(), false);
        }
    }

    private interface Mounting {
        void run() throws IOException;
    }

    /** A folder that is there has been mounted as well. */
    private static void make(Path path, Mounting mounting) throws IOException {
        Files.createDirectories(path);
        try {
            mounting.run();
            Ownership.mode(path, OPEN_TO_ALL);
        } catch (IOException | RuntimeException e) {
            delete(path);
            throw e;
        }
    }

    /** No more than the Pod may use, and the node has. */
    private long memory(Pod pod, EmptyDirVolumeSource source) {
        var size = QosClass.amount(parts.capacity().get("memory"));
        var limits = pod.getSpec().getContainers().stream().map(c -> QosClass.amount(QosClass.limits(c).get("memory"))).toList();
        if (limits.stream().allMatch(l -> l.signum() > 0)) {
            size = size.min(limits.stream().reduce(BigDecimal.ZERO, BigDecimal::add));
        }
        return source.getSizeLimit() == null || source.getSizeLimit().getNumericalAmount().signum() == 0
                ? size.longValue()
                : size.min(source.getSizeLimit().getNumericalAmount()).longValue();
    }

    private static void give(Pod pod, Path path, boolean ours) throws IOException {
        var group = Ownership.group(pod);
        if (!ours || group.isEmpty()) {
            return;
        }
        var policy = Optional.ofNullable(pod.getSpec().getSecurityContext().getFsGroupChangePolicy()).orElse("Always");
        if (!policy.equals("OnRootMismatch") || !Ownership.given(path, group.get())) {
            Ownership.give(path, group.get(), false);
        }
    }

    static NotStartedException failed(String volume, String why) {
        return new NotStartedException("FailedMount", "MountVolume.SetUp failed for volume \"" + volume + "\" : " + why);
    }

    /** Takes down and deletes all of a Pod's; never what a hostPath or a claim names. What containers left to tell stays. */
    void unmount(String uid) throws IOException {
        var folder = parts.place().pod(uid);
        for (var name : List.of("subpaths", "volumes")) {
            unmountBelow(folder.resolve(name));
            delete(folder.resolve(name));
        }
        paths.clear();
        stale = true;
    }

    /** All that there is of a Pod. */
    void remove(String uid) throws IOException {
        unmount(uid);
        delete(parts.place().pod(uid));
    }

    private static void unmountBelow(Path folder) throws IOException {
        for (var mounted : mountsBelow(folder)) {
            Native.unmount(Path.of(mounted));
        }
    }

    static List<String> mountsBelow(Path folder) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/mounts"))) {
            return lines.map(l -> l.split(" ")[1].replace("\\040", " "))
                    .filter(m -> m.startsWith(folder + "/"))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

}
