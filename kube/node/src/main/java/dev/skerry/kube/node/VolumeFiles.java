package dev.skerry.kube.node;

import dev.skerry.kube.node.AtomicFiles.File;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the files of a volume hold that the API fills: ConfigMaps, Secrets, a Pod's own fields, tokens. */
final class VolumeFiles {

    private static final int DEFAULT_MODE = 0644;
    private static final int OWNER_ONLY = 0600;
    private static final long TOKEN_SECONDS = 3_607;
    private static final Duration LONGEST = Duration.ofHours(24);

    private final Configs configs;
    private final Map<String, Token> tokens = new HashMap<>();

    private record Token(String text, Instant renew) {}

    /**
     * @param secret whether they are kept in memory only
     * @param due when they are no longer good
     */
    record Payload(Map<String, File> files, boolean secret, Instant due) {}

    VolumeFiles(Configs configs) {
        this.configs = configs;
    }

    Payload of(Pod pod, Volume volume, DownwardFields fields, Instant now) throws NotStartedException {
        var files = new LinkedHashMap<String, File>();
        if (volume.getConfigMap() != null) {
            var source = volume.getConfigMap();
            configMap(files, pod, volume, source.getName(), source.getItems(), mode(source.getDefaultMode()), Boolean.TRUE.equals(source.getOptional()));
            return new Payload(files, false, Instant.MAX);
        }
        if (volume.getSecret() != null) {
            var source = volume.getSecret();
            secret(files, pod, volume, source.getSecretName(), source.getItems(), mode(source.getDefaultMode()), Boolean.TRUE.equals(source.getOptional()));
            return new Payload(files, true, Instant.MAX);
        }
        if (volume.getDownwardAPI() != null) {
            downward(files, pod, volume.getDownwardAPI().getItems(), mode(volume.getDownwardAPI().getDefaultMode()), fields);
            return new Payload(files, true, Instant.MAX);
        }
        if (volume.getProjected() != null) {
            return projected(files, pod, volume, fields, now);
        }
        throw Volumes.failed(volume.getName(), "no such sort of volume on this node (expected: emptyDir, hostPath, configMap, secret, downwardAPI, projected, persistentVolumeClaim, ephemeral)");
    }

    private Payload projected(Map<String, File> files, Pod pod, Volume volume, DownwardFields fields, Instant now) throws NotStartedException {
        var due = Instant.MAX;
        var mode = mode(volume.getProjected().getDefaultMode());
        for (var source : volume.getProjected().getSources()) {
            if (source.getConfigMap() != null) {
                var map = source.getConfigMap();
                configMap(files, pod, volume, map.getName(), map.getItems(), mode, Boolean.TRUE.equals(map.getOptional()));
            } else if (source.getSecret() != null) {
                var secret = source.getSecret();
                secret(files, pod, volume, secret.getName(), secret.getItems(), mode, Boolean.TRUE.equals(secret.getOptional()));
            } else if (source.getDownwardAPI() != null) {
                downward(files, pod, source.getDownwardAPI().getItems(), mode, fields);
            } else if (source.getServiceAccountToken() != null) {
                var token = token(pod, volume, source.getServiceAccountToken(), now);
                var user = Ownership.user(pod);
                boolean own = user.isPresent() || Ownership.group(pod).isPresent();
                files.put(source.getServiceAccountToken().getPath(), new File(token.text().getBytes(StandardCharsets.UTF_8), own ? OWNER_ONLY : mode, user.orElse(null)));
                due = token.renew().isBefore(due) ? token.renew() : due;
            } else {
                throw Volumes.failed(volume.getName(), "no such source on this node (expected: configMap, secret, downwardAPI, serviceAccountToken)");
            }
        }
        return new Payload(files, true, due);
    }

    /** Renewed when four fifths of its time, or a day, have passed. */
    private Token token(Pod pod, Volume volume, ServiceAccountTokenProjection source, Instant now) throws NotStartedException {
        var key = volume.getName() + "/" + source.getPath();
        var there = tokens.get(key);
        if (there != null && now.isBefore(there.renew())) {
            return there;
        }
        var seconds = source.getExpirationSeconds() == null ? TOKEN_SECONDS : source.getExpirationSeconds();
        try {
            var text = configs.token(pod, Optional.ofNullable(source.getAudience()).orElse(""), seconds);
            var use = Duration.ofSeconds(seconds * 4 / 5);
            var fresh = new Token(text, now.plus(use.compareTo(LONGEST) > 0 ? LONGEST : use));
            tokens.put(key, fresh);
            return fresh;
        } catch (KubernetesClientException e) {
            throw Volumes.failed(volume.getName(), "failed to fetch token: " + (e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage()));
        }
    }

    private void configMap(Map<String, File> files, Pod pod, Volume volume, String name, @Nullable List<KeyToPath> items, int mode, boolean optional)
            throws NotStartedException {
        items(files, configs.configMap(pod.getMetadata().getNamespace(), name), items, mode, optional,
                Volumes.failed(volume.getName(), "configmap \"" + name + "\" not found"), volume, "configmap references non-existent config key: ");
    }

    private void secret(Map<String, File> files, Pod pod, Volume volume, String name, @Nullable List<KeyToPath> items, int mode, boolean optional)
            throws NotStartedException {
        items(files, configs.secret(pod.getMetadata().getNamespace(), name), items, mode, optional,
                Volumes.failed(volume.getName(), "secret \"" + name + "\" not found"), volume, "references non-existent secret key: ");
    }

    private static void items(
            Map<String, File> files, Optional<Map<String, byte[]>> data, @Nullable List<KeyToPath> items, int mode, boolean optional,
            NotStartedException absent, Volume volume, String noKey) throws NotStartedException {
        if (data.isEmpty() && !optional) {
            throw absent;
        }
        if (items == null || items.isEmpty()) {
            data.orElse(Map.of()).forEach((k, v) -> files.put(k, new File(v, mode)));
            return;
        }
        for (var item : items) {
            var content = data.orElse(Map.of()).get(item.getKey());
            if (content != null) {
                files.put(item.getPath(), new File(content, item.getMode() == null ? mode : item.getMode()));
            } else if (!optional) {
                throw Volumes.failed(volume.getName(), noKey + item.getKey());
            }
        }
    }

    private static void downward(Map<String, File> files, Pod pod, List<DownwardAPIVolumeFile> items, int mode, DownwardFields fields) {
        for (var item : items) {
            var selector = item.getResourceFieldRef();
            var text = selector == null
                    ? fields.field(item.getFieldRef().getFieldPath()).orElse("")
                    : Stream.concat(pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream())
                            .filter(c -> c.getName().equals(selector.getContainerName()))
                            .findFirst().flatMap(c -> fields.resource(selector, c)).orElse("");
            files.put(item.getPath(), new File(text.getBytes(StandardCharsets.UTF_8), item.getMode() == null ? mode : item.getMode()));
        }
    }

    private static int mode(@Nullable Integer mode) {
        return mode == null ? DEFAULT_MODE : mode;
    }
}
