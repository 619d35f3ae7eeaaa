package dev.skerry.kube.admission;

import static java.lang.System.Logger.Level.WARNING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.PatchException;
import dev.skerry.kube.schema.Patches;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Admission webhooks, of one kind: those that change objects, one after the other, or those that only judge. */
final class Webhooks implements AdmissionPlugin {

    private static final System.Logger LOG = System.getLogger(Webhooks.class.getName());
    private static final Set<String> DRY = Set.of("None", "NoneOnDryRun");
    private static final int USUAL_SECONDS = 10;
    private static final int BAD_REQUEST = 400;

    private final boolean mutating;
    private final Followed followed;
    private final Matching matching;
    private final Authorizer authorizer;
    private final WebhookClient client;
    private final Compiled<List<Conditions>> compiled;

    Webhooks(boolean mutating, Followed followed, Matching matching, Authorizer authorizer, WebhookClient client) {
        this.mutating = mutating;
        this.followed = followed;
        this.matching = matching;
        this.authorizer = authorizer;
        this.client = client;
        this.compiled = new Compiled<>(followed, configuration -> {
            var all = new ArrayList<Conditions>();
            configuration.path("webhooks").forEach(w -> all.add(new Conditions(new Expressions(MissingNode.getInstance(), false, false), w.path("matchConditions"))));
            return all;
        });
    }

    @Override
    public void mutate(Attributes attributes) throws RefusedException {
        if (mutating && followed.any(Followed.MUTATING_WEBHOOKS) && !Matching.exempt(attributes)) {
            if (attributes.object() != null) {
                attributes.reinvocation().compare("webhooks", attributes.object());
            }
            all(attributes, Followed.MUTATING_WEBHOOKS);
            if (attributes.object() != null) {
                attributes.reinvocation().left("webhooks", attributes.object());
            }
        }
    }

    @Override
    public void validate(Attributes attributes) throws RefusedException {
        if (!mutating && followed.any(Followed.VALIDATING_WEBHOOKS) && !Matching.exempt(attributes)) {
            all(attributes, Followed.VALIDATING_WEBHOOKS);
        }
    }

    private void all(Attributes attributes, String prefix) throws RefusedException {
        var at = 0;
        for (var configuration : followed.all(prefix)) {
            var webhooks = configuration.path("webhooks");
            for (int i = 0; i < webhooks.size(); i++) {
                one(attributes, configuration, i, at++);
            }
        }
    }

    private void one(Attributes attributes, ObjectNode configuration, int index, int at) throws RefusedException {
        var webhook = configuration.path("webhooks").path(index);
        var match = matching.webhook(attributes, webhook.path("rules"), webhook);
        if (match.isEmpty() || !conditionsHold(attributes, configuration, index, match.get())) {
            return;
        }
        var name = webhook.path("name").asText();
        var key = "webhook/" + configuration.path("metadata").path("name").asText() + "/" + name;
        if (mutating && !attributes.reinvocation().calls(key)) {
            return;
        }
        if (attributes.dryRun() && !DRY.contains(webhook.path("sideEffects").asText(""))) {
            throw RefusedException.badRequest("admission webhook \"" + name + "\" does not support dry run");
        }
        try {
            var response = ask(attributes, webhook, match.get());
            heed(attributes, configuration, name, response, at);
        } catch (WebhookClient.CallException e) {
            var why = "failed calling webhook \"" + name + "\": " + e.text();
            if (!webhook.path("failurePolicy").asText("Fail").equals("Ignore")) {
                throw RefusedException.internal(why);
            }
            LOG.log(WARNING, "{0} (goes on: its failurePolicy is Ignore)", why);
            attributes.annotations().put("failed-open." + (mutating ? "mutation" : "validating") + ".webhook.admission.k8s.io/round_"
                    + (attributes.reinvocation().second() ? 1 : 0) + "_index_" + at, name);
        }
        if (mutating && webhook.path("reinvocationPolicy").asText("").equals("IfNeeded")) {
            attributes.reinvocation().invoked(key);
        }
    }

    private boolean conditionsHold(Attributes attributes, ObjectNode configuration, int index, Matching.Match match) throws RefusedException {
        var webhook = configuration.path("webhooks").path(index);
        if (webhook.path("matchConditions").isEmpty()) {
            return true;
        }
        var conditions = compiled.of(configuration).get(index);
        try {
            var evaluation = conditions.expressions().new Evaluation(attributes, match, MissingNode.getInstance(), MissingNode.getInstance(), authorizer);
            return conditions.hold(evaluation, webhook.path("failurePolicy").asText("Fail").equals("Ignore"));
        } catch (Expressions.FaultException e) {
            throw RefusedException.forbidden(attributes, e.text());
        }
    }

