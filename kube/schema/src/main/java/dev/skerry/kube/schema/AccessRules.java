package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Rules of roles and the subjects of bindings. */
final class AccessRules {
    private static final List<String> SUBJECTS = List.of("ServiceAccount", "User", "Group");
    private static final String GROUP = "rbac.authorization.k8s.io";

    private AccessRules() {}

    static void rule(JsonNode rule, String field, List<Cause> causes) {
        if (rule.path("verbs").isEmpty()) {
            causes.add(Cause.required(field + ".verbs", "verbs must contain at least one value"));
        }
        boolean resources = !rule.path("apiGroups").isEmpty() || !rule.path("resources").isEmpty() || !rule.path("resourceNames").isEmpty();
        if (!rule.path("nonResourceURLs").isEmpty()) {
            if (resources) {
                causes.add(Cause.invalid(field + ".nonResourceURLs", rule.path("nonResourceURLs").toString(), "rules cannot apply to both regular resources and non-resource URLs"));
            }
            return;
        }
        if (rule.path("apiGroups").isEmpty()) {
            causes.add(Cause.required(field + ".apiGroups", "resource rules must supply at least one api group"));
        }
        if (rule.path("resources").isEmpty()) {
            causes.add(Cause.required(field + ".resources", "resource rules must supply at least one resource"));
        }
    }

    static void subject(JsonNode subject, String field, List<Cause> causes) {
        String kind = subject.path("kind").asText();
        String name = subject.path("name").asText();
        if (name.isEmpty()) {
            causes.add(Cause.required(field + ".name", ""));
        }
        if (!SUBJECTS.contains(kind)) {
            causes.add(Cause.notSupported(field + ".kind", Names.quote(kind), SUBJECTS));
            return;
        }
        boolean account = kind.equals("ServiceAccount");
        if (account && !name.isEmpty()) {
            Names.subdomain(name).forEach(fault -> causes.add(Cause.invalid(field + ".name", Names.quote(name), fault)));
        }
        String group = subject.path("apiGroup").asText();
        if (!group.equals(account ? "" : GROUP)) {
            causes.add(Cause.notSupported(field + ".apiGroup", Names.quote(group), List.of(account ? "" : GROUP)));
        }
    }
}
