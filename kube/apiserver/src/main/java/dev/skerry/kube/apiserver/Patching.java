package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.ApplyConflictException;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.schema.PatchException;
import dev.skerry.kube.schema.Patches;
import dev.skerry.kube.schema.ServerSideApply;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One patch, read once and tried on as many states of the object as it takes. */
final class Patching {

    private static final String JSON = "application/json-patch+json";
    private static final String MERGE = "application/merge-patch+json";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String APPLY = "application/apply-patch+yaml";

    private final Call call;
    private final Decoding decoding;
    private final InstantSource clock;
    private final String media;
    private final Bodies.Read patch;

    Patching(Call call, Decoding decoding, InstantSource clock) throws Failure {
        this.call = call;
        this.decoding = decoding;
        this.clock = clock;
        this.media = Bodies.mediaType(call.request());
        var accepted = call.type().custom() ? List.of(JSON, MERGE, APPLY) : List.of(JSON, MERGE, STRATEGIC, APPLY);
        if (!accepted.contains(media)) {
            var list = String.join(", ", accepted);
            throw call.type().custom() ? Failure.customMedia(list) : Failure.media(list);
        }
        Options.ofPatch(call, applies());
        var bytes = Bodies.bytes(call.request());
        this.patch = applies() ? Yamls.read(bytes, "error decoding YAML: ") : Bodies.patch(bytes, media.equals(STRATEGIC) ? "" : "error decoding patch: ");
        if (!applies() && !media.equals(JSON) && !patch.node().isObject()) {
            throw patch.node().isNull() && media.equals(MERGE) ? Failure.badRequest("Invalid JSON Patch")
                    : Failure.badRequest((media.equals(MERGE) ? "error decoding patch: " : "") + "json: cannot unmarshal " + GoJson.typeOf(patch.node())
                            + " into Go value of type map[string]interface {}");
        }
    }

    boolean applies() {
        return media.equals(APPLY);
    }

    /** The object after the patch, not yet defaulted. {@code live} is null if there is none, which only an apply takes. */
    ObjectNode on(@Nullable ObjectNode live) throws Failure {
        return applies() ? applied(live) : patched(java.util.Objects.requireNonNull(live));
    }

    private ObjectNode applied(@Nullable ObjectNode live) throws Failure {
        if (!(patch.node().deepCopy() instanceof ObjectNode object)) {
            throw Failure.badRequest("error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal " + GoJson.typeOf(patch.node()) + " into Go value of type map[string]interface {}");
        }
        var type = call.type();
        var gvk = dev.skerry.kube.schema.Gvk.of(object.path("apiVersion").asText(""), object.path("kind").asText(""));
        if (!gvk.equals(type.gvk())) {
            throw gvk.kind().equals(type.kind()) && !gvk.version().isEmpty() && decoding.served(gvk)
                    ? Failure.badRequest("the API version in the data (" + gvk.apiVersion() + ") does not match the expected API version (" + type.gvk().apiVersion() + ")")
                    : Failure.badRequest("invalid object type: " + gvk.group() + "/" + gvk.version() + ", Kind=" + gvk.kind());
        }
        if (!patch.duplicates().isEmpty()) {
            var mode = call.query("fieldValidation");
            if (mode.equals("Strict")) {
                throw Failure.badRequest("error strict decoding YAML: " + Yamls.strict(patch.duplicates()));
            }
            if (!mode.equals("Ignore") && call.warnings().isEmpty()) {
                call.warnings().addAll(patch.duplicates());
            }
        }
        if (object.path("metadata").isNull()) {
            object.remove("metadata");
        }
        var metadata = object.path("metadata");
        if (!metadata.path("managedFields").isEmpty()) {
            throw Failure.badRequest("metadata.managedFields must be nil");
        }
        var wrong = ServerSideApply.typeFault(object, type.schema());
        if (wrong.isPresent()) {
            throw Failure.internalPlain("failed to create typed patch object (" + metadata.path("namespace").asText("") + "/" + metadata.path("name").asText("") + "; "
                    + (type.group().isEmpty() ? "/" : type.group() + "/") + type.version() + ", Kind=" + type.kind() + "): " + wrong.get());
        }
        if (type.custom() && type.has("status") && call.target().subresource().isEmpty()) {
            object.remove("status");
        }
        try {
            var result = ServerSideApply.apply(
                    live, object, type.schema(), call.manager(), call.flag("force"), type.gvk().apiVersion(), call.target().subresource(), clock.instant());
            place(result, metadata, live);
            checkOtherVersions(live, result);
            return result;
        } catch (ApplyConflictException e) {
            throw Failure.applyConflict(e);
        }
    }

