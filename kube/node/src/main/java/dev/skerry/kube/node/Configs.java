package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** ConfigMaps and Secrets of the API as bytes by key. */
record Configs(KubernetesClient client) {

    Optional<Map<String, byte[]>> configMap(String namespace, String name) {
        return Optional.ofNullable(client.configMaps().inNamespace(namespace).withName(name).get()).map(Configs::bytes);
    }

    Optional<Map<String, byte[]>> secret(String namespace, String name) {
        return Optional.ofNullable(client.secrets().inNamespace(namespace).withName(name).get()).map(Configs::bytes);
    }

    private static Map<String, byte[]> bytes(ConfigMap map) {
        var all = new LinkedHashMap<String, byte[]>();
        if (map.getData() != null) {
            map.getData().forEach((k, v) -> all.put(k, v.getBytes(StandardCharsets.UTF_8)));
        }
        if (map.getBinaryData() != null) {
            map.getBinaryData().forEach((k, v) -> all.put(k, Base64.getDecoder().decode(v)));
        }
        return all;
    }

    private static Map<String, byte[]> bytes(Secret secret) {
        var all = new LinkedHashMap<String, byte[]>();
        if (secret.getData() != null) {
            secret.getData().forEach((k, v) -> all.put(k, Base64.getDecoder().decode(v)));
        }
        return all;
    }
}
