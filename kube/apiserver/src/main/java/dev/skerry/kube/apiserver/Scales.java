package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.PatchException;
import dev.skerry.kube.schema.Patches;
import dev.skerry.kube.store.ObjectStore;
import java.util.ArrayList;

/** The scale subresource: how many replicas an object wishes and has, whatever its kind. */
final class Scales {

    private final Resources resources;
    private final ObjectStore store;

    Scales(Resources resources, ObjectStore store) {
        this.resources = resources;
        this.store = store;
    }

    void serve(Call call, String method) throws Failure {
        for (int i = 0; i < 20; i++) {
            var entry = store.get(call.target().key()).orElseThrow(() -> Failure.notFound(call.type(), call.target().name()));
            var live = Bodies.stored(entry.value());
            if (method.equals("GET")) {
                Answers.send(call.request(), call.response(), scale(live));
                return;
            }
            var wished = wished(call, method, scale(live));
            var changed = live.deepCopy();
            changed.withObject("/spec").put("replicas", wished);
            var plain = new Target(call.type(), call.target().namespace(), call.target().name(), "");
            var asked = new Call(call.request(), call.response(), call.user(), plain);
            var written = resources.write(asked, entry, live, changed, call.manager(), true);
            if (written.isPresent()) {
                Answers.send(call.request(), call.response(), scale(written.get()));
                return;
            }
        }
        throw Failure.modified(call.type(), call.target().name());
    }

    private static int wished(Call call, String method, ObjectNode scale) throws Failure {
        var body = switch (method) {
            case "PUT" -> Bodies.object(call.request(), call.type()).node();
            case "PATCH" -> {
                try {
                    var patch = Bodies.patch(Bodies.bytes(call.request()), "error decoding patch: ").node();
                    yield Bodies.mediaType(call.request()).equals("application/json-patch+json") ? Patches.json(scale, patch) : Patches.merge(scale, patch);
                } catch (PatchException e) {
                    throw Failure.badRequest(String.valueOf(e.getMessage()));
                }
            }
            default -> throw Failure.method();
        };
        var replicas = body.path("spec").path("replicas");
        if (!replicas.canConvertToInt() && !replicas.isMissingNode() || replicas.asInt() < 0) {
            throw Failure.badRequest("spec.replicas: Invalid value: " + replicas + ": must be greater than or equal to 0");
        }
        return replicas.asInt();
    }

    private static ObjectNode scale(ObjectNode object) {
        var scale = JsonNodeFactory.instance.objectNode().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        var metadata = scale.putObject("metadata");
        for (var field : new String[] {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
            if (object.path("metadata").has(field)) {
                metadata.set(field, object.path("metadata").get(field));
            }
        }
        scale.putObject("spec").put("replicas", object.path("spec").path("replicas").asInt());
        var status = scale.putObject("status").put("replicas", object.path("status").path("replicas").asInt());
        var terms = new ArrayList<String>();
        object.path("spec").path("selector").path("matchLabels").properties().forEach(e -> terms.add(e.getKey() + "=" + e.getValue().asText()));
        if (!terms.isEmpty()) {
            status.put("selector", String.join(",", terms));
        }
        return scale;
    }
}
