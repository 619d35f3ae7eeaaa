package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the controllers write: small patches to the version that they have seen, so that nothing of others is lost. */
final class Writer {

    /** The name under which the fields that the standard controllers own are known everywhere. */
    static final String MANAGER = "kube-controller-manager";

    private static final PatchContext MERGE =
            new PatchContext.Builder().withPatchType(PatchType.JSON_MERGE).withFieldManager(MANAGER).build();

    private final KubernetesClient client;

    Writer(KubernetesClient client) {
        this.client = client;
    }

    KubernetesClient client() {
        return client;
    }

    /** Creates the object. @return empty if one of its name is there */
    <T extends HasMetadata> Optional<T> create(T object) {
        try {
            return Optional.of(client.resource(object).create());
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Merges the fields into the object; {@code null} removes one.
     *
     * @throws KubernetesClientException 409 if the object has changed since
     */
    <T extends HasMetadata> T merge(T seen, Map<String, ?> fields) {
        return client.resource(seen).patch(MERGE, json(locked(seen, fields)));
    }

    /** As {@code merge}, for the status. */
    <T extends HasMetadata> T mergeStatus(T seen, Map<String, ?> status) {
        return client.resource(seen).subresource("status").patch(MERGE, json(locked(seen, Map.of("status", status))));
    }

    /** @param path of the object @return what the API answered; empty if the object had gone, or was another one */
    Optional<JsonNode> delete(String path, String uid, String policy) {
        try {
            var options = Map.of("kind", "DeleteOptions", "apiVersion", "v1", "propagationPolicy", policy, "preconditions", Map.of("uid", uid));
            return Optional.of(client.getKubernetesSerialization().unmarshal(client.raw(path, "DELETE", options), JsonNode.class));
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND || e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Map<String, Object> locked(HasMetadata seen, Map<String, ?> fields) {
        var patch = new LinkedHashMap<String, Object>(fields);
        var metadata = new LinkedHashMap<String, @Nullable Object>();
        if (fields.get("metadata") instanceof Map<?, ?> given) {
            given.forEach((k, v) -> metadata.put((String) k, v));
        }
        metadata.put("uid", seen.getMetadata().getUid());
        metadata.put("resourceVersion", seen.getMetadata().getResourceVersion());
        patch.put("metadata", metadata);
        return patch;
    }

    private String json(Map<String, ?> patch) {
        return client.getKubernetesSerialization().asJson(patch);
    }
}
