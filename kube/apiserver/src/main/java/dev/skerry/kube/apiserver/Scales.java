package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.admission.Operation;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.schema.PatchException;
import dev.skerry.kube.schema.Patches;
import dev.skerry.kube.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;

/** The scale subresource: how many replicas an object wishes and has, whatever its kind. */
final class Scales {

    private static final int MAX_TRIES = 20;
    private static final Gvk SCALE = new Gvk("autoscaling", "v1", "Scale");

    private final Resources resources;
    private final ObjectStore store;

    Scales(Resources resources, ObjectStore store) {
        this.resources = resources;
        this.store = store;
    }

    /** Where a kind keeps its numbers: a definition says it, the built-in kinds agree. */
    private record Paths(String wished, String there, String selector) {

        static Paths of(ResourceType type) {
            for (var sub : type.subresources()) {
                if (type.custom() && sub.path("name").asText().equals("scale")) {
                    var said = sub.path("paths");
                    return new Paths(said.path("specReplicasPath").asText(), said.path("statusReplicasPath").asText(), said.path("labelSelectorPath").asText(""));
                }
            }
            return new Paths(".spec.replicas", ".status.replicas", "");
        }

        static JsonNode find(JsonNode object, String path) {
            return path.isEmpty() ? MissingNode.getInstance() : CellRules.find(object, path.substring(1));
        }

        void wish(ObjectNode object, int replicas) {
            var steps = wished.substring(1).split("\\.");
            var at = object;
            for (int i = 0; i < steps.length - 1; i++) {
                at = at.withObjectProperty(steps[i]);
            }
            at.put(steps[steps.length - 1], replicas);
        }
    }

    void serve(Call call, String method) throws Failure {
        var body = method.equals("PUT") ? Bodies.object(call.request(), call.type()).node() : MissingNode.getInstance();
        var patch = method.equals("PATCH") ? Bodies.patch(Bodies.bytes(call.request()), "error decoding patch: ").node() : MissingNode.getInstance();
        var paths = Paths.of(call.type());
        for (int i = 0; i < MAX_TRIES; i++) {
            var entry = store.get(call.target().key()).orElseThrow(() -> Failure.notFound(call.type(), call.target().name()));
            var live = call.type().read(entry.value());
            if (!method.equals("PUT") && call.type().custom() && Paths.find(live, paths.wished()).isMissingNode()) {
                throw Failure.internalCaused("the spec replicas field \"" + paths.wished() + "\" does not exist");
            }
            if (method.equals("GET")) {
                answer(call, paths, live);
                return;
            }
            var scale = method.equals("PUT") ? body : patched(call, scale(paths, live, call.type()), patch);
            check(call, scale);
            var asked = scale.path("metadata").path("resourceVersion").asText("");
            if (!asked.isEmpty() && !asked.equals(Long.toString(entry.revision()))) {
                throw Failure.modified(call.type(), call.target().name());
            }
            if (scale instanceof ObjectNode written) {
                resources.admission().check(call, Operation.UPDATE, SCALE, written, scale(paths, live, call.type()));
            }
            var changed = live.deepCopy();
            paths.wish(changed, scale.path("spec").path("replicas").asInt());
            var written = resources.write(call, entry, live, changed, call.manager(), true);
            if (written.isPresent()) {
                answer(call, paths, written.get().object());
                return;
            }
        }
        throw Failure.modified(call.type(), call.target().name());
    }

    private static JsonNode patched(Call call, ObjectNode scale, JsonNode patch) throws Failure {
        try {
            return Bodies.mediaType(call.request()).equals("application/json-patch+json") ? Patches.json(scale, patch) : Patches.merge(scale, patch);
        } catch (PatchException e) {
            throw Failure.unprocessable("the server rejected our request due to an error in our request");
        }
    }

    /** As upstream: who scales a custom object does not come to own the field, and nobody else keeps it. */
    static void disown(ObjectNode object) {
        var managers = object.path("metadata").path("managedFields");
        for (int i = managers.size() - 1; i >= 0; i--) {
            if (managers.get(i).path("subresource").asText("").equals("scale")) {
                ((com.fasterxml.jackson.databind.node.ArrayNode) managers).remove(i);
            }
        }
    }

