package dev.skerry.kube.admission;

import dev.skerry.kube.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Nothing is made in a namespace that is not there or ends; a few namespaces stay. */
final class NamespaceLifecycle implements AdmissionPlugin {

    private static final Set<String> IMMORTAL = Set.of("default", "kube-system", "kube-public");

    private final ObjectStore store;

    NamespaceLifecycle(ObjectStore store) {
        this.store = store;
    }

    @Override
    public void mutate(Attributes attributes) throws RefusedException {
        if (attributes.operation() == Operation.DELETE && attributes.resource().core("namespaces") && IMMORTAL.contains(attributes.name())) {
            throw RefusedException.forbidden(attributes, "this namespace may not be deleted");
        }
        if (!attributes.resource().namespaced() || attributes.operation() != Operation.CREATE) {
            return;
        }
        var name = attributes.namespace();
        var namespace = store.get("/core/namespaces/" + name).orElseThrow(() -> RefusedException.notFound("namespaces", name));
        // Most namespaces do not end, and need not be parsed to see it.
        var ends = new String(namespace.value(), StandardCharsets.UTF_8).contains("\"deletionTimestamp\"")
                && Followed.parse(namespace.value()).path("metadata").has("deletionTimestamp");
        if (ends && !attributes.kind().kind().equals("Event")) {
            var refused = RefusedException.forbidden(attributes, "unable to create new content in namespace " + name + " because it is being terminated");
            refused.details().putArray("causes").addObject().put("reason", "NamespaceTerminating")
                    .put("message", "namespace " + name + " is being terminated").put("field", "metadata.namespace");
            throw refused;
        }
    }
}
