package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.store.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a node may write, by the content of what it writes: itself, without steering others' Pods to it, and the state of its own Pods. */
final class NodeRestriction {

    private static final String MIRROR = "kubernetes.io/config.mirror";
    private static final String LEASES = "kube-node-lease";
    private static final String RESERVED = "node-restriction.kubernetes.io";
    private static final Set<String> OWN_LABELS = Set.of("kubernetes.io/hostname", "topology.kubernetes.io/zone", "topology.kubernetes.io/region",
            "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region", "beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type",
            "kubernetes.io/os", "kubernetes.io/arch", "beta.kubernetes.io/os", "beta.kubernetes.io/arch", "node.kubernetes.io/windows-build");
    private static final List<String> OWN_NAMESPACES = List.of("kubelet.kubernetes.io", "node.kubernetes.io");

    private final ObjectStore store;

    NodeRestriction(ObjectStore store) {
        this.store = store;
    }

    /** A create or an update of an object. @param live the object before, or null if it is new */
    void write(User user, ResourceType type, String subresource, String namespace, ObjectNode object, @Nullable ObjectNode live) throws Failure {
        var name = NodeAuthorizer.name(user);
        if (name.isEmpty() || type.custom()) {
            return;
        }
        var node = name.get();
        var own = object.path("metadata").path("name").asText("");
        switch (type.group() + "/" + type.plural()) {
            case "/pods" -> pod(node, type, subresource, object, live);
            case "/nodes" -> node(node, type, own, object, live);
            case "/persistentvolumeclaims" -> claim(node, type, subresource, own, object, live);
            case "coordination.k8s.io/leases" -> {
                refuse(type, own, !namespace.equals(LEASES), "can only access leases in the \"" + LEASES + "\" system namespace");
                refuse(type, own, !own.equals(node), "can only access node lease with the same name as the requesting node");
            }
            case "storage.k8s.io/csinodes" -> refuse(type, own, !own.equals(node), "can only access CSINode with the same name as the requesting node");
            default -> {
                // What it may at all, authorization has said.
            }
        }
    }

    /** A deletion. */
    void delete(User user, Target target) throws Failure {
        var node = NodeAuthorizer.name(user);
        if (node.isEmpty()) {
            return;
        }
        switch (target.type().group() + "/" + target.type().plural()) {
            case "/pods" -> {
                var pod = find(target.key()).orElseThrow(() -> Failure.notFound(target.type(), target.name()));
                refuse(target.type(), target.name(), !on(pod, node.get()), "node " + GoText.quoted(node.get()) + " can only delete pods with spec.nodeName set to itself");
            }
            case "/nodes" -> refuse(target.type(), target.name(), !target.name().equals(node.get()),
                    "node " + GoText.quoted(node.get()) + " is not allowed to modify node " + GoText.quoted(target.name()));
            default -> {
                // Names have been looked at before.
            }
        }
    }

    void evict(Call call) throws Failure {
        var node = NodeAuthorizer.name(call.user());
        if (node.isPresent()) {
            var pod = find(call.target().key()).orElseThrow(() -> Failure.notFound(call.type(), call.target().name()));
            refuse(call.type(), call.target().name(), !on(pod, node.get()), "node " + node.get() + " can only evict pods with spec.nodeName set to itself");
        }
    }

    /** A node asks for tokens only for Pods that are on it. */
    void token(Call call, JsonNode reference) throws Failure {
        var node = NodeAuthorizer.name(call.user());
        if (node.isEmpty()) {
            return;
        }
        var name = reference.path("name").asText("");
        var account = call.target().name();
        refuse(call.type(), account, !reference.path("apiVersion").asText("").equals("v1") || !reference.path("kind").asText("").equals("Pod") || name.isEmpty(),
                "node requested token not bound to a pod");
        var uid = reference.path("uid").asText("");
        refuse(call.type(), account, uid.isEmpty(), "node requested token with a pod binding without a uid");
        var pod = find("/core/pods/" + call.target().namespace() + "/" + name).orElseThrow(() -> Failure.missing("pods", name));
        refuse(call.type(), account, !uid.equals(pod.path("metadata").path("uid").asText()), "the UID in the bound object reference (" + uid
                + ") does not match the UID in record. The object might have been deleted and then recreated");
        refuse(call.type(), account, !on(pod, node.get()), "node requested token bound to a pod scheduled on a different node");
    }

    private static void refuse(ResourceType type, String name, boolean wrong, String why) throws Failure {
        if (wrong) {
            throw Failure.refused(type, name, why);
        }
    }

    private static boolean on(JsonNode pod, String node) {
        return pod.path("spec").path("nodeName").asText().equals(node);
    }

