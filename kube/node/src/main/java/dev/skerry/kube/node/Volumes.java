package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A Pod's volumes as folders and files of this machine, below the Pod's folder or where a hostPath says. */
final class Volumes {

    private static final Duration MOUNT = Duration.ofSeconds(10);
    private static final int DEFAULT_MODE = 0644;
    private static final long TOKEN_SECONDS = 3_607;

    private final NodePlace place;
    private final Configs configs;

    Volumes(NodePlace place, Configs configs) {
        this.place = place;
        this.configs = configs;
    }

    /** Makes what is not there yet; answers each volume's path by its name. */
    Map<String, Path> prepare(Pod pod, DownwardFields fields) throws NotStartedException, IOException, InterruptedException {
        var paths = new LinkedHashMap<String, Path>();
        for (var volume : pod.getSpec().getVolumes()) {
            paths.put(volume.getName(), prepare(pod, volume, fields));
        }
        return paths;
    }

    private Path prepare(Pod pod, Volume volume, DownwardFields fields) throws NotStartedException, IOException, InterruptedException {
        if (volume.getHostPath() != null) {
            return HostPaths.check(volume.getName(), Path.of(volume.getHostPath().getPath()), Optional.ofNullable(volume.getHostPath().getType()).orElse(""));
        }
        var path = place.pod(pod.getMetadata().getUid()).resolve("volumes").resolve(volume.getName());
        var namespace = pod.getMetadata().getNamespace();
        if (volume.getEmptyDir() != null) {
            boolean fresh = Files.notExists(path);
            Files.createDirectories(path);
            if (fresh) {
                allow(path, 0777);
                if ("Memory".equals(volume.getEmptyDir().getMedium())) {
                    var limit = volume.getEmptyDir().getSizeLimit();
                    var size = limit == null ? "" : ",size=" + limit.getNumericalAmount().toBigInteger();
                    var unused = Programs.run(MOUNT, List.of("mount", "-t", "tmpfs", "-o", "mode=0777" + size, "tmpfs", path.toString()));
                }
            }
            return path;
        }
        var files = new LinkedHashMap<String, File>();
        if (volume.getConfigMap() != null) {
            var source = volume.getConfigMap();
            files.putAll(items(configs.configMap(namespace, source.getName()), source.getItems(), mode(source.getDefaultMode()), Boolean.TRUE.equals(source.getOptional()), "configmap", source.getName(), volume));
        } else if (volume.getSecret() != null) {
            var source = volume.getSecret();
            files.putAll(items(configs.secret(namespace, source.getSecretName()), source.getItems(), mode(source.getDefaultMode()), Boolean.TRUE.equals(source.getOptional()), "secret", source.getSecretName(), volume));
        } else if (volume.getDownwardAPI() != null) {
            files.putAll(downward(pod, volume.getDownwardAPI().getItems(), mode(volume.getDownwardAPI().getDefaultMode()), fields));
        } else if (volume.getProjected() != null) {
            files.putAll(projected(pod, volume, fields));
        } else {
            throw failed(volume, "no such sort of volume here (expected: emptyDir, hostPath, configMap, secret, downwardAPI, projected)");
        }
        write(path, files);
        return path;
    }

    private record File(byte[] content, int mode) {}

    private Map<String, File> projected(Pod pod, Volume volume, DownwardFields fields) throws NotStartedException {
        var files = new LinkedHashMap<String, File>();
        var mode = mode(volume.getProjected().getDefaultMode());
        for (var source : volume.getProjected().getSources()) {
            var namespace = pod.getMetadata().getNamespace();
            if (source.getConfigMap() != null) {
                var map = source.getConfigMap();
                files.putAll(items(configs.configMap(namespace, map.getName()), map.getItems(), mode, Boolean.TRUE.equals(map.getOptional()), "configmap", map.getName(), volume));
            } else if (source.getSecret() != null) {
                var secret = source.getSecret();
                files.putAll(items(configs.secret(namespace, secret.getName()), secret.getItems(), mode, Boolean.TRUE.equals(secret.getOptional()), "secret", secret.getName(), volume));
            } else if (source.getDownwardAPI() != null) {
                files.putAll(downward(pod, source.getDownwardAPI().getItems(), mode, fields));
            } else if (source.getServiceAccountToken() != null) {
                var token = source.getServiceAccountToken();
                var seconds = token.getExpirationSeconds() == null ? TOKEN_SECONDS : token.getExpirationSeconds();
                try {
                    var text = configs.token(pod, Optional.ofNullable(token.getAudience()).orElse(""), seconds);
                    files.put(token.getPath(), new File(text.getBytes(StandardCharsets.UTF_8), mode));
                } catch (KubernetesClientException e) {
                    throw failed(volume, "failed to fetch token: " + e.getMessage());
                }
            }
        }
        return files;
    }

