package dev.skerry.kube.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.kube.node.cri.AuthConfig;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Names and passwords for registries, from the Secrets that a Pod names. */
final class PullSecrets {

    private static final System.Logger LOG = System.getLogger(PullSecrets.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HUB = "docker.io";

    private final KubernetesClient client;

    PullSecrets(KubernetesClient client) {
        this.client = client;
    }

    /** Tries each name that fits the registry, and at last without any. */
    void pull(Cri cri, Pod pod, String image) {
        var whole = Images.withRegistry(image);
        Optional<StatusRuntimeException> failure = Optional.empty();
        for (var auth : fitting(pod, whole)) {
            try {
                cri.pull(image, Optional.of(auth));
                return;
            } catch (StatusRuntimeException e) {
                if (Cri.away(e)) {
                    throw e;
                }
                failure = Optional.of(e);
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        cri.pull(image, Optional.empty());
    }

    private List<AuthConfig> fitting(Pod pod, String image) {
        var found = new LinkedHashMap<String, AuthConfig>();
        List<LocalObjectReference> named = Optional.ofNullable(pod.getSpec().getImagePullSecrets()).orElse(List.of());
        for (var reference : named) {
            var secret = client.secrets().inNamespace(pod.getMetadata().getNamespace()).withName(reference.getName()).get();
            if (secret == null || secret.getData() == null) {
                continue;
            }
            for (var key : List.of(".dockerconfigjson", ".dockercfg")) {
                Optional.ofNullable(secret.getData().get(key)).ifPresent(data -> read(reference.getName(), key, data, found));
            }
        }
        var fitting = new ArrayList<Map.Entry<String, AuthConfig>>();
        found.entrySet().stream().filter(e -> fits(e.getKey(), image)).forEach(fitting::add);
        // The most exact first.
        fitting.sort(Map.Entry.<String, AuthConfig>comparingByKey((a, b) -> Integer.compare(b.length(), a.length())));
        return fitting.stream().map(Map.Entry::getValue).toList();
    }

    private static void read(String name, String key, String data, Map<String, AuthConfig> found) {
        try {
            var tree = JSON.readTree(Base64.getDecoder().decode(data));
            var auths = key.equals(".dockercfg") ? tree : tree.path("auths");
            auths.fields().forEachRemaining(f -> found.putIfAbsent(registry(f.getKey()), auth(f.getValue())));
        } catch (IOException | IllegalArgumentException e) {
            // The others may do; what is in it is not for a log.
            LOG.log(System.Logger.Level.WARNING, "secret {0}: {1} (expected: JSON with registries)", name, key);
        }
    }

    private static AuthConfig auth(JsonNode entry) {
        var user = entry.path("username").asText("");
        var password = entry.path("password").asText("");
        if (entry.hasNonNull("auth")) {
            var pair = new String(Base64.getDecoder().decode(entry.get("auth").asText()), StandardCharsets.UTF_8);
            var colon = pair.indexOf(':');
            user = colon < 0 ? pair : pair.substring(0, colon);
            password = colon < 0 ? "" : pair.substring(colon + 1);
        }
        return AuthConfig.newBuilder().setUsername(user).setPassword(password).build();
    }

    /** Without scheme and without what is left of the first interface of registries. */
    private static String registry(String written) {
        var bare = written.replaceFirst("^https?://", "").replaceFirst("/v[12]/?$", "").replaceFirst("/$", "");
        return bare.equals("index." + HUB) || bare.equals("registry-1." + HUB) ? HUB : bare;
    }

    /** A host, perhaps with {@code *} for labels of its name, perhaps with the beginning of a path. */
    private static boolean fits(String pattern, String image) {
        var slash = pattern.indexOf('/');
        var host = slash < 0 ? pattern : pattern.substring(0, slash);
        var path = slash < 0 ? "" : pattern.substring(slash);
        var ofImage = image.substring(0, image.indexOf('/'));
        var wanted = host.split("\\.");
        var there = ofImage.split("\\.");
        if (wanted.length != there.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (!there[i].matches(wanted[i].replace("*", "\u0000").replaceAll("([^A-Za-z0-9\u0000-])", "\\\\$1").replace("\u0000", ".*"))) {
                return false;
            }
        }
        return image.substring(ofImage.length()).startsWith(path);
    }
}