    /** As upstream: who wrote in another version must be able to read the outcome there, where nothing has converted it yet. */
    private void checkOtherVersions(@Nullable ObjectNode live, ObjectNode result) throws Failure {
        var defined = call.type().defined();
        if (live == null || defined == null) {
            return;
        }
        for (var entry : live.path("metadata").path("managedFields")) {
            var version = entry.path("apiVersion").asText("");
            var schema = version.equals(call.type().gvk().apiVersion()) ? java.util.Optional.<dev.skerry.kube.schema.Schema>empty() : defined.schema(version);
            var fault = schema.flatMap(s -> ServerSideApply.typeFault(result, s));
            if (fault.isPresent()) {
                throw Failure.internalPlain(fault.get());
            }
        }
    }

    /** Holds the name, namespace, uid and version that were applied against those of the path and of the object. */
    private void place(ObjectNode result, JsonNode applied, @Nullable ObjectNode live) throws Failure {
        var type = call.type();
        Decoding.namespace(call.target(), Resources.metadata(result));
        Decoding.name(call.target(), Resources.metadata(result));
        if (applied.has("resourceVersion")) {
            Resources.metadata(result).set("resourceVersion", applied.get("resourceVersion"));
        }
        var uid = applied.path("uid").asText("");
        if (!uid.isEmpty() && (live == null || !live.path("metadata").path("uid").asText().equals(uid))) {
            // As upstream: once from the precondition's own check and once from the object's.
            var cause = new Cause("FieldValueInvalid", "Invalid value: \"" + uid + "\": field is immutable", "metadata.uid");
            throw Failure.invalid(type, call.target().name(), List.of(cause, cause));
        }
    }

    private ObjectNode patched(ObjectNode live) throws Failure {
        var type = call.type();
        var result = result(live);
        if (!(result instanceof ObjectNode object)) {
            throw Decoding.undecodable("json: cannot unmarshal " + GoJson.typeOf(result) + " into Go value of type " + type.version() + "." + type.kind());
        }
        var wrong = Decoding.typeError(type, object);
        if (!wrong.isEmpty()) {
            throw Decoding.undecodable(media.equals(STRATEGIC) ? wrong.contains("array") || wrong.contains("[]") ? "cannot restore slice from map"
                    : "unrecognized type: " + wrong.substring(wrong.lastIndexOf(' ') + 1) : wrong);
        }
        var faults = Decoding.unknown(call, object, patch.duplicates());
        if (call.query("fieldValidation").equals("Strict") && !faults.isEmpty()) {
            throw Failure.invalidPatch(List.of(new Cause(
                    "FieldValueInvalid", "Invalid value: \"the patched object\": strict decoding error: " + String.join(", ", faults), "patch")));
        }
        if (object.path("metadata").path("name").asText("").isEmpty() || !object.path("metadata").path("name").asText("").equals(call.target().name())) {
            Decoding.name(call.target(), Resources.metadata(object));
        }
        return object;
    }

    private JsonNode result(ObjectNode live) throws Failure {
        try {
            return switch (media) {
                case JSON -> Patches.json(live, patch.node());
                case MERGE -> Patches.merge(live, patch.node());
                default -> Patches.strategic(live, (ObjectNode) patch.node(), call.type().schema());
            };
        } catch (PatchException e) {
            var message = String.valueOf(e.getMessage());
            throw !media.equals(JSON) ? Failure.internalPlain(message)
                    : message.startsWith("json: cannot unmarshal") ? Failure.badRequest("error decoding patch: " + message)
                    : message.startsWith("The allowed maximum") ? Failure.tooLarge(message)
                    : Failure.unprocessable("the server rejected our request due to an error in our request");
        }
    }
}
