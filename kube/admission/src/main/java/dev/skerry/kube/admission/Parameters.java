package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.schema.LabelSelectors;
import dev.skerry.kube.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the objects that a binding gives to its policy. */
final class Parameters {

    private static final int MAX_OBJECTS = 1_000;

    private final ObjectStore store;
    private final Kinds kinds;

    Parameters(ObjectStore store, Kinds kinds) {
        this.store = store;
        this.kinds = kinds;
    }

    /** The kind that a policy names. @throws Expressions.FaultException if nobody serves it */
    Optional<Resource> kind(JsonNode paramKind) throws Expressions.FaultException {
        if (!paramKind.isObject()) {
            return Optional.empty();
        }
        var kind = Gvk.of(paramKind.path("apiVersion").asText(), paramKind.path("kind").asText());
        var found = kinds.find(kind);
        if (found.isEmpty()) {
            throw new Expressions.FaultException("failed to find resource referenced by paramKind: '" + kind.apiVersion() + ", Kind=" + kind.kind() + "'");
        }
        return found;
    }

    /** One missing node if the policy takes none; nothing if none was found and that is allowed. */
    List<JsonNode> find(Optional<Resource> kind, JsonNode reference, String requestNamespace) throws Expressions.FaultException {
        if (kind.isEmpty() || !reference.isObject()) {
            return List.of(MissingNode.getInstance());
        }
        var said = reference.path("namespace").asText("");
        var namespace = said.isEmpty() ? requestNamespace : said;
        if (kind.get().namespaced() && namespace.isEmpty()) {
            throw new Expressions.FaultException("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
        }
        if (!kind.get().namespaced() && !said.isEmpty()) {
            throw new Expressions.FaultException("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
        }
        var prefix = kind.get().prefix() + (kind.get().namespaced() ? namespace + "/" : "");
        var found = new ArrayList<JsonNode>();
        var name = reference.path("name").asText("");
        if (!name.isEmpty()) {
            store.get(prefix + name).ifPresent(e -> found.add(Followed.parse(e.value())));
        } else {
            selected(prefix, reference.path("selector"), found);
        }
        if (found.isEmpty() && reference.path("parameterNotFoundAction").asText("").equals("Deny")) {
            throw new Expressions.FaultException("no params found for policy binding with `Deny` parameterNotFoundAction");
        }
        return found;
    }

    private void selected(String prefix, JsonNode selector, List<JsonNode> found) {
        try {
            for (var entry : store.list(prefix, "", MAX_OBJECTS, 0).entries()) {
                var object = Followed.parse(entry.value());
                if (LabelSelectors.matches(selector, object.path("metadata").path("labels"))) {
                    found.add(object);
                }
            }
        } catch (ObjectStore.CompactedException e) {
            throw new IllegalStateException("the newest state was compacted", e);
        }
    }
}
