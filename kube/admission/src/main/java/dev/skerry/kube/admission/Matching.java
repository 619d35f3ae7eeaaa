package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.schema.LabelSelectors;
import dev.skerry.kube.store.ObjectStore;
import java.util.Optional;

/** Which requests a webhook, a policy or a binding is for: rules, exclusions, selectors of namespaces and of objects. */
final class Matching {

    private static final String OWN_GROUP = "admissionregistration.k8s.io";

    private final ObjectStore store;
    private final Kinds kinds;

    Matching(ObjectStore store, Kinds kinds) {
        this.store = store;
        this.kinds = kinds;
    }

    /** As what the request is seen: its own resource, or another version of it that the rules name. */
    record Match(Resource resource, Gvk kind) {}

    /** Policies and webhooks do not judge themselves. */
    static boolean exempt(Attributes attributes) {
        return attributes.resource().gvk().group().equals(OWN_GROUP) && !attributes.resource().custom();
    }

    /**
     * Whether a request is meant.
     *
     * @param rules of a webhook
     * @param scope holds the selectors and the match policy
     */
    Optional<Match> webhook(Attributes attributes, JsonNode rules, JsonNode scope) {
        return selected(attributes, scope) ? ruled(attributes, rules, scope) : Optional.empty();
    }

    /** @param constraints of a policy or a binding; none match all */
    Optional<Match> policy(Attributes attributes, JsonNode constraints) {
        if (!selected(attributes, constraints) || ruled(attributes, constraints.path("excludeResourceRules"), constraints).isPresent()) {
            return Optional.empty();
        }
        return constraints.path("resourceRules").isEmpty() ? Optional.of(own(attributes)) : ruled(attributes, constraints.path("resourceRules"), constraints);
    }

    private static Match own(Attributes attributes) {
        return new Match(attributes.resource(), attributes.kind());
    }

    private boolean selected(Attributes attributes, JsonNode scope) {
        return inNamespace(attributes, scope.path("namespaceSelector")) && ofObject(attributes, scope.path("objectSelector"));
    }

    private boolean inNamespace(Attributes attributes, JsonNode selector) {
        if (selector.path("matchLabels").isEmpty() && selector.path("matchExpressions").isEmpty()) {
            return true;
        }
        if (attributes.resource().core("namespaces")) {
            var object = attributes.operation() == Operation.DELETE || attributes.object() == null ? attributes.old() : attributes.object();
            return LabelSelectors.matches(selector, object == null ? MissingNode.getInstance() : object.path("metadata").path("labels"));
        }
        return attributes.namespace().isEmpty() || LabelSelectors.matches(selector, namespace(attributes.namespace()).path("metadata").path("labels"));
    }

    /** The namespace, or missing. */
    JsonNode namespace(String name) {
        return store.get("/core/namespaces/" + name).<JsonNode>map(e -> Followed.parse(e.value())).orElse(MissingNode.getInstance());
    }

    private static boolean ofObject(Attributes attributes, JsonNode selector) {
        if (selector.path("matchLabels").isEmpty() && selector.path("matchExpressions").isEmpty()) {
            return true;
        }
        return attributes.object() != null && LabelSelectors.matches(selector, attributes.object().path("metadata").path("labels"))
                || attributes.old() != null && LabelSelectors.matches(selector, attributes.old().path("metadata").path("labels"));
    }

    private Optional<Match> ruled(Attributes attributes, JsonNode rules, JsonNode scope) {
        for (var rule : rules) {
            if (matches(rule, attributes, attributes.resource())) {
                return Optional.of(own(attributes));
            }
        }
        if (scope.path("matchPolicy").asText("Equivalent").equals("Exact") || rules.isEmpty()) {
            return Optional.empty();
        }
        for (var other : kinds.all()) {
            if (equivalent(other, attributes.resource())) {
                for (var rule : rules) {
                    if (matches(rule, attributes, other)) {
                        return Optional.of(new Match(other, attributes.subresource().isEmpty() || attributes.kind().equals(attributes.resource().gvk()) ? other.gvk() : attributes.kind()));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Other versions of the kind, and events of both groups. */
    private static boolean equivalent(Resource other, Resource own) {
        if (other.gvk().equals(own.gvk()) || !other.plural().equals(own.plural())) {
            return false;
        }
        return other.gvk().group().equals(own.gvk().group()) || own.plural().equals("events") && !own.custom() && !other.custom();
    }

    private static boolean matches(JsonNode rule, Attributes attributes, Resource resource) {
        var cluster = !resource.namespaced();
        var scope = rule.path("scope").asText("*");
        return has(rule.path("operations"), attributes.operation().name())
                && has(rule.path("apiGroups"), resource.gvk().group())
                && has(rule.path("apiVersions"), resource.gvk().version())
                && (scope.equals("*") || scope.equals("Cluster") == cluster)
                && names(rule.path("resources"), resource.plural(), attributes.subresource())
                && (rule.path("resourceNames").isEmpty() || exactly(rule.path("resourceNames"), attributes.name()));
    }

    private static boolean names(JsonNode resources, String plural, String subresource) {
        for (var one : resources) {
            var text = one.asText();
            var slash = text.indexOf('/');
            var resource = slash < 0 ? text : text.substring(0, slash);
            var sub = slash < 0 ? "" : text.substring(slash + 1);
            if ((resource.equals("*") || resource.equals(plural)) && (sub.equals("*") || sub.equals(subresource))) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(JsonNode list, String value) {
        return exactly(list, "*") || exactly(list, value);
    }

    private static boolean exactly(JsonNode list, String value) {
        for (var one : list) {
            if (one.asText().equals(value)) {
                return true;
            }
        }
        return false;
    }
}
