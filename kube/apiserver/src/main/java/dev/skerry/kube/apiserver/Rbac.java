package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Role-based access control over the roles and bindings of the store. Members of system:masters may everything. */
final class Rbac {

    static final String GROUP = "rbac.authorization.k8s.io";
    private static final String ROLES = "/" + GROUP + "/";

    private final ObjectStore store;

    Rbac(ObjectStore store) {
        this.store = store;
    }

    /** @param allowed whether he may @param reason who says so, or empty */
    record Decision(boolean allowed, String reason) {}

    void check(User user, Access access) throws Failure {
        if (!decide(user, access).allowed()) {
            throw access.denied(user);
        }
    }

    Decision decide(User user, Access access) {
        if (user.master()) {
            return new Decision(true, "");
        }
        for (var grant : grants(user, access.namespace())) {
            for (var rule : grant.rules()) {
                if (allows(rule, access)) {
                    return new Decision(true, grant.reason());
                }
            }
        }
        return new Decision(false, "");
    }

    /** One binding that names the user, with the rules of its role. */
    private record Grant(String reason, List<JsonNode> rules) {}

    private List<Grant> grants(User user, String namespace) {
        var grants = new ArrayList<Grant>();
        grants(user, ROLES + "clusterrolebindings/", "", grants);
        if (!namespace.isEmpty()) {
            grants(user, ROLES + "rolebindings/" + namespace + "/", namespace, grants);
        }
        return grants;
    }

    private void grants(User user, String prefix, String namespace, List<Grant> grants) {
        for (var binding : all(prefix)) {
            for (var subject : binding.path("subjects")) {
                if (names(subject, user, namespace)) {
                    var ref = binding.path("roleRef");
                    var kind = namespace.isEmpty() ? "ClusterRoleBinding" : "RoleBinding";
                    var name = binding.path("metadata").path("name").asText();
                    var who = subject.path("kind").asText() + " \"" + subject.path("name").asText()
                            + (subject.path("kind").asText().equals("ServiceAccount") ? "/" + subject.path("namespace").asText(namespace) : "") + "\"";
                    var reason = "RBAC: allowed by " + kind + " \"" + name + (namespace.isEmpty() ? "" : "/" + namespace) + "\" of " + ref.path("kind").asText()
                            + " \"" + ref.path("name").asText() + "\" to " + who;
                    grants.add(new Grant(reason, rulesOf(ref, namespace)));
                    break;
                }
            }
        }
    }

    private static boolean names(JsonNode subject, User user, String namespace) {
        var name = subject.path("name").asText();
        return switch (subject.path("kind").asText()) {
            case "User" -> name.equals(user.name());
            case "Group" -> user.groups().contains(name);
            case "ServiceAccount" -> user.name().equals("system:serviceaccount:" + subject.path("namespace").asText(namespace) + ":" + name);
            default -> false;
        };
    }

    /** The role that a binding refers to, if it is there. */
    Optional<ObjectNode> role(JsonNode ref, String namespace) {
        var cluster = ref.path("kind").asText().equals("ClusterRole");
        var key = ROLES + (cluster ? "clusterroles/" : "roles/" + namespace + "/") + ref.path("name").asText();
        return store.get(key).map(e -> Bodies.stored(e.value()));
    }

    List<JsonNode> rulesOf(JsonNode ref, String namespace) {
        var rules = new ArrayList<JsonNode>();
        role(ref, namespace).ifPresent(r -> r.path("rules").forEach(rules::add));
        return rules;
    }

    /** All rules that speak for the user in a namespace. */
    List<JsonNode> rules(User user, String namespace) {
        return grants(user, namespace).stream().flatMap(g -> g.rules().stream()).toList();
    }

    static boolean allows(JsonNode rule, Access access) {
        if (!has(rule.path("verbs"), access.verb())) {
            return false;
        }
        if (!access.path().isEmpty()) {
            for (var url : rule.path("nonResourceURLs")) {
                var text = url.asText();
                if (text.equals("*") || text.equals(access.path()) || text.endsWith("*") && access.path().startsWith(text.substring(0, text.length() - 1))) {
                    return true;
                }
            }
            return false;
        }
        return has(rule.path("apiGroups"), access.group())
                && (has(rule.path("resources"), access.whole())
                        || !access.subresource().isEmpty() && contains(rule.path("resources"), "*/" + access.subresource()))
                && (rule.path("resourceNames").isEmpty() || contains(rule.path("resourceNames"), access.name()));
    }

    private static boolean has(JsonNode list, String value) {
        return contains(list, "*") || contains(list, value);
    }

    private static boolean contains(JsonNode list, String value) {
        for (var one : list) {
            if (one.asText().equals(value)) {
                return true;
            }
        }
        return false;
    }

    private List<ObjectNode> all(String prefix) {
        try {
            return store.list(prefix, "", 0, 0).entries().stream().map(e -> Bodies.stored(e.value())).toList();
        } catch (ObjectStore.CompactedException e) {
            throw new IllegalStateException("the newest state was compacted", e);
        }
    }
}
