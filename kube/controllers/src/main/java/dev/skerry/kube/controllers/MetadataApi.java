package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.Set;

/** Objects of any kind by their metadata alone. */
final class MetadataApi {

    /** All that the garbage collector looks at. */
    private static final Set<String> WANTED = Set.of("uid", "namespace", "name", "ownerReferences", "finalizers", "deletionTimestamp");

    private final RawApi api;

    MetadataApi(RawApi api) {
        this.api = api;
    }

    /** All objects of the kind from now on, as far as owners are concerned. */
    Feed<Held> feed(Kind kind, Feed.Listener<Held> listener) {
        return new Feed<>(api, kind.path(""), RawApi.Form.METADATA, object -> Held.of(kind, object.metadata(WANTED)), listener);
    }

    boolean any(Kind kind) throws InterruptedException {
        return !RawApi.tree(api.list(kind.path("") + "?limit=1", RawApi.Form.METADATA)).path("items").isEmpty();
    }

    /**
     * Reads one object's metadata; empty if there is no such object.
     *
     * @throws KubernetesClientException also if there is no such kind
     */
    Optional<JsonNode> find(Kind kind, String namespace, String name) throws InterruptedException {
        try {
            return Optional.of(RawApi.tree(api.get(kind.path(namespace, name), RawApi.Form.METADATA)).path("metadata"));
        } catch (KubernetesClientException e) {
            var details = e.getStatus() == null ? null : e.getStatus().getDetails();
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND && details != null && name.equals(details.getName())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** @param merge a JSON merge patch */
    void patch(String path, Object merge) throws InterruptedException {
        api.patch(path, merge);
    }
}