    private JsonNode ask(Attributes attributes, JsonNode webhook, Matching.Match match) throws WebhookClient.CallException {
        var uid = UUID.randomUUID().toString();
        var review = JsonNodeFactory.instance.objectNode().put("kind", "AdmissionReview").put("apiVersion", "admission.k8s.io/v1");
        var request = review.putObject("request").put("uid", uid);
        request.setAll(ReviewRequest.of(attributes, match));
        request.set("object", ReviewRequest.seen(attributes.object(), attributes, match));
        request.set("oldObject", ReviewRequest.seen(attributes.old(), attributes, match));
        var seconds = webhook.path("timeoutSeconds").asInt(USUAL_SECONDS);
        var answer = client.ask(webhook.path("clientConfig"), review, Duration.ofSeconds(seconds));
        var fault = fault(answer, uid);
        if (fault.isPresent()) {
            throw new WebhookClient.CallException("received invalid webhook response: " + fault.get());
        }
        return answer.path("response");
    }

    private Optional<String> fault(JsonNode answer, String uid) {
        var said = answer.path("apiVersion").asText("") + ", Kind=" + answer.path("kind").asText("");
        if (!said.equals("admission.k8s.io/v1, Kind=AdmissionReview")) {
            return Optional.of("expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got " + (said.startsWith(",") ? "/" + said : said));
        }
        var response = answer.path("response");
        if (!response.isObject()) {
            return Optional.of("webhook response was absent");
        }
        if (!response.path("uid").asText("").equals(uid)) {
            return Optional.of("expected response.uid=\"" + uid + "\", got \"" + response.path("uid").asText("") + "\"");
        }
        if (!mutating) {
            return Optional.empty();
        }
        var patch = !response.path("patch").asText("").isEmpty();
        var type = response.path("patchType").asText("");
        if (!patch) {
            return type.isEmpty() ? Optional.empty() : Optional.of("webhook returned response.patchType but not response.patch");
        }
        return type.isEmpty() ? Optional.of("webhook returned response.patch but not response.patchType")
                : type.equals("JSONPatch") ? Optional.empty() : Optional.of("webhook returned invalid response.patchType of \"" + type + "\"");
    }

    private void heed(Attributes attributes, ObjectNode configuration, String name, JsonNode response, int at)
            throws RefusedException, WebhookClient.CallException {
        response.path("auditAnnotations").properties().forEach(e -> attributes.annotations().put(name + "/" + e.getKey(), e.getValue().asText()));
        response.path("warnings").forEach(w -> attributes.warn(w.asText()));
        if (!response.path("allowed").asBoolean()) {
            throw rejected(name, response.path("status"));
        }
        if (!mutating) {
            return;
        }
        var changed = !response.path("patch").asText("").isEmpty() && patch(attributes, name, response.path("patch").asText());
        var told = JsonNodeFactory.instance.objectNode().put("configuration", configuration.path("metadata").path("name").asText()).put("webhook", name).put("mutated", changed);
        attributes.annotations().put("mutation.webhook.admission.k8s.io/round_" + (attributes.reinvocation().second() ? 1 : 0) + "_index_" + at, told.toString());
        if (changed) {
            attributes.reinvocation().changed();
        }
    }

    private static RefusedException rejected(String name, JsonNode result) {
        var code = Math.max(BAD_REQUEST, result.path("code").asInt());
        var reason = result.path("reason").asText("");
        var message = result.path("message").asText("");
        var why = message.isEmpty() ? reason : message;
        var status = RefusedException.status(code, reason, "admission webhook \"" + name + "\" denied the request" + (why.isEmpty() ? " without explanation" : ": " + why));
        if (result.path("details").isObject()) {
            status.remove("code");
            status.set("details", result.path("details"));
            status.put("code", code);
        }
        return new RefusedException(status);
    }

    private static boolean patch(Attributes attributes, String name, String encoded) throws RefusedException, WebhookClient.CallException {
        JsonNode patch;
        try {
            patch = Followed.JSON.readTree(Base64.getDecoder().decode(encoded));
        } catch (IOException | IllegalArgumentException e) {
            throw new WebhookClient.CallException("received undecodable patch in webhook response: " + e.getMessage());
        }
        if (patch.isEmpty()) {
            return false;
        }
        if (attributes.object() == null) {
            throw RefusedException.internal("admission webhook \"" + name + "\" attempted to modify the object, which is not supported for this operation");
        }
        try {
            if (!(Patches.json(attributes.object(), patch) instanceof ObjectNode after)) {
                throw RefusedException.internal("admission webhook \"" + name + "\": the patch made something else than an object");
            }
            var before = attributes.object().deepCopy();
            Mutations.replace(attributes, after);
            return !before.equals(attributes.object());
        } catch (PatchException e) {
            throw RefusedException.internal(String.valueOf(e.getMessage()));
        }
    }
}
