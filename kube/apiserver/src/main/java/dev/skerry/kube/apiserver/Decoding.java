package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.schema.Fields;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.schema.Validation;
import java.util.ArrayList;
import java.util.List;

/** Holds what a client sent against what its path says: kind, types of the members, unknown members, name and namespace. */
final class Decoding {

    private static final String SCHEME = "in scheme \"pkg/runtime/scheme.go:111\"";
    private static final int MAX_WARNINGS = 100;

    private final ResourceTypes types;

    Decoding(ResourceTypes types) {
        this.types = types;
    }

    void kind(ResourceType type, ObjectNode body) throws Failure {
        var apiVersion = body.path("apiVersion").asText("");
        var kind = body.path("kind").asText("");
        if (type.custom()) {
            customKind(type, apiVersion, kind);
            return;
        }
        if (apiVersion.isEmpty()) {
            body.put("apiVersion", type.gvk().apiVersion());
            apiVersion = type.gvk().apiVersion();
        }
        if (kind.isEmpty()) {
            body.put("kind", type.kind());
            kind = type.kind();
        }
        if (apiVersion.equals(type.gvk().apiVersion()) && kind.equals(type.kind())) {
            return;
        }
        var version = apiVersion.substring(apiVersion.indexOf('/') + 1);
        var cannot = kind + " in version \"" + version + "\" cannot be handled as a " + type.kind() + ": ";
        if (!known(apiVersion, kind)) {
            throw Failure.badRequest(cannot + "no kind \"" + kind + "\" is registered for version \"" + apiVersion + "\" " + SCHEME);
        }
        if (!kind.equals(type.kind())) {
            var group = type.group().isEmpty() ? "core" : type.group().replaceFirst("\\..*", "");
            throw Failure.badRequest(cannot + "converting (" + version + "." + kind + ") to (" + group + "." + type.kind() + "): unknown conversion");
        }
        throw Failure.badRequest("the API version in the data (" + apiVersion + ") does not match the expected API version (" + type.gvk().apiVersion() + ")");
    }

    private boolean known(String apiVersion, String kind) {
        var single = kind.endsWith("List") && kind.length() > 4 ? kind.substring(0, kind.length() - 4) : kind;
        return apiVersion.equals("v1") && kind.equals("List")
                || types.all().stream().anyMatch(t -> t.gvk().equals(Gvk.of(apiVersion, kind)) || t.gvk().equals(Gvk.of(apiVersion, single)));
    }

    boolean served(Gvk kind) {
        return types.all().stream().anyMatch(t -> t.gvk().equals(kind));
    }

    private static void customKind(ResourceType type, String apiVersion, String kind) throws Failure {
        if (kind.isEmpty()) {
            throw Failure.badRequest("Object 'Kind' is missing in the body");
        }
        if (!apiVersion.equals(type.gvk().apiVersion())) {
            throw Failure.badRequest("the API version in the data (" + apiVersion + ") does not match the expected API version (" + type.gvk().apiVersion() + ")");
        }
        if (!kind.equals(type.kind())) {
            throw Failure.badRequest(kind + " in version \"" + type.version() + "\" cannot be handled as a " + type.kind() + ": no kind \"" + kind + "\" is registered here");
        }
    }

    /** How upstream's decoder words the first member of a wrong type, or empty. */
    static String typeError(ResourceType type, ObjectNode body) {
        if (type.custom()) {
            return "";
        }
        var wrong = Validation.typeErrors(body, type.schema());
        return wrong.isEmpty() ? "" : wrong.getFirst().message();
    }

    /** Types, then unknown and duplicate members, which are told or refused as the query wants. */
    static void fields(Call call, ObjectNode body, List<String> duplicates) throws Failure {
        var type = call.type();
        var cannot = type.kind() + " in version \"" + type.version() + "\" cannot be handled as a " + type.kind() + ": ";
        var wrong = typeError(type, body);
        if (!wrong.isEmpty()) {
            throw Failure.badRequest(cannot + wrong);
        }
        if (type.custom()) {
            GoNumbers.normalize(body);
        }
        var texts = unknown(call, body, duplicates);
        if (call.query("fieldValidation").equals("Strict") && !texts.isEmpty()) {
            throw Failure.badRequest((type.custom() ? "" : cannot) + "strict decoding error: " + strict(texts));
        }
    }

    private static String strict(List<String> texts) {
        var lines = texts.stream().filter(t -> t.startsWith("line ")).toList();
        var others = new ArrayList<>(texts);
        others.removeAll(lines);
        if (!lines.isEmpty()) {
            others.addFirst(Yamls.strict(lines));
        }
        return String.join(", ", others);
    }

    /** The faults as texts; also warns of them, if that is what the query wants. */
    static List<String> unknown(Call call, ObjectNode body, List<String> duplicates) {
        var texts = new ArrayList<String>();
        Fields.prune(body, call.type().schema()).forEach(u -> texts.add("unknown field \"" + u + "\""));
        var all = new ArrayList<String>();
        // Those of YAML are worded already, by their lines.
        duplicates.stream().distinct().forEach(d -> all.add(d.startsWith("line ") ? d : "duplicate field \"" + d + "\""));
        all.addAll(texts);
        var mode = call.query("fieldValidation");
        if (mode.isEmpty() || mode.equals("Warn")) {
            all.stream().limit(MAX_WARNINGS).filter(t -> !call.warnings().contains(t)).forEach(call.warnings()::add);
        }
        return mode.equals("Ignore") ? List.of() : all;
    }

    static void namespace(Target target, ObjectNode metadata) throws Failure {
        var said = metadata.path("namespace").asText("");
        if (!target.type().namespaced()) {
            // What has no namespace forgets the one that a client says.
            metadata.remove("namespace");
            return;
        }
        if (!said.isEmpty() && !said.equals(target.namespace())) {
            throw Failure.badRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
        metadata.put("namespace", target.namespace());
    }

    /** The name in a body that replaces an object must be the one of the path. */
    static void name(Target target, ObjectNode metadata) throws Failure {
        var name = metadata.path("name").asText("");
        if (name.isEmpty()) {
            throw Failure.badRequest("the name of the object (" + target.name() + " based on URL) was undeterminable: name must be provided");
        }
        if (!name.equals(target.name())) {
            throw Failure.badRequest("the name of the object (" + name + ") does not match the name on the URL (" + target.name() + ")");
        }
    }

    /** A patch that cannot be read back as the kind. */
    static Failure undecodable(String message) {
        return Failure.invalidPatch(List.of(new Cause("FieldValueInvalid", "Invalid value: \"the patched object\": " + message, "patch")));
    }
}
