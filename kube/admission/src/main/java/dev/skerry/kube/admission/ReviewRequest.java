package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Gvk;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request as {@code admission.k8s.io/v1} tells it, to webhooks and to expressions. */
final class ReviewRequest {

    private ReviewRequest() {}

    /** All but the uid and the objects. */
    static ObjectNode of(Attributes attributes, Matching.Match match) {
        var request = JsonNodeFactory.instance.objectNode();
        kind(request.putObject("kind"), match.kind());
        resource(request.putObject("resource"), match.resource());
        if (!attributes.subresource().isEmpty()) {
            request.put("subResource", attributes.subresource());
        }
        kind(request.putObject("requestKind"), attributes.kind());
        resource(request.putObject("requestResource"), attributes.resource());
        if (!attributes.subresource().isEmpty()) {
            request.put("requestSubResource", attributes.subresource());
        }
        if (!attributes.name().isEmpty()) {
            request.put("name", attributes.name());
        }
        var namespace = attributes.resource().core("namespaces") ? attributes.name() : attributes.namespace();
        if (!namespace.isEmpty()) {
            request.put("namespace", namespace);
        }
        request.put("operation", attributes.operation().name());
        request.set("userInfo", attributes.user().describe());
        request.put("dryRun", attributes.dryRun());
        request.set("options", attributes.options().isObject() ? attributes.options() : JsonNodeFactory.instance.nullNode());
        return request;
    }

    private static void kind(ObjectNode node, Gvk kind) {
        node.put("group", kind.group()).put("version", kind.version()).put("kind", kind.kind());
    }

    private static void resource(ObjectNode node, Resource resource) {
        node.put("group", resource.gvk().group()).put("version", resource.gvk().version()).put("resource", resource.plural());
    }

    /** An object in the version that the rules name; null stays null. */
    static JsonNode seen(@Nullable ObjectNode object, Attributes attributes, Matching.Match match) {
        if (object == null) {
            return JsonNodeFactory.instance.nullNode();
        }
        if (match.kind().equals(attributes.kind())) {
            return object;
        }
        return object.deepCopy().put("apiVersion", match.kind().apiVersion()).put("kind", match.kind().kind());
    }

    static Optional<String> text(JsonNode node) {
        return node.isTextual() && !node.asText().isEmpty() ? Optional.of(node.asText()) : Optional.empty();
    }
}
