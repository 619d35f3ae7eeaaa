package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The other objects that a Pod's spec names. */
final class PodReferences {

    private static final List<String> CONTAINERS = List.of("initContainers", "containers", "ephemeralContainers");

    private PodReferences() {}

    static Set<String> secrets(JsonNode spec) {
        var names = new HashSet<String>();
        spec.path("imagePullSecrets").forEach(s -> add(names, s.path("name")));
        environment(spec, "secretKeyRef", "secretRef", names);
        for (var volume : spec.path("volumes")) {
            add(names, volume.path("secret").path("secretName"));
            volume.path("projected").path("sources").forEach(s -> add(names, s.path("secret").path("name")));
            for (var source : volume) {
                add(names, source.path("secretRef").path("name"));
                add(names, source.path("nodePublishSecretRef").path("name"));
            }
        }
        return names;
    }

    static Set<String> configMaps(JsonNode spec) {
        var names = new HashSet<String>();
        environment(spec, "configMapKeyRef", "configMapRef", names);
        for (var volume : spec.path("volumes")) {
            add(names, volume.path("configMap").path("name"));
            volume.path("projected").path("sources").forEach(s -> add(names, s.path("configMap").path("name")));
        }
        return names;
    }

    static Set<String> claims(JsonNode spec) {
        var names = new HashSet<String>();
        spec.path("volumes").forEach(v -> add(names, v.path("persistentVolumeClaim").path("claimName")));
        return names;
    }

    private static void environment(JsonNode spec, String ofOne, String ofAll, Set<String> names) {
        for (var list : CONTAINERS) {
            for (var container : spec.path(list)) {
                container.path("env").forEach(e -> add(names, e.path("valueFrom").path(ofOne).path("name")));
                container.path("envFrom").forEach(e -> add(names, e.path(ofAll).path("name")));
            }
        }
    }

    private static void add(Set<String> names, JsonNode name) {
        if (!name.asText("").isEmpty()) {
            names.add(name.asText());
        }
    }
}
