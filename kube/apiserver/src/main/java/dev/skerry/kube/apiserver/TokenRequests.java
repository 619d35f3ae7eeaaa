package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.AccountTokens.Bound;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.schema.Defaults;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.schema.ManagedFields;
import dev.skerry.kube.schema.Schema;
import dev.skerry.kube.schema.SchemaCatalog;
import dev.skerry.kube.store.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The token subresource of service accounts. */
final class TokenRequests {

    private static final String GROUP = "authentication.k8s.io";
    private static final Gvk GVK = new Gvk(GROUP, "v1", "TokenRequest");
    private static final long USUAL_SECONDS = 3_600;
    private static final long SHORTEST_SECONDS = 600;
    private static final long LONGEST_SECONDS = 1L << 32;
    /** What the mounts of Pods ask for: as upstream such a token lives on for a year, and is only told to be stale. */
    private static final long MOUNTED_SECONDS = 3_607;
    private static final Duration MOUNTED_LIFE = Duration.ofDays(365);

    private final ObjectStore store;
    private final AccountTokens tokens;
    private final NodeRestriction nodes;
    private final Schema schema;
    private final InstantSource clock;

    TokenRequests(ObjectStore store, AccountTokens tokens, NodeRestriction nodes, SchemaCatalog catalog, InstantSource clock) {
        this.store = store;
        this.tokens = tokens;
        this.nodes = nodes;
        this.schema = catalog.find(GVK).orElseThrow(() -> new IllegalStateException("no schema of TokenRequest"));
        this.clock = clock;
    }

    /** What the body of a request is held against: it is of another kind than the account. */
    Call asked(Call call) {
        var account = call.type();
        var type = new ResourceType(GVK, account.plural(), "", true, Set.of("create"), List.of(), List.of(), account.subresources(), schema, false, account.columns(), Set.of());
        return new Call(call.request(), call.response(), call.user(), new Target(type, call.target().namespace(), call.target().name(), "token"));
    }

    /** @param call for the account @param request what was asked, read and held against its kind */
    ObjectNode create(Call call, ObjectNode request) throws Failure {
        var target = call.target();
        var now = clock.instant();
        Defaults.apply(request, schema);
        var spec = request.withObject("/spec");
        if (!spec.path("expirationSeconds").isNumber()) {
            spec.put("expirationSeconds", USUAL_SECONDS);
        }
        ManagedFields.update(null, request, schema, call.manager(), GVK.apiVersion(), "Update", "token", now);
        var metadata = Resources.metadata(request);
        matches(metadata.path("name").asText(""), target.name(), "name", "name");
        matches(metadata.path("namespace").asText(""), target.namespace(), "namespace", "namespace");
        var account = find("serviceaccounts", target.namespace(), target.name()).orElseThrow(() -> Failure.notFound(call.type(), target.name()));
        if (spec.path("audiences").isEmpty()) {
            spec.putArray("audiences").add(AccountTokens.ISSUER);
        }
        metadata.put("name", target.name()).put("namespace", target.namespace()).put("uid", UUID.randomUUID().toString())
                .put("creationTimestamp", now.truncatedTo(ChronoUnit.SECONDS).toString());
        var seconds = spec.path("expirationSeconds").asLong();
        limits(seconds);
        var reference = spec.path("boundObjectRef");
        if (!reference.isObject()) {
            spec.putNull("boundObjectRef");
        }
        nodes.token(call, reference);
        var bound = bound(target, reference);

        var audiences = ResourceTypes.texts(spec.path("audiences"));
        var told = now.plusSeconds(seconds);
        var lives = reference.path("kind").asText().equals("Pod") && seconds == MOUNTED_SECONDS && audiences.equals(List.of(AccountTokens.ISSUER));
        var token = tokens.issue(account, audiences, lives ? now.plus(MOUNTED_LIFE) : told, bound, lives ? Optional.of(told) : Optional.<Instant>empty());
        request.putObject("status").put("token", token).put("expirationTimestamp", told.truncatedTo(ChronoUnit.SECONDS).toString());
        return request;
    }

    private static void matches(String said, String wanted, String member, String what) throws Failure {
        if (!said.isEmpty() && !said.equals(wanted)) {
            throw Failure.invalid(GROUP, "TokenRequest", member.equals("name") ? wanted : said, List.of(new Cause("FieldValueInvalid",
                    "Invalid value: " + GoText.quoted(said) + ": must match the service account " + what + " if specified", "metadata." + member)));
        }
    }

    private static void limits(long seconds) throws Failure {
        var fault = seconds < SHORTEST_SECONDS ? "may not specify a duration less than 10 minutes" : seconds > LONGEST_SECONDS ? "may not specify a duration larger than 2^32 seconds" : "";
        if (!fault.isEmpty()) {
            throw Failure.invalid(GROUP, "TokenRequest", "",
                    List.of(new Cause("FieldValueInvalid", "Invalid value: " + seconds + ": " + fault, "spec.expirationSeconds")));
        }
    }

    /** What the token shall end with: it must be there, and be the one that is meant. */
    private List<Bound> bound(Target target, JsonNode reference) throws Failure {
        if (!reference.isObject()) {
            return List.of();
        }
        var kind = reference.path("kind").asText("");
        var version = reference.path("apiVersion").asText("");
        var name = reference.path("name").asText("");
        var plural = version.contains("/") ? "" : switch (kind) {
            case "Pod" -> "pods";
            case "Secret" -> "secrets";
            case "Node" -> "nodes";
            default -> "";
        };
        if (plural.isEmpty()) {
            var slash = version.indexOf('/');
            throw Failure.badRequest("cannot bind token to object of type " + (slash < 0 ? "/" + version : version) + ", Kind=" + kind);
        }
        var object = find(plural, kind.equals("Node") ? "" : target.namespace(), name).orElseThrow(() -> Failure.missing(plural, name));
        if (kind.equals("Pod") && !object.path("spec").path("serviceAccountName").asText().equals(target.name())) {
            throw Failure.badRequest("cannot bind token for serviceaccount " + GoText.quoted(target.name()) + " to pod running with different serviceaccount name.");
        }
        var uid = object.path("metadata").path("uid").asText();
        var asked = reference.path("uid").asText("");
        if (!asked.isEmpty() && !asked.equals(uid)) {
            throw Failure.boundConflict(kind, name, "the UID in the bound object reference (" + asked
                    + ") does not match the UID in record. The object might have been deleted and then recreated");
        }
        var itself = new Bound(kind, name, uid);
        var node = kind.equals("Pod") ? object.path("spec").path("nodeName").asText("") : "";
        return node.isEmpty() ? List.of(itself)
                : List.of(itself, new Bound("Node", node, find("nodes", "", node).map(n -> n.path("metadata").path("uid").asText()).orElse("")));
    }

    private Optional<ObjectNode> find(String plural, String namespace, String name) {
        return name.isEmpty() ? Optional.empty()
                : store.get("/core/" + plural + "/" + (namespace.isEmpty() ? "" : namespace + "/") + name).map(e -> Bodies.stored(e.value()));
    }
}
