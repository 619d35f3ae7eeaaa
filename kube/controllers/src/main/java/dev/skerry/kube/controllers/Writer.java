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
    private final RawApi api;

    Writer(KubernetesClient client) {
        this.client = client;
        this.api = new RawApi(client);
    }

    RawApi api() {
        return api;
    }

    KubernetesClient client() {
        return client;
    }

    /** Creates the object. @return empty if one of its name is there */
    <T extends HasMetadata> Optional<T> create(T object) {
        try {
            return Optional.of(send("POST", collection(object), object));
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Writes the whole object over the version that it names. */
    <T extends HasMetadata> T replace(T object) {
        return send("PUT", path(object), object);
    }

    /** Deletes the object as it was seen, and what depends on it after it. @return what the API answered; empty if it had gone */
    Optional<JsonNode> delete(HasMetadata seen) {
        return delete(path(seen), seen.getMetadata().getUid(), "Background");
    }

    @SuppressWarnings("unchecked")
    private <T extends HasMetadata> T send(String method, String path, T object) {
        var body = client.raw(path + "?fieldManager=" + MANAGER, method, client.getKubernetesSerialization().asJson(object));
        return (T) client.getKubernetesSerialization().unmarshal(body, object.getClass());
    }

    /** Where the objects of its kind and namespace are. */
    static String collection(HasMetadata object) {
        var version = object.getApiVersion();
        var namespace = Cache.namespace(object);
        return (version.contains("/") ? "/apis/" : "/api/") + version + (namespace.isEmpty() ? "" : "/namespaces/" + namespace) + "/" + object.getPlural();
    }

    static String path(HasMetadata object) {
        return collection(object) + "/" + object.getMetadata().getName();
    }

    /**
     * Merges the fields into the object; {@code null} removes one.
     *
     * @throws KubernetesClientException 409 if the object has changed since
     */
    <T extends HasMetadata> T merge(T seen, Map<String, ?> fields) {
        return client.resource(seen).patch(MERGE, json(locked(seen, fields)));
    }

    /** As {@code merge}, whatever has happened to the object since. */
    <T extends HasMetadata> T mergeAnyVersion(T seen, Map<String, ?> fields) {
        return client.resource(seen).patch(MERGE, json(new LinkedHashMap<>(fields)));
    }

    /** As {@code merge}, for the status. */
    <T extends HasMetadata> T mergeStatus(T seen, Map<String, ?> status) {
        return client.resource(seen).subresource("status").patch(MERGE, json(locked(seen, Map.of("status", status))));
    }

    /** As {@code merge}, for another subresource. */
    <T extends HasMetadata> T mergePart(T seen, String subresource, Map<String, ?> fields) {
        return client.resource(seen).subresource(subresource).patch(MERGE, json(locked(seen, fields)));
    }

    /** As {@code mergeStatus}, with annotations that go with the status. */
    <T extends HasMetadata> T mergeStatus(T seen, Map<String, ?> status, Map<String, String> annotations) {
        if (annotations.isEmpty()) {
            return mergeStatus(seen, status);
        }
        return client.resource(seen).subresource("status").patch(MERGE, json(locked(seen, Map.of("status", status, "metadata", Map.of("annotations", annotations)))));
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
