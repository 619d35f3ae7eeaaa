package dev.skerry.fabric.spoke;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.fabric.spoke.DesiredStore.Owned;
import dev.skerry.model.Kinds;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Objects of any kind in this site's API, found by what the API says of its kinds. */
final class LocalObjects {

    private final KubernetesClient client;
    private final Map<String, ResourceDefinitionContext> kinds = new ConcurrentHashMap<>();

    LocalObjects(KubernetesClient client) {
        this.client = client;
    }

    /** The API has no such kind, perhaps not yet. */
    static final class UnknownKindException extends Exception {
        private static final long serialVersionUID = 1;

        UnknownKindException(String apiVersion, String kind) {
            super("kind: " + kind + " of " + apiVersion + " (expected: one that this site's API serves)");
        }
    }

    private ResourceDefinitionContext kind(String apiVersion, String kind) throws UnknownKindException {
        String key = apiVersion + "/" + kind;
        ResourceDefinitionContext known = kinds.get(key);
        if (known != null) {
            return known;
        }
        var served = client.getApiResources(apiVersion);
        if (served != null) {
            for (APIResource resource : served.getResources()) {
                if (resource.getKind().equals(kind) && !resource.getName().contains("/")) {
                    var context = ResourceDefinitionContext.fromApiResource(apiVersion, resource);
                    kinds.put(key, context);
                    return context;
                }
            }
        }
        throw new UnknownKindException(apiVersion, kind);
    }

    /** What a manifest names; its namespace is the default one if it says none, and empty if its kind has none. */
    Owned identify(ObjectNode manifest, String defaultNamespace) throws UnknownKindException {
        String apiVersion = text(manifest, "apiVersion", manifest.path("apiVersion"));
        String kind = text(manifest, "kind", manifest.path("kind"));
        String name = text(manifest, "metadata.name", manifest.path("metadata").path("name"));
        String namespace = kind(apiVersion, kind).isNamespaceScoped()
                ? manifest.path("metadata").path("namespace").asText(defaultNamespace)
                : "";
        return new Owned(apiVersion, kind, namespace, name, "");
    }

    private static String text(ObjectNode manifest, String field, JsonNode value) {
        if (!value.isTextual() || value.asText().isBlank()) {
            throw new IllegalArgumentException(field + ": none in " + manifest.path("kind").asText("a manifest") + " (expected: one)");
        }
        return value.asText();
    }

    private Resource<GenericKubernetesResource> at(Owned o) throws UnknownKindException {
        var all = client.genericKubernetesResources(kind(o.apiVersion(), o.kind()));
        return o.namespace().isEmpty() ? all.withName(o.name()) : all.inNamespace(o.namespace()).withName(o.name());
    }

    Optional<JsonNode> find(Owned o) throws UnknownKindException {
        return Optional.ofNullable(at(o).get()).map(this::tree);
    }

    /** Applies a manifest as the App's field manager, against whoever else holds its fields. Answers what is there now. */
    JsonNode apply(ObjectNode manifest, Owned o, String app) throws UnknownKindException {
        ObjectNode whole = manifest.deepCopy();
        ObjectNode metadata = (ObjectNode) whole.get("metadata");
        if (!o.namespace().isEmpty()) {
            metadata.put("namespace", o.namespace());
        }
        ObjectNode labels = metadata.get("labels") instanceof ObjectNode l ? l : metadata.putObject("labels");
        labels.put(Kinds.APP_LABEL, app);
        whole.remove("status");
        var object = client.getKubernetesSerialization().convertValue(whole, GenericKubernetesResource.class);
        var all = client.genericKubernetesResources(kind(o.apiVersion(), o.kind()));
        var there = o.namespace().isEmpty() ? all.resource(object) : all.inNamespace(o.namespace()).resource(object);
        try {
            return tree(there.fieldManager("skerry/" + app).forceConflicts().serverSideApply());
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                kinds.remove(o.apiVersion() + "/" + o.kind()); // A definition may have gone, or come anew.
            }
            throw e;
        }
    }

    /** Deletes what an App brought here, unless it is somebody else's by now. */
    void delete(Owned o, String app) {
        try {
            var there = at(o);
            var object = there.get();
            if (object == null) {
                return;
            }
            Map<String, String> labels = object.getMetadata().getLabels();
            if (labels != null && app.equals(labels.get(Kinds.APP_LABEL))) {
                there.delete();
            }
        } catch (UnknownKindException e) {
            kinds.remove(o.apiVersion() + "/" + o.kind()); // Its kind is gone, and it with it.
        }
    }

    void ensureNamespace(String name) {
        if (client.namespaces().withName(name).get() != null) {
            return;
        }
        try {
            client.resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build()).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    private JsonNode tree(GenericKubernetesResource object) {
        return client.getKubernetesSerialization().convertValue(object, JsonNode.class);
    }

    /** What tells whether somebody changed the wish: the generation, or for kinds without one every change. */
    static String version(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return metadata.path("uid").asText() + "/"
                + (metadata.has("generation") ? "g" + metadata.path("generation").asLong() : "r" + metadata.path("resourceVersion").asText());
    }

    /** The API's own words: they name the field. */
    static String reason(KubernetesClientException e) {
        var status = e.getStatus();
        if (status != null && status.getMessage() != null) {
            return status.getMessage();
        }
        return e.getMessage() == null ? "the API did not answer" : Enroller.reason(e);
    }
}
