package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.store.ObjectStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The token subresource of service accounts. */
final class TokenRequests {

    private static final long USUAL_SECONDS = 3_600;
    private static final long SHORTEST_SECONDS = 600;
    private static final long LONGEST_SECONDS = 1L << 32;
    private static final Map<String, String> BOUND = Map.of("Pod", "pods", "Secret", "secrets");

    private final ObjectStore store;
    private final AccountTokens tokens;
    private final InstantSource clock;

    TokenRequests(ObjectStore store, AccountTokens tokens, InstantSource clock) {
        this.store = store;
        this.tokens = tokens;
        this.clock = clock;
    }

    ObjectNode create(Call call, JsonNode asked) throws Failure {
        var target = call.target();
        var account = store.get(target.key()).map(e -> Bodies.stored(e.value())).orElseThrow(() -> Failure.notFound(call.type(), target.name()));
        var spec = asked.path("spec");
        var seconds = spec.path("expirationSeconds").isNumber() ? spec.path("expirationSeconds").asLong() : USUAL_SECONDS;
        var fault = seconds < SHORTEST_SECONDS ? "may not specify a duration less than 10 minutes" : seconds > LONGEST_SECONDS ? "may not specify a duration larger than 2^32 seconds" : "";
        if (!fault.isEmpty()) {
            throw Failure.invalid("authentication.k8s.io", "TokenRequest", "",
                    List.of(new Cause("FieldValueInvalid", "Invalid value: " + seconds + ": " + fault, "spec.expirationSeconds")));
        }
        var audiences = spec.path("audiences").isEmpty() ? List.of(AccountTokens.ISSUER) : ResourceTypes.texts(spec.path("audiences"));
        var until = clock.instant().plusSeconds(seconds).truncatedTo(ChronoUnit.SECONDS);
        var token = tokens.issue(account, audiences, until, bound(call, spec.path("boundObjectRef")));

        var answer = JsonNodeFactory.instance.objectNode().put("kind", "TokenRequest").put("apiVersion", "authentication.k8s.io/v1");
        answer.putObject("metadata").put("name", target.name()).put("namespace", target.namespace()).put("uid", UUID.randomUUID().toString())
                .put("creationTimestamp", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        var answered = answer.putObject("spec");
        audiences.forEach(answered.putArray("audiences")::add);
        answered.put("expirationSeconds", seconds);
        answered.set("boundObjectRef", spec.path("boundObjectRef").isObject() ? spec.path("boundObjectRef") : JsonNodeFactory.instance.nullNode());
        answer.putObject("status").put("token", token).put("expirationTimestamp", until.toString());
        return answer;
    }

    /** What the token shall end with: it must be there, and be the one that is meant. */
    private Optional<JsonNode> bound(Call call, JsonNode reference) throws Failure {
        if (!reference.isObject()) {
            return Optional.empty();
        }
        var kind = reference.path("kind").asText();
        var plural = BOUND.get(kind);
        if (plural == null) {
            throw Failure.badRequest("cannot bind token for serviceaccount to a type of object that is not one of Pod, Secret: " + kind);
        }
        var name = reference.path("name").asText();
        var object = store.get("/core/" + plural + "/" + call.target().namespace() + "/" + name).map(e -> Bodies.stored(e.value()))
                .orElseThrow(() -> Failure.missing(plural, name));
        var uid = object.path("metadata").path("uid").asText();
        if (!reference.path("uid").asText(uid).equals(uid)) {
            throw Failure.conflict(call.type(), call.target().name(), "the UID in the bound object reference (" + reference.path("uid").asText() + ") does not match the UID in record. The object might have been deleted and then recreated");
        }
        return Optional.of(JsonNodeFactory.instance.objectNode().put("kind", kind).put("name", name).put("uid", uid));
    }
}