    private static void check(Call call, JsonNode scale) throws Failure {
        var apiVersion = scale.path("apiVersion").asText("autoscaling/v1");
        var kind = scale.path("kind").asText("Scale");
        if (!kind.equals("Scale") || !apiVersion.equals("autoscaling/v1")) {
            var version = apiVersion.substring(apiVersion.indexOf('/') + 1);
            throw Failure.badRequest(kind + " in version \"" + version + "\" cannot be handled as a Scale: no kind \"" + kind + "\" is registered for version \""
                    + apiVersion + "\" in scheme \"pkg/runtime/scheme.go:111\"");
        }
        var name = scale.path("metadata").path("name").asText("");
        if (!name.equals(call.target().name())) {
            throw Failure.badRequest("the name of the object (" + name + ") does not match the name on the URL (" + call.target().name() + ")");
        }
        var replicas = scale.path("spec").path("replicas");
        if (!replicas.isMissingNode() && !replicas.canConvertToInt()) {
            throw Failure.badRequest("Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal " + GoJson.typeOf(replicas)
                    + " into Go struct field ScaleSpec.spec.replicas of type int32");
        }
        if (replicas.asInt() < 0 && call.type().custom()) {
            throw Failure.invalid(call.type(), call.target().name(), List.of(
                    new Cause("FieldValueInvalid", "Invalid value: " + replicas + ": should be a non-negative integer", Paths.of(call.type()).wished())));
        }
        if (replicas.asInt() < 0) {
            throw Failure.invalid("autoscaling", "Scale", call.target().name(),
                    List.of(new Cause("FieldValueInvalid", "Invalid value: " + replicas + ": must be greater than or equal to 0", "spec.replicas")));
        }
    }

    private static void answer(Call call, Paths paths, ObjectNode object) {
        var scale = scale(paths, object, call.type());
        var form = Form.find(call.accept());
        Answers.send(call.request(), call.response(), form != null && form.as().equals("Table") ? table(scale) : scale);
    }

    private static ObjectNode table(ObjectNode scale) {
        var table = JsonNodeFactory.instance.objectNode().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.putObject("metadata").set("resourceVersion", scale.path("metadata").path("resourceVersion"));
        var columns = table.putArray("columnDefinitions");
        for (var column : List.of("Name string", "Desired integer", "Available integer", "Age string")) {
            var words = column.split(" ");
            columns.addObject().put("name", words[0]).put("type", words[1]).put("format", "").put("description", "").put("priority", 0);
        }
        var row = table.putArray("rows").addObject();
        row.putArray("cells").add(scale.path("metadata").path("name")).add(scale.path("spec").path("replicas").asInt()).add(scale.path("status").path("replicas").asInt())
                .add(TableCells.since(scale.path("metadata").path("creationTimestamp").asText(""), java.time.Instant.now()));
        row.putObject("object").put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1").set("metadata", scale.path("metadata"));
        return table;
    }

    private static ObjectNode scale(Paths paths, ObjectNode object, ResourceType type) {
        var scale = JsonNodeFactory.instance.objectNode().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        var metadata = scale.putObject("metadata");
        for (var field : new String[] {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
            if (object.path("metadata").has(field)) {
                metadata.set(field, object.path("metadata").get(field));
            }
        }
        var spec = scale.putObject("spec");
        var wished = Paths.find(object, paths.wished()).asInt();
        if (wished != 0) {
            spec.put("replicas", wished);
        }
        var status = scale.putObject("status").put("replicas", Paths.find(object, paths.there()).asInt());
        var selector = type.custom() ? Paths.find(object, paths.selector()).asText("") : selector(object.path("spec").path("selector"));
        if (!selector.isEmpty()) {
            status.put("selector", selector);
        }
        return scale;
    }

    private static String selector(JsonNode selector) {
        var terms = new ArrayList<String>();
        var labels = selector.has("matchLabels") || selector.has("matchExpressions") ? selector.path("matchLabels") : selector;
        labels.properties().forEach(e -> terms.add(e.getKey() + "=" + e.getValue().asText()));
        return String.join(",", terms);
    }
}
