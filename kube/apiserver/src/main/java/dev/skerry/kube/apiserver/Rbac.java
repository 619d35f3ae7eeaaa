package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Role-based access control over the roles and bindings of the store. */
final class Rbac {

    static final String GROUP = "rbac.authorization.k8s.io";
    private static final String ROLES = "/" + GROUP + "/";
    private static final int MAX_PARSED = 4_096;

    private final ObjectStore store;
    private final ConcurrentHashMap<String, Parsed> parsed = new ConcurrentHashMap<>();

    Rbac(ObjectStore store) {
        this.store = store;
    }

    /** @param allowed whether he may @param reason who says so, or why not, or empty */
    record Decision(boolean allowed, String reason) {}

    /** A role or binding, read once for each of its revisions; nobody may change it. */
    private record Parsed(long revision, ObjectNode object) {}

    Decision decide(User user, Access access) {
        var errors = new ArrayList<String>();
        for (var grant : grants(user, access.namespace(), errors)) {
            for (var rule : grant.rules()) {
                if (allows(rule, access)) {
                    return new Decision(true, grant.reason());
                }
            }
        }
        return new Decision(false, errors.isEmpty() ? "" : "RBAC: " + GoText.aggregate(errors));
    }

    /** Whether one cluster role would allow it. */
    boolean allowsByRole(String name, Access access) {
        return get(ROLES + "clusterroles/" + name).map(role -> {
            for (var rule : role.path("rules")) {
                if (allows(rule, access)) {
                    return true;
                }
            }
            return false;
        }).orElse(false);
    }

    /** One binding that names the user, with the rules of its role. */
    private record Grant(String reason, List<JsonNode> rules) {}

    private List<Grant> grants(User user, String namespace, List<String> errors) {
        var grants = new ArrayList<Grant>();
        grants(user, ROLES + "clusterrolebindings/", "", grants, errors);
        if (!namespace.isEmpty()) {
            grants(user, ROLES + "rolebindings/" + namespace + "/", namespace, grants, errors);
        }
        return grants;
    }

    private void grants(User user, String prefix, String namespace, List<Grant> grants, List<String> errors) {
        for (var binding : all(prefix)) {
            for (var subject : binding.path("subjects")) {
                if (names(subject, user, namespace)) {
                    var ref = binding.path("roleRef");
                    var role = role(ref, namespace);
                    if (role.isPresent()) {
                        grants.add(new Grant(reason(binding, subject, namespace), list(role.get().path("rules"))));
                    } else {
                        errors.add(ref.path("kind").asText().toLowerCase(java.util.Locale.ROOT) + "." + GROUP + " " + GoText.quoted(ref.path("name").asText()) + " not found");
                    }
                    break;
                }
            }
        }
    }

    private static String reason(JsonNode binding, JsonNode subject, String namespace) {
        var ref = binding.path("roleRef");
        var kind = namespace.isEmpty() ? "ClusterRoleBinding" : "RoleBinding";
        var name = binding.path("metadata").path("name").asText() + (namespace.isEmpty() ? "" : "/" + namespace);
        var who = subject.path("kind").asText();
        var whom = subject.path("name").asText() + (who.equals("ServiceAccount") ? "/" + subject.path("namespace").asText(namespace) : "");
        return "RBAC: allowed by " + kind + " " + GoText.quoted(name) + " of " + ref.path("kind").asText() + " " + GoText.quoted(ref.path("name").asText())
                + " to " + who + " " + GoText.quoted(whom);
    }

    private static boolean names(JsonNode subject, User user, String namespace) {
        var name = subject.path("name").asText();
        return switch (subject.path("kind").asText()) {
            case "User" -> name.equals(user.name());
            case "Group" -> user.groups().contains(name);
            case "ServiceAccount" -> {
                var home = subject.path("namespace").asText("");
                var of = home.isEmpty() ? namespace : home;
                yield !of.isEmpty() && user.name().equals("system:serviceaccount:" + of + ":" + name);
            }
            default -> false;
        };
    }

    /** The role that a binding refers to, if it is there. */
    Optional<ObjectNode> role(JsonNode ref, String namespace) {
        var cluster = ref.path("kind").asText().equals("ClusterRole");
        return get(ROLES + (cluster ? "clusterroles/" : "roles/" + namespace + "/") + ref.path("name").asText());
    }

    List<JsonNode> rulesOf(JsonNode ref, String namespace) {
        return role(ref, namespace).map(r -> list(r.path("rules"))).orElse(List.of());
    }

    private static List<JsonNode> list(JsonNode array) {
        var list = new ArrayList<JsonNode>();
        array.forEach(list::add);
        return list;
    }

    /** All rules that speak for the user in a namespace. @param errors takes what could not be found out */
    List<JsonNode> rules(User user, String namespace, List<String> errors) {
        return grants(user, namespace, errors).stream().flatMap(g -> g.rules().stream()).toList();
    }

    static boolean allows(JsonNode rule, Access access) {
        if (!has(rule.path("verbs"), access.verb())) {
            return false;
        }
        if (!access.path().isEmpty()) {
            return coversPath(rule, access.path());
        }
        return has(rule.path("apiGroups"), access.group())
                && (has(rule.path("resources"), access.whole())
                        || !access.subresource().isEmpty() && contains(rule.path("resources"), "*/" + access.subresource()))
                && (rule.path("resourceNames").isEmpty() || contains(rule.path("resourceNames"), access.name()));
    }

    static boolean coversPath(JsonNode rule, String path) {
        for (var url : rule.path("nonResourceURLs")) {
            var text = url.asText();
            if (text.equals("*") || text.equals(path) || text.endsWith("*") && path.startsWith(text.substring(0, text.length() - 1))) {
                return true;
            }
        }
        return false;
    }

    static boolean has(JsonNode list, String value) {
        return contains(list, "*") || contains(list, value);
    }

    static boolean contains(JsonNode list, String value) {
        for (var one : list) {
            if (one.asText().equals(value)) {
                return true;
            }
        }
        return false;
    }

    private Optional<ObjectNode> get(String key) {
        return store.get(key).map(this::parse);
    }

    private List<ObjectNode> all(String prefix) {
        try {
            return store.list(prefix, "", 0, 0).entries().stream().map(this::parse).toList();
        } catch (ObjectStore.CompactedException e) {
            throw new IllegalStateException("the newest state was compacted", e);
        }
    }

    private ObjectNode parse(ObjectStore.Entry entry) {
        var known = parsed.get(entry.key());
        if (known != null && known.revision() == entry.revision()) {
            return known.object();
        }
        if (parsed.size() >= MAX_PARSED) {
            parsed.clear();
        }
        var object = Bodies.stored(entry.value());
        parsed.put(entry.key(), new Parsed(entry.revision(), object));
        return object;
    }
}
