package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.schema.Defaults;
import dev.skerry.kube.schema.ManagedFields;
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

    private final Authenticator authenticator;
    private final Authorizer authorizer;
    private final InstantSource clock;

    Reviews(Authenticator authenticator, Authorizer authorizer, InstantSource clock) {
        this.authenticator = authenticator;
        this.authorizer = authorizer;
        this.clock = clock;
    }

    static boolean answers(ResourceType type) {
        return !type.custom() && KINDS.contains(type.kind());
    }

    ObjectNode answer(Call call, ObjectNode review) throws Failure {
        var type = call.type();
        Defaults.apply(review, type.schema());
        Decoding.namespace(call.target(), Resources.metadata(review));
        ManagedFields.update(null, review, type.schema(), call.manager(), type.gvk().apiVersion(), "Update", "", clock.instant());
        Resources.metadata(review);
        review.remove("status");
        var spec = review.withObject("/spec");
        switch (type.kind()) {
            case "SelfSubjectReview" -> {
                review.remove("spec");
                Resources.metadata(review).put("creationTimestamp", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
                review.withObject("/status").set("userInfo", describe(call.user()));
            }
            case "TokenReview" -> token(review, spec);
            case "SelfSubjectRulesReview" -> {
                return rules(review, call.user(), spec.path("namespace").asText(""));
            }
            default -> {
                ReviewChecks.check(type.kind(), review);
                decide(review, type.kind().equals("SelfSubjectAccessReview") ? call.user() : subject(spec), spec);
            }
        }
        return review;
    }

    private static User subject(JsonNode spec) {
        var extra = new HashMap<String, List<String>>();
        spec.path("extra").properties().forEach(e -> extra.put(e.getKey(), ResourceTypes.texts(e.getValue())));
        return new User(spec.path("user").asText(""), spec.path("uid").asText(""), ResourceTypes.texts(spec.path("groups")), extra);
    }

    private void decide(ObjectNode review, User user, JsonNode spec) {
        var resource = spec.path("resourceAttributes");
        var path = spec.path("nonResourceAttributes");
        var access = resource.isObject() ? Access.of(resource) : Access.path(path.path("verb").asText(""), path.path("path").asText(""));
        var decision = authorizer.decide(user, access);
        var status = JsonNodeFactory.instance.objectNode().put("allowed", decision.allowed());
        if (!decision.reason().isEmpty()) {
            status.put("reason", decision.reason());
        }
        var unread = ReviewChecks.unread(resource);
        if (!unread.isEmpty()) {
            status.put("evaluationError", unread);
        }
        review.set("status", status);
    }

    /** As upstream: the answer holds nothing of the question. */
    private ObjectNode rules(ObjectNode asked, User user, String namespace) throws Failure {
        if (namespace.isEmpty()) {
            throw Failure.badRequest("no namespace on request");
        }
        var resources = new ArrayList<JsonNode>();
        var paths = new ArrayList<JsonNode>();
        var rights = authorizer.rights(user, namespace);
        for (var rule : rights.rules()) {
            if (!rule.path("resources").isEmpty()) {
                resources.add(part(rule, "verbs", "apiGroups", "resources", "resourceNames"));
            }
            if (!rule.path("nonResourceURLs").isEmpty()) {
                paths.add(part(rule, "verbs", "nonResourceURLs"));
            }
        }
        var answer = JsonNodeFactory.instance.objectNode();
        answer.set("kind", asked.path("kind"));
        answer.set("apiVersion", asked.path("apiVersion"));
        answer.putObject("metadata");
        answer.putObject("spec");
        var status = answer.putObject("status");
        status.putArray("resourceRules").addAll(resources);
        status.putArray("nonResourceRules").addAll(paths);
        status.put("incomplete", rights.incomplete());
        if (!rights.error().isEmpty()) {
            status.put("evaluationError", rights.error());
        }
        return answer;
    }

    private static ObjectNode part(JsonNode rule, String... members) {
        var part = JsonNodeFactory.instance.objectNode();
        for (var member : members) {
            if (!rule.path(member).isEmpty()) {
                part.set(member, rule.path(member));
            }
        }
        return part;
    }

    private void token(ObjectNode review, JsonNode spec) throws Failure {
        var token = spec.path("token").asText("");
        if (token.isEmpty()) {
            throw Failure.badRequest("token is required for TokenReview in authentication");
        }
        var audiences = spec.path("audiences").isEmpty() ? List.of(AccountTokens.ISSUER) : ResourceTypes.texts(spec.path("audiences"));
        var status = review.putObject("status");
        switch (authenticator.token(token.strip(), audiences)) {
            case Verdict.Known known -> {
                status.put("authenticated", true).set("user", describe(known.user()));
                known.audiences().forEach(status.putArray("audiences")::add);
            }
            case Verdict.Refused refused -> {
                status.putObject("user");
                status.put("error", refused.why());
            }
            case Verdict.Foreign foreign -> {
                status.putObject("user");
                status.put("error", "invalid bearer token");
            }
        }
    }

    private static ObjectNode describe(User user) {
        var info = JsonNodeFactory.instance.objectNode().put("username", user.name());
        if (!user.uid().isEmpty()) {
            info.put("uid", user.uid());
        }
        user.groups().forEach(info.withArray("groups")::add);
        if (!user.extra().isEmpty()) {
            var extra = info.putObject("extra");
            user.extra().forEach((key, values) -> {
                var list = extra.putArray(key);
                values.forEach(list::add);
            });
        }
        return info;
    }
}
