package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Nobody gives others, by a role or a binding, more than he has. */
final class Escalation {

    private final Rbac rbac;

    Escalation(Rbac rbac) {
        this.rbac = rbac;
    }

    /** @param live the object before, or null if it is new */
    void check(User user, ResourceType type, String namespace, ObjectNode object, @Nullable ObjectNode live) throws Failure {
        if (user.master() || !type.group().equals(Rbac.GROUP)) {
            return;
        }
        var name = object.path("metadata").path("name").asText("");
        var binding = type.kind().endsWith("Binding");
        if (live != null && object.path(binding ? "subjects" : "rules").equals(live.path(binding ? "subjects" : "rules"))
                && object.path("aggregationRule").equals(live.path("aggregationRule"))) {
            return;
        }
        var resource = binding ? object.path("roleRef").path("kind").asText().equals("ClusterRole") ? "clusterroles" : "roles" : type.plural();
        var bound = binding ? object.path("roleRef").path("name").asText() : name;
        if (rbac.decide(user, new Access(binding ? "bind" : "escalate", Rbac.GROUP, type.version(), resource, "", namespace, bound, "")).allowed()) {
            return;
        }
        if (binding && rbac.role(object.path("roleRef"), namespace).isEmpty()) {
            throw Failure.notFound(type, bound);
        }
        var wanted = new ArrayList<JsonNode>();
        if (binding) {
            wanted.addAll(rbac.rulesOf(object.path("roleRef"), namespace));
        } else {
            object.path("rules").forEach(wanted::add);
        }
        var missing = missing(wanted, rbac.rules(user, namespace));
        if (!missing.isEmpty()) {
            throw Failure.refused(type, name, "user \"" + user.name() + "\" (groups=[" + String.join(" ", user.groups().stream().map(g -> "\"" + g + "\"").toList())
                    + "]) is attempting to grant RBAC permissions not currently held:\n" + String.join("\n", missing));
        }
    }

    /** What of the wanted rules is not held, in upstream's words: verbs of one resource together. */
    private static List<String> missing(List<JsonNode> wanted, List<JsonNode> held) {
        var verbs = new LinkedHashMap<String, Set<String>>();
        for (var rule : wanted) {
            for (var verb : rule.path("verbs")) {
                for (var url : rule.path("nonResourceURLs")) {
                    if (held.stream().noneMatch(h -> Rbac.allows(h, Access.path(verb.asText(), url.asText())))) {
                        verbs.computeIfAbsent("NonResourceURLs:[\"" + url.asText() + "\"]", k -> new LinkedHashSet<>()).add(verb.asText());
                    }
                }
            }
            for (var group : rule.path("apiGroups")) {
                for (var resource : rule.path("resources")) {
                    for (var verb : rule.path("verbs")) {
                        if (!rule.path("resourceNames").isEmpty()) {
                            rule.path("resourceNames").forEach(n -> need(group, resource, verb, n.asText(), held, verbs));
                        } else {
                            need(group, resource, verb, "", held, verbs);
                        }
                    }
                }
            }
        }
        return verbs.entrySet().stream().map(e -> "{" + e.getKey() + ", Verbs:[" + String.join(" ", e.getValue().stream().map(v -> "\"" + v + "\"").toList()) + "]}").sorted().toList();
    }

    private static void need(JsonNode group, JsonNode resource, JsonNode verb, String name, List<JsonNode> held, java.util.Map<String, Set<String>> verbs) {
        var parts = resource.asText().split("/", 2);
        var access = new Access(verb.asText(), group.asText(), "", parts[0], parts.length > 1 ? parts[1] : "", "", name, "");
        if (held.stream().noneMatch(h -> Rbac.allows(h, access))) {
            verbs.computeIfAbsent("APIGroups:[\"" + group.asText() + "\"], Resources:[\"" + resource.asText() + "\"]"
                    + (name.isEmpty() ? "" : ", ResourceNames:[\"" + name + "\"]"), k -> new LinkedHashSet<>()).add(verb.asText());
        }
    }
}
