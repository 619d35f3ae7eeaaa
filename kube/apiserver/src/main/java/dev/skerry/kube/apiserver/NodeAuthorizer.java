package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.Rbac.Decision;
import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.store.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a node may, after upstream's node authorizer: itself, the Pods on it, and of secrets, config maps, claims, volumes and accounts
 * only those that a Pod on it uses. It looks at the Pods as they are now and keeps no graph: a site has few.
 */
final class NodeAuthorizer {

    private static final String GROUP = "system:nodes";
    private static final String PREFIX = "system:node:";
    private static final String LEASES = "kube-node-lease";
    private static final Set<String> READING = Set.of("get", "list", "watch");
    private static final Set<String> OWNING = Set.of("get", "create", "update", "patch", "delete");
    private static final Decision YES = new Decision(true, "");

    private final ObjectStore store;
    private final Rbac rbac;

    NodeAuthorizer(ObjectStore store, Rbac rbac) {
        this.store = store;
        this.rbac = rbac;
    }

    static boolean isNode(User user) {
        return user.groups().contains(GROUP) && user.name().startsWith(PREFIX);
    }

    /** The node that a user is, if it is one. */
    static Optional<String> name(User user) {
        return isNode(user) ? Optional.of(user.name().substring(PREFIX.length())) : Optional.empty();
    }

    Decision decide(User user, Access access) {
        var name = name(user);
        if (name.isEmpty()) {
            return no("");
        }
        var node = name.get();
        if (node.isEmpty()) {
            return no("unknown node for user " + GoText.quoted(user.name()));
        }
        return switch (access.path().isEmpty() ? access.group() + "/" + access.resource() : "") {
            case "/secrets" -> read(node, access, spec -> PodReferences.secrets(spec).contains(access.name()));
            case "/configmaps" -> read(node, access, spec -> PodReferences.configMaps(spec).contains(access.name()));
            case "/persistentvolumeclaims" -> claim(node, access);
            case "/persistentvolumes" -> get(access, () -> volume(node, access.name()), node);
            case "/serviceaccounts" -> token(node, access);
            case "/nodes" -> self(node, access);
            case "/pods" -> pods(node, access);
            case "coordination.k8s.io/leases" -> lease(node, access);
            case "storage.k8s.io/csinodes" -> csiNode(node, access);
            case "storage.k8s.io/volumeattachments" -> get(access, () -> attachment(node, access.name()), node);
            default -> rbac.allowsByRole("system:node", access) ? YES : no("");
        };
    }

    private static Decision no(String why) {
        return new Decision(false, why);
    }

    private static Decision unrelated(String node) {
        return no("no relationship found between node '" + node + "' and this object");
    }

    private Decision read(String node, Access access, Predicate<JsonNode> used) {
        if (!READING.contains(access.verb())) {
            return no("can only read resources of this type");
        }
        if (!access.subresource().isEmpty()) {
            return no("cannot read subresource");
        }
        if (access.namespace().isEmpty()) {
            return no("can only read namespaced object of this type");
        }
        if (access.name().isEmpty()) {
            return no("No Object name found");
        }
        return runs(node, access.namespace(), used) ? YES : unrelated(node);
    }

    private interface Related {
        boolean holds();
    }

    private static Decision get(Access access, Related related, String node) {
        if (!access.verb().equals("get")) {
            return no("can only get individual resources of this type");
        }
        if (!access.subresource().isEmpty()) {
            return no("cannot get subresource");
        }
        if (access.name().isEmpty()) {
            return no("No Object name found");
        }
        return related.holds() ? YES : unrelated(node);
    }

    private Decision claim(String node, Access access) {
        if (!access.subresource().equals("status")) {
            return get(access, () -> claimed(node, access.namespace(), access.name()), node);
        }
        if (!Set.of("update", "patch").contains(access.verb())) {
            return no("can only get/update/patch this type");
        }
        return claimed(node, access.namespace(), access.name()) ? YES : unrelated(node);
    }

    private boolean claimed(String node, String namespace, String claim) {
        return runs(node, namespace, spec -> PodReferences.claims(spec).contains(claim));
    }

