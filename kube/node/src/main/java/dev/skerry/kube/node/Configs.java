package dev.skerry.kube.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
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

    /**
     * A token of the Pod's service account, which ends with the Pod.
     *
     * @param audience empty for the API itself
     */
    String token(Pod pod, String audience, long seconds) {
        var meta = pod.getMetadata();
        var account = Optional.ofNullable(pod.getSpec().getServiceAccountName()).orElse("default");
        var spec = new LinkedHashMap<String, Object>();
        spec.put("expirationSeconds", seconds);
        spec.put("audiences", audience.isEmpty() ? List.of() : List.of(audience));
        spec.put("boundObjectRef", Map.of("kind", "Pod", "apiVersion", "v1", "name", meta.getName(), "uid", meta.getUid()));
        var answer = client.raw("/api/v1/namespaces/" + meta.getNamespace() + "/serviceaccounts/" + account + "/token", "POST",
                Map.of("apiVersion", "authentication.k8s.io/v1", "kind", "TokenRequest", "spec", spec));
        return client.getKubernetesSerialization().unmarshal(answer, JsonNode.class).path("status").path("token").asText();
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
