package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Nobody gives others, by a role or a binding, more than he has, unless a role says that he may; and a node writes only what is its own. */
final class Escalation {

    private final Rbac rbac;
    private final Authorizer authorizer;
    private final NodeRestriction nodes;

    Escalation(Rbac rbac, Authorizer authorizer, NodeRestriction nodes) {
        this.rbac = rbac;
        this.authorizer = authorizer;
        this.nodes = nodes;
    }

    /** @param live the object before, or null if it is new */
    void check(Call call, ObjectNode object, @Nullable ObjectNode live) throws Failure {
        nodes.write(call.user(), call.type(), call.target().subresource(), call.target().namespace(), object, live);
        check(call.user(), call.type(), call.target().namespace(), object, live);
    }

    private void check(User user, ResourceType type, String namespace, ObjectNode object, @Nullable ObjectNode live) throws Failure {
        if (user.master() || !type.group().equals(Rbac.GROUP)) {
            return;
        }
        var name = object.path("metadata").path("name").asText("");
        var binding = type.kind().endsWith("Binding");
        if (live != null && onlyForCollection(object, live)) {
            return;
        }
        var resource = binding ? object.path("roleRef").path("kind").asText().equals("ClusterRole") ? "clusterroles" : "roles" : type.plural();
        var bound = binding ? object.path("roleRef").path("name").asText() : name;
        if (authorizer.decide(user, new Access(binding ? "bind" : "escalate", Rbac.GROUP, "*", resource, "", namespace, bound, "")).allowed()) {
            return;
        }
        if (type.kind().equals("ClusterRole") && object.has("aggregationRule") && (live == null || !object.path("aggregationRule").equals(live.path("aggregationRule")))
                && !missing(List.of(everything("apiGroups", "resources"), everything("nonResourceURLs")), rbac.rules(user, "", new ArrayList<>())).isEmpty()) {
            throw Failure.refused(type, name, "must have cluster-admin privileges to use aggregationRule");
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
        var errors = new ArrayList<String>();
        var missing = missing(wanted, rbac.rules(user, namespace, errors));
        if (!missing.isEmpty()) {
            throw Failure.refused(type, name, "user " + GoText.quoted(user.name()) + " (groups=" + GoText.quoted(user.groups())
                    + ") is attempting to grant RBAC permissions not currently held:\n" + String.join("\n", missing)
                    + (errors.isEmpty() ? "" : "; resolution errors: [" + String.join(" ", errors) + "]"));
        }
    }

    /** Garbage collection may always take owners and finalizers away. */
    private static boolean onlyForCollection(ObjectNode object, ObjectNode live) {
        return bare(object).equals(bare(live));
    }

    private static ObjectNode bare(ObjectNode object) {
        var copy = object.deepCopy();
        Resources.metadata(copy).remove(List.of("ownerReferences", "finalizers", "managedFields", "resourceVersion"));
        return copy;
    }

    private static ObjectNode everything(String... members) {
        var rule = JsonNodeFactory.instance.objectNode();
        rule.putArray("verbs").add("*");
        for (var member : members) {
            rule.putArray(member).add("*");
        }
        return rule;
    }

    /** One right: what a rule gives if it is taken apart. */
    private record Right(String group, String resource, @Nullable String name, String url) {

        String shown(List<String> verbs) {
            var parts = new ArrayList<String>();
            if (url.isEmpty()) {
                parts.add("APIGroups:" + GoText.quoted(List.of(group)));
                parts.add("Resources:" + GoText.quoted(List.of(resource)));
            } else {
                parts.add("NonResourceURLs:" + GoText.quoted(List.of(url)));
            }
            if (name != null) {
                parts.add("ResourceNames:" + GoText.quoted(List.of(name)));
            }
            parts.add("Verbs:" + GoText.quoted(verbs));
            return "{" + String.join(", ", parts) + "}";
        }

        boolean coveredBy(JsonNode rule, String verb) {
            if (!Rbac.has(rule.path("verbs"), verb)) {
                return false;
            }
            if (!url.isEmpty()) {
                return Rbac.coversPath(rule, url);
            }
            var slash = resource.indexOf('/');
            var resources = Rbac.has(rule.path("resources"), resource) || slash > 0 && Rbac.contains(rule.path("resources"), "*/" + resource.substring(slash + 1));
            var names = rule.path("resourceNames").isEmpty() || name != null && Rbac.contains(rule.path("resourceNames"), name);
            return Rbac.has(rule.path("apiGroups"), group) && resources && names;
        }
    }

    /** What of the wanted rules is not held, in upstream's words: verbs of one resource together. */
    private static List<String> missing(List<JsonNode> wanted, List<JsonNode> held) {
        var resources = new LinkedHashMap<Right, List<String>>();
        var alone = new ArrayList<String>();
        for (var rule : wanted) {
            for (var right : apart(rule)) {
                for (var verb : rule.path("verbs")) {
                    if (held.stream().anyMatch(h -> right.coveredBy(h, verb.asText()))) {
                        continue;
                    }
                    if (right.url().isEmpty()) {
                        resources.computeIfAbsent(right, k -> new ArrayList<>()).add(verb.asText());
                    } else {
                        alone.add(right.shown(List.of(verb.asText())));
                    }
                }
            }
        }
        resources.forEach((right, verbs) -> alone.add(right.shown(verbs)));
        return alone.stream().distinct().sorted().toList();
    }

    private static List<Right> apart(JsonNode rule) {
        var rights = new ArrayList<Right>();
        for (var group : rule.path("apiGroups")) {
            for (var resource : rule.path("resources")) {
                if (rule.path("resourceNames").isEmpty()) {
                    rights.add(new Right(group.asText(), resource.asText(), null, ""));
                }
                rule.path("resourceNames").forEach(n -> rights.add(new Right(group.asText(), resource.asText(), n.asText(), "")));
            }
        }
        rule.path("nonResourceURLs").forEach(u -> rights.add(new Right("", "", null, u.asText())));
        return rights;
    }
}
