package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.schema.Defaults;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;

/** Kinds that are questions: who am I, whose token is this, may he. They are answered and not kept. */
final class Reviews {

    private static final Set<String> KINDS = Set.of(
            "SelfSubjectReview", "TokenReview", "SubjectAccessReview", "LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview");
    private static final String ACCESS_GROUP = "authorization.k8s.io";

    private final Authenticator authenticator;
    private final Rbac rbac;
    private final InstantSource clock;

    Reviews(Authenticator authenticator, Rbac rbac, InstantSource clock) {
        this.authenticator = authenticator;
        this.rbac = rbac;
        this.clock = clock;
    }

    static boolean answers(ResourceType type) {
        return !type.custom() && KINDS.contains(type.kind());
    }

    ObjectNode answer(Call call, ObjectNode review) throws Failure {
        Defaults.apply(review, call.type().schema());
        Resources.metadata(review);
        var spec = review.path("spec");
        switch (call.type().kind()) {
            case "SelfSubjectReview" -> {
                Resources.metadata(review).put("creationTimestamp", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
                review.withObject("/status").set("userInfo", describe(call.user()));
            }
            case "TokenReview" -> token(review, spec);
            case "SelfSubjectAccessReview" -> decide(review, call.user(), spec, "");
            case "SelfSubjectRulesReview" -> rules(review, call.user(), spec.path("namespace").asText(""));
            default -> {
                if (spec.path("user").asText("").isEmpty() && spec.path("groups").isEmpty()) {
                    throw refuse("spec.user", "\"\"", "at least one of user or group must be specified");
                }
                decide(review, subject(spec), spec, call.target().namespace());
            }
        }
        return review;
    }

    private static User subject(JsonNode spec) {
        var extra = new HashMap<String, List<String>>();
        spec.path("extra").properties().forEach(e -> extra.put(e.getKey(), ResourceTypes.texts(e.getValue())));
        return new User(spec.path("user").asText(""), spec.path("uid").asText(""), ResourceTypes.texts(spec.path("groups")), extra);
    }

    private static Failure refuse(String field, String shown, String why) {
        return Failure.invalid(ACCESS_GROUP, "", "", List.of(new Cause("FieldValueInvalid", "Invalid value: " + shown + ": " + why, field)));
    }

    private void decide(ObjectNode review, User user, JsonNode spec, String namespace) throws Failure {
        var resource = spec.path("resourceAttributes");
        var path = spec.path("nonResourceAttributes");
        if (resource.isObject() && path.isObject()) {
            throw refuse("spec.nonResourceAttributes",
                    "{\"Path\":" + path.path("path") + ",\"Verb\":" + path.path("verb") + "}", "cannot be specified in combination with resourceAttributes");
        }
        if (!resource.isObject() && !path.isObject()) {
            throw refuse("spec.resourceAttributes", "null", "exactly one of nonResourceAttributes or resourceAttributes must be specified");
        }
        for (var selector : List.of("fieldSelector", "labelSelector")) {
            var said = resource.path(selector);
            if (!said.path("rawSelector").asText("").isEmpty() && !said.path("requirements").isEmpty()) {
                throw refuse("spec.resourceAttributes." + selector + ".rawSelector", said.path("rawSelector").toString(), "may not specified at the same time as requirements");
            }
        }
        if (!namespace.isEmpty() && !resource.path("namespace").asText(namespace).equals(namespace)) {
            throw refuse("spec.resourceAttributes.namespace", resource.path("namespace").toString(), "must match metadata.namespace: " + namespace);
        }
        var access = resource.isObject() ? Access.of(resource) : Access.path(path.path("verb").asText(""), path.path("path").asText(""));
        var decision = rbac.decide(user, access);
        var status = JsonNodeFactory.instance.objectNode().put("allowed", decision.allowed());
        if (!decision.reason().isEmpty()) {
            status.put("reason", decision.reason());
        }
        review.set("status", status);
    }

    private void rules(ObjectNode review, User user, String namespace) {
        var resources = new ArrayList<JsonNode>();
        var paths = new ArrayList<JsonNode>();
        var all = user.master() ? List.<JsonNode>of(everything("apiGroups", "resources"), everything("nonResourceURLs")) : rbac.rules(user, namespace);
        for (var rule : all) {
            (rule.has("nonResourceURLs") ? paths : resources).add(rule);
        }
        var status = review.putObject("status");
        status.putArray("resourceRules").addAll(resources);
        status.putArray("nonResourceRules").addAll(paths);
        status.put("incomplete", false);
    }

    private static ObjectNode everything(String... members) {
        var rule = JsonNodeFactory.instance.objectNode();
        rule.putArray("verbs").add("*");
        for (var member : members) {
            rule.putArray(member).add("*");
        }
        return rule;
    }

    private void token(ObjectNode review, JsonNode spec) throws Failure {
        var token = spec.path("token").asText("");
        if (token.isEmpty()) {
            throw Failure.badRequest("token is required for TokenReview in authentication");
        }
        var audiences = spec.path("audiences").isEmpty() ? List.of(AccountTokens.ISSUER) : ResourceTypes.texts(spec.path("audiences"));
        var user = authenticator.token(token, audiences);
        var status = review.putObject("status");
        if (user.isEmpty()) {
            status.putObject("user");
            status.put("error", "[invalid bearer token, token lookup failed]");
            return;
        }
        status.put("authenticated", true).set("user", describe(user.get()));
        audiences.forEach(status.putArray("audiences")::add);
    }

    private static ObjectNode describe(User user) {
        var info = JsonNodeFactory.instance.objectNode().put("username", user.name());
        if (!user.uid().isEmpty()) {
            info.put("uid", user.uid());
        }
        user.groups().forEach(info.putArray("groups")::add);
        if (!user.extra().isEmpty()) {
            var extra = info.putObject("extra");
            user.extra().forEach((key, values) -> values.forEach(extra.withArray(key)::add));
        }
        return info;
    }
}
