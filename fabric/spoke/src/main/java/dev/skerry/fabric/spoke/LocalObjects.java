package dev.skerry.fabric.spoke;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.fabric.spoke.Inventory.Item;
import dev.skerry.model.Kinds;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import java.net.HttpURLConnection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The site's own API, for objects of any kind. */
final class LocalObjects {

    private final KubernetesClient client;
    /** By apiVersion and kind: whether it lies in namespaces. A kind that is not known yet is asked for again. */
    private final Map<String, Boolean> namespaced = new HashMap<>();

    LocalObjects(KubernetesClient client) {
        this.client = client;
    }

    /** A manifest that cannot even be asked for. */
    static final class UnknownKindException extends Exception {
        private static final long serialVersionUID = 1;

        UnknownKindException(String message) {
            super(message);
        }
    }

    /** Where the manifest goes: its own namespace, the App's if it names none, or none at all. */
    Item place(JsonNode manifest, String appNamespace, String hash) throws UnknownKindException {
        var apiVersion = manifest.path("apiVersion").asText();
        var kind = manifest.path("kind").asText();
        var name = manifest.path("metadata").path("name").asText();
        if (apiVersion.isEmpty() || kind.isEmpty() || name.isEmpty()) {
            throw new UnknownKindException("apiVersion, kind, metadata.name: " + apiVersion + ", " + kind + ", " + name + " (expected: all three)");
        }
        var own = manifest.path("metadata").path("namespace").asText();
        return new Item(apiVersion, kind, namespaced(apiVersion, kind) ? own.isEmpty() ? appNamespace : own : null, name, hash, "");
    }

    private synchronized boolean namespaced(String apiVersion, String kind) throws UnknownKindException {
        var known = namespaced.get(apiVersion + "/" + kind);
        if (known != null) {
            return known;
        }
        var resources = client.getApiResources(apiVersion);
        var found = resources == null
                ? Optional.<Boolean>empty()
                : resources.getResources().stream().filter(r -> r.getKind().equals(kind) && !r.getName().contains("/")).findFirst().map(r -> Boolean.TRUE.equals(r.getNamespaced()));
        if (found.isEmpty()) {
            throw new UnknownKindException("no matches for kind \"" + kind + "\" in version \"" + apiVersion + "\" (expected: a kind that this site serves)");
        }
        namespaced.put(apiVersion + "/" + kind, found.get());
        return found.get();
    }

    private MixedOperation<GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>> all(Item item) {
        return client.genericKubernetesResources(item.apiVersion(), item.kind());
    }

    private Resource<GenericKubernetesResource> one(Item item) {
        return item.namespace() == null ? all(item).withName(item.name()) : all(item).inNamespace(item.namespace()).withName(item.name());
    }

    Optional<GenericKubernetesResource> find(Item item) {
        return Optional.ofNullable(one(item).get());
    }

    /** Server-side apply as {@code skerry/<app>}, in place of whoever else has the fields. Answers the object as it is then. */
    GenericKubernetesResource apply(Item item, JsonNode manifest, String app) {
        if (item.namespace() != null) {
            ensureNamespace(item.namespace());
        }
        var labelled = (ObjectNode) manifest.deepCopy();
        var metadata = labelled.withObjectProperty("metadata");
        metadata.withObjectProperty("labels").put(Kinds.APP_LABEL, app);
        if (item.namespace() != null) {
            metadata.put("namespace", item.namespace());
        }
        var object = client.getKubernetesSerialization().convertValue(labelled, GenericKubernetesResource.class);
        var operation = item.namespace() == null ? all(item).resource(object) : all(item).inNamespace(item.namespace()).resource(object);
        return operation.fieldManager("skerry/" + app).forceConflicts().serverSideApply();
    }

    /** Removes what this App put there; what somebody else has made of the same name in the meantime stays. */
    void delete(Item item, String app) {
        var there = find(item);
        if (there.isPresent() && app.equals(there.get().getMetadata().getLabels() == null ? null : there.get().getMetadata().getLabels().get(Kinds.APP_LABEL))) {
            one(item).delete();
        }
    }

    private void ensureNamespace(String name) {
        if (client.namespaces().withName(name).get() == null) {
            try {
                client.resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build()).create();
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
            }
        }
    }

    /** What changes when somebody changes the object's wishes: its generation, or its version if it has none. */
    static String mark(GenericKubernetesResource object) {
        @Nullable Long generation = object.getMetadata().getGeneration();
        return generation == null ? "v" + object.getMetadata().getResourceVersion() : "g" + generation;
    }
}
