package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which requests are written down, and how much of each: an audit.k8s.io/v1 Policy. The first rule that fits counts; without one nothing is written. */
final class AuditPolicy {

    private static final Set<String> MEMBERS = Set.of("apiVersion", "kind", "metadata", "rules", "omitStages", "omitManagedFields");
    private static final Set<String> RULE_MEMBERS = Set.of(
            "level", "users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages", "omitManagedFields");
    private static final Set<String> STAGES = Set.of("RequestReceived", "ResponseStarted", "ResponseComplete", "Panic");
    private static final int MAX_RULES = 1_000;
    private static final String USUAL = """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
            - level: None
              resources:
              - {group: coordination.k8s.io, resources: [leases]}
              - {group: "", resources: [events]}
              - {group: events.k8s.io, resources: [events]}
              - {group: authorization.k8s.io}
              - {group: authentication.k8s.io, resources: [tokenreviews, selfsubjectreviews]}
            - level: None
              resources: [{group: "", resources: [nodes/status, pods/status]}]
              verbs: [update, patch]
            - level: Metadata
              verbs: [create, update, patch, delete, deletecollection]
            """;

    /** How much. */
    enum Level {
        NONE("None"),
        METADATA("Metadata"),
        REQUEST("Request"),
        REQUEST_RESPONSE("RequestResponse");

        final String text;

        Level(String text) {
            this.text = text;
        }
    }

    /** What is written of one request. */
    record Verdict(Level level, Set<String> omitted, boolean withoutManagedFields) {}

    private static final Verdict NOTHING = new Verdict(Level.NONE, Set.of(), false);

    private record Rule(JsonNode rule, Verdict verdict) {}

    private final List<Rule> rules = new ArrayList<>();

    private AuditPolicy() {}

    /** @throws IllegalArgumentException with where, what is there, and what is accepted */
    static AuditPolicy parse(String yaml) {
        JsonNode root;
        try {
            root = Yamls.read((yaml.isBlank() ? USUAL : yaml).getBytes(java.nio.charset.StandardCharsets.UTF_8), "").node();
        } catch (Failure e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        var kind = root.path("apiVersion").asText("") + " " + root.path("kind").asText("");
        expect(kind.equals("audit.k8s.io/v1 Policy"), "apiVersion and kind", kind, "audit.k8s.io/v1 Policy");
        root.fieldNames().forEachRemaining(n -> expect(MEMBERS.contains(n), n, "unknown", "one of " + MEMBERS));
        expect(root.path("rules").isArray() && !root.path("rules").isEmpty() && root.path("rules").size() <= MAX_RULES, "rules", root.path("rules").size() + " of them", "1 to " + MAX_RULES);
        var policy = new AuditPolicy();
        for (int i = 0; i < root.path("rules").size(); i++) {
            policy.rules.add(rule(root.path("rules").get(i), "rules[" + i + "]", root));
        }
        return policy;
    }

    private static Rule rule(JsonNode rule, String where, JsonNode root) {
        expect(rule.isObject(), where, rule.toString(), "a mapping");
        rule.fieldNames().forEachRemaining(n -> expect(RULE_MEMBERS.contains(n), where + "." + n, "unknown", "one of " + RULE_MEMBERS));
        var level = java.util.Arrays.stream(Level.values()).filter(l -> l.text.equals(rule.path("level").asText(""))).findFirst();
        expect(level.isPresent(), where + ".level", rule.path("level").asText(""), "None, Metadata, Request or RequestResponse");
        expect(rule.path("nonResourceURLs").isEmpty() || rule.path("resources").isEmpty() && rule.path("namespaces").isEmpty(),
                where + ".nonResourceURLs", "beside resources or namespaces", "one of both");
        var omitted = new java.util.HashSet<>(ResourceTypes.texts(root.path("omitStages")));
        omitted.addAll(ResourceTypes.texts(rule.path("omitStages")));
        omitted.forEach(s -> expect(STAGES.contains(s), where + ".omitStages", s, STAGES.toString()));
        var without = rule.has("omitManagedFields") ? rule.path("omitManagedFields").asBoolean() : root.path("omitManagedFields").asBoolean();
        return new Rule(rule, new Verdict(level.orElse(Level.NONE), Set.copyOf(omitted), without));
    }

    private static void expect(boolean holds, String where, String what, String accepted) {
        if (!holds) {
            throw new IllegalArgumentException(where + ": " + what + " (expected: " + accepted + ")");
        }
    }

    Verdict of(User user, Access access) {
        for (var rule : rules) {
            if (fits(rule.rule(), user, access)) {
                return rule.verdict();
            }
        }
        return NOTHING;
    }

    private static boolean fits(JsonNode rule, User user, Access access) {
        if (!open(rule.path("users"), user.name()) || !rule.path("userGroups").isEmpty() && user.groups().stream().noneMatch(g -> Rbac.contains(rule.path("userGroups"), g))
                || !open(rule.path("verbs"), access.verb())) {
            return false;
        }
        if (!rule.path("nonResourceURLs").isEmpty()) {
            return !access.path().isEmpty() && Rbac.coversPath(rule, access.path());
        }
        if (rule.path("resources").isEmpty() && rule.path("namespaces").isEmpty()) {
            return true;
        }
        if (!access.path().isEmpty() || !open(rule.path("namespaces"), access.namespace())) {
            return false;
        }
        if (rule.path("resources").isEmpty()) {
            return true;
        }
        for (var resource : rule.path("resources")) {
            if (fits(resource, access)) {
                return true;
            }
        }
        return false;
    }

    private static boolean open(JsonNode list, String value) {
        return list.isEmpty() || Rbac.contains(list, value);
    }

    private static boolean fits(JsonNode wanted, Access access) {
        if (!wanted.path("group").asText("").equals(access.group())) {
            return false;
        }
        if (wanted.path("resources").isEmpty()) {
            return true;
        }
        if (!open(wanted.path("resourceNames"), access.name())) {
            return false;
        }
        for (var one : wanted.path("resources")) {
            var text = one.asText();
            if (text.equals("*") || text.equals(access.whole()) || text.equals("*/" + access.subresource()) && !access.subresource().isEmpty()
                    || text.equals(access.resource() + "/*") && !access.subresource().isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