    private static Map<String, File> items(
            Optional<Map<String, byte[]>> data, @Nullable List<KeyToPath> items, int mode, boolean optional, String kind, String name, Volume volume)
            throws NotStartedException {
        if (data.isEmpty() && !optional) {
            throw failed(volume, kind + " \"" + name + "\" not found");
        }
        var files = new LinkedHashMap<String, File>();
        if (items == null || items.isEmpty()) {
            data.orElse(Map.of()).forEach((k, v) -> files.put(k, new File(v, mode)));
            return files;
        }
        for (var item : items) {
            var content = data.orElse(Map.of()).get(item.getKey());
            if (content != null) {
                files.put(item.getPath(), new File(content, item.getMode() == null ? mode : item.getMode()));
            } else if (!optional) {
                throw failed(volume, "references non-existent " + kind + " key: " + item.getKey());
            }
        }
        return files;
    }

    private static Map<String, File> downward(Pod pod, List<DownwardAPIVolumeFile> items, int mode, DownwardFields fields) {
        var files = new LinkedHashMap<String, File>();
        for (var item : items) {
            var text = item.getFieldRef() != null
                    ? fields.field(item.getFieldRef().getFieldPath()).orElse("")
                    : pod.getSpec().getContainers().stream()
                            .filter(c -> c.getName().equals(item.getResourceFieldRef().getContainerName()))
                            .findFirst().flatMap(c -> fields.resource(item.getResourceFieldRef(), c)).orElse("");
            files.put(item.getPath(), new File(text.getBytes(StandardCharsets.UTF_8), item.getMode() == null ? mode : item.getMode()));
        }
        return files;
    }

    private static int mode(@Nullable Integer mode) {
        return mode == null ? DEFAULT_MODE : mode;
    }

    static NotStartedException failed(Volume volume, String why) {
        return failed(volume.getName(), why);
    }

    static NotStartedException failed(String volume, String why) {
        return new NotStartedException("FailedMount", "MountVolume.SetUp failed for volume \"" + volume + "\" : " + why);
    }

    /** Each file is written beside and moved over, so that a reader sees the old or the new. */
    private static void write(Path folder, Map<String, File> files) throws IOException {
        Files.createDirectories(folder);
        for (var file : files.entrySet()) {
            var target = folder.resolve(file.getKey()).normalize();
            if (!target.startsWith(folder)) {
                throw new IOException("path: " + file.getKey() + " (expected: inside of the volume)");
            }
            Files.createDirectories(target.getParent());
            if (Files.exists(target) && java.util.Arrays.equals(Files.readAllBytes(target), file.getValue().content())) {
                continue;
            }
            var fresh = Files.createTempFile(target.getParent(), ".new-", "");
            Files.write(fresh, file.getValue().content());
            allow(fresh, file.getValue().mode());
            Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    static void allow(Path path, int mode) throws IOException {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        var all = PosixFilePermission.values();
        for (int i = 0; i < all.length; i++) {
            if ((mode & (0400 >> i)) != 0) {
                permissions.add(all[i]);
            }
        }
        Files.setPosixFilePermissions(path, permissions);
    }

    /** Unmounts and deletes all of a Pod's; never what a hostPath names. */
    void remove(String uid) throws IOException, InterruptedException {
        var folder = place.pod(uid);
        for (var mounted : mountsBelow(folder)) {
            var unused = Programs.run(MOUNT, List.of("umount", mounted));
        }
        delete(folder);
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