    private boolean volume(String node, String volume) {
        var claim = find("/core/persistentvolumes/" + volume).map(v -> v.path("spec").path("claimRef"));
        return claim.isPresent() && claimed(node, claim.get().path("namespace").asText(), claim.get().path("name").asText());
    }

    private boolean attachment(String node, String name) {
        return find("/storage.k8s.io/volumeattachments/" + name).map(a -> a.path("spec").path("nodeName").asText().equals(node)).orElse(false);
    }

    private Decision token(String node, Access access) {
        if (access.verb().equals("get") && access.subresource().isEmpty()) {
            return get(access, () -> account(node, access), node);
        }
        if (!access.verb().equals("create") || access.name().isEmpty()) {
            return no("can only create tokens for individual service accounts");
        }
        if (!access.subresource().equals("token")) {
            return no("can only create token subresource of serviceaccount");
        }
        return account(node, access) ? YES : unrelated(node);
    }

    private boolean account(String node, Access access) {
        return runs(node, access.namespace(), spec -> spec.path("serviceAccountName").asText().equals(access.name()));
    }

    private static Decision lease(String node, Access access) {
        if (!OWNING.contains(access.verb())) {
            return no("can only get, create, update, patch, or delete a node lease");
        }
        if (!access.namespace().equals(LEASES)) {
            return no("can only access leases in the \"" + LEASES + "\" system namespace");
        }
        return access.verb().equals("create") || access.name().equals(node) ? YES : no("can only access node lease with the same name as the requesting node");
    }

    private static Decision csiNode(String node, Access access) {
        if (!OWNING.contains(access.verb())) {
            return no("can only get, create, update, patch, or delete a CSINode");
        }
        if (!access.subresource().isEmpty()) {
            return no("cannot authorize CSINode subresources");
        }
        return access.verb().equals("create") || access.name().equals(node) ? YES : no("can only access CSINode with the same name as the requesting node");
    }

    private Decision self(String node, Access access) {
        return switch (access.subresource()) {
            case "" -> switch (access.verb()) {
                // Which node, admission says.
                case "create", "update", "patch" -> YES;
                case "get", "list", "watch" -> {
                    var name = access.verb().equals("get") ? access.name() : access.fields().getOrDefault("metadata.name", access.name());
                    yield name.equals(node) ? YES : no("node '" + node + "' cannot read " + (name.isEmpty() ? "all nodes" : "'" + name + "'") + ", only its own Node object");
                }
                default -> no("");
            };
            case "status" -> Set.of("update", "patch").contains(access.verb()) ? YES : no("");
            default -> no("");
        };
    }

    private Decision pods(String node, Access access) {
        return switch (access.subresource()) {
            case "" -> switch (access.verb()) {
                case "get" -> runs(node, access.namespace(), access.name()) ? YES : unrelated(node);
                case "list", "watch" -> access.fields().getOrDefault("spec.nodeName", "").equals(node) || !access.name().isEmpty() && runs(node, access.namespace(), access.name())
                        ? YES : no("can only list/watch pods with spec.nodeName field selector");
                // Which Pod, admission says.
                case "create", "delete" -> YES;
                default -> no("");
            };
            case "status" -> Set.of("update", "patch").contains(access.verb()) ? YES : no("");
            case "eviction" -> access.verb().equals("create") ? YES : no("");
            default -> no("");
        };
    }

    private boolean runs(String node, String namespace, String pod) {
        return find("/core/pods/" + namespace + "/" + pod).map(p -> on(p, node)).orElse(false);
    }

    private boolean runs(String node, String namespace, Predicate<JsonNode> used) {
        return pods(namespace).stream().map(e -> Bodies.stored(e.value())).anyMatch(p -> on(p, node) && used.test(p.path("spec")));
    }

    private static boolean on(JsonNode pod, String node) {
        return pod.path("spec").path("nodeName").asText().equals(node);
    }

    private List<ObjectStore.Entry> pods(String namespace) {
        try {
            return store.list("/core/pods/" + namespace + "/", "", 0, 0).entries();
        } catch (ObjectStore.CompactedException e) {
            throw new IllegalStateException("the newest state was compacted", e);
        }
    }

    private Optional<ObjectNode> find(String key) {
        return store.get(key).map(e -> Bodies.stored(e.value()));
    }
}