    private void pod(String node, ResourceType type, String subresource, ObjectNode pod, @Nullable ObjectNode live) throws Failure {
        var name = pod.path("metadata").path("name").asText("");
        var shown = "node " + GoText.quoted(node);
        if (subresource.equals("status") && live != null) {
            refuse(type, name, !on(live, node), shown + " can only update pod status for pods with spec.nodeName set to itself");
            refuse(type, name, !live.path("metadata").path("labels").equals(pod.path("metadata").path("labels")), shown + " cannot update labels through pod status");
            return;
        }
        refuse(type, name, !subresource.isEmpty(), "unexpected pod subresource " + GoText.quoted(subresource) + ", only 'status' and 'eviction' are allowed");
        refuse(type, name, live != null, "unexpected operation \"UPDATE\", " + shown + " can only create and delete mirror pods");
        refuse(type, name, !pod.path("metadata").path("annotations").has(MIRROR), "pod does not have \"" + MIRROR + "\" annotation, " + shown + " can only create mirror pods");
        refuse(type, name, !on(pod, node), shown + " can only create pods with spec.nodeName set to itself");
        owner(node, type, name, pod.path("metadata").path("ownerReferences"));
        var spec = pod.path("spec");
        refuse(type, name, !spec.path("serviceAccountName").asText("").isEmpty(), shown + " can not create pods that reference a service account");
        refuse(type, name, !PodReferences.secrets(spec).isEmpty(), shown + " can not create pods that reference secrets");
        refuse(type, name, !PodReferences.configMaps(spec).isEmpty(), shown + " can not create pods that reference configmaps");
        refuse(type, name, !PodReferences.claims(spec).isEmpty(), shown + " can not create pods that reference persistentvolumeclaims");
    }

    private void owner(String node, ResourceType type, String name, JsonNode owners) throws Failure {
        var shown = "node " + GoText.quoted(node);
        refuse(type, name, owners.size() > 1, shown + " can only create pods with a single owner reference set to itself");
        var owner = owners.path(0);
        refuse(type, name, !owner.path("apiVersion").asText().equals("v1") || !owner.path("kind").asText().equals("Node") || !owner.path("name").asText().equals(node),
                shown + " can only create pods with an owner reference set to itself");
        refuse(type, name, !owner.path("controller").asBoolean(), shown + " can only create pods with a controller owner reference set to itself");
        refuse(type, name, owner.path("blockOwnerDeletion").asBoolean(), shown + " must not set blockOwnerDeletion on an owner reference");
        var itself = find("/core/nodes/" + node).orElseThrow(() -> Failure.missing("nodes", node));
        var uid = itself.path("metadata").path("uid").asText();
        refuse(type, name, !uid.equals(owner.path("uid").asText()), "node " + node + " UID mismatch: expected " + owner.path("uid").asText() + " got " + uid);
    }

    private static void claim(String node, ResourceType type, String subresource, String name, ObjectNode claim, @Nullable ObjectNode live) throws Failure {
        refuse(type, name, !subresource.equals("status") || live == null, "may only update PVC status");
        refuse(type, name, live != null && !bare(claim).equals(bare(live)),
                "node " + GoText.quoted(node) + " is not allowed to update fields other than status.quantity and status.conditions");
    }

    private static ObjectNode bare(ObjectNode claim) {
        var copy = claim.deepCopy();
        Resources.metadata(copy).remove(List.of("resourceVersion", "managedFields"));
        if (copy.path("status") instanceof ObjectNode status) {
            status.remove(List.of("capacity", "conditions", "allocatedResources", "allocatedResourceStatuses"));
        }
        return copy;
    }

    private static void node(String node, ResourceType type, String name, ObjectNode object, @Nullable ObjectNode live) throws Failure {
        var shown = "node " + GoText.quoted(node);
        refuse(type, name, !name.equals(node), shown + " is not allowed to modify node " + GoText.quoted(name));
        var labels = forbidden(object, live);
        if (live == null) {
            refuse(type, name, !labels.isEmpty(), shown + " is not allowed to set the following labels: " + String.join(", ", labels));
            return;
        }
        refuse(type, name, !object.path("spec").path("taints").equals(live.path("spec").path("taints")), shown + " is not allowed to modify taints");
        refuse(type, name, !labels.isEmpty(), "is not allowed to modify labels: " + String.join(", ", labels));
    }

    private static Set<String> forbidden(ObjectNode object, @Nullable ObjectNode live) {
        var now = object.path("metadata").path("labels");
        var before = live == null ? com.fasterxml.jackson.databind.node.MissingNode.getInstance() : live.path("metadata").path("labels");
        var keys = new TreeSet<String>();
        now.fieldNames().forEachRemaining(keys::add);
        before.fieldNames().forEachRemaining(keys::add);
        keys.removeIf(k -> now.path(k).equals(before.path(k)) || !reserved(k));
        return keys;
    }

    private static boolean reserved(String label) {
        var slash = label.indexOf('/');
        var namespace = slash < 0 ? "" : label.substring(0, slash);
        if (within(namespace, RESERVED)) {
            return true;
        }
        var ours = within(namespace, "kubernetes.io") || within(namespace, "k8s.io");
        return ours && !OWN_LABELS.contains(label) && OWN_NAMESPACES.stream().noneMatch(n -> within(namespace, n));
    }

    private static boolean within(String namespace, String domain) {
        return namespace.equals(domain) || namespace.endsWith("." + domain);
    }

    private Optional<ObjectNode> find(String key) {
        return store.get(key).map(e -> Bodies.stored(e.value()));
    }
}
