package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.cel.CelEnvironment;
import dev.skerry.kube.schema.ApplyConflictException;
import dev.skerry.kube.schema.Defaults;
import dev.skerry.kube.schema.Fields;
import dev.skerry.kube.schema.PatchException;
import dev.skerry.kube.schema.Patches;
import dev.skerry.kube.schema.Schema;
import dev.skerry.kube.schema.ServerSideApply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Changes that policies and webhooks make to an object. */
final class Mutations {

    private Mutations() {}

    /** Puts another state in the place of the request's object, read and defaulted as if a client had sent it. */
    static void replace(Attributes attributes, ObjectNode after) {
        var object = attributes.written();
        if (after != object) {
            Fields.prune(after, attributes.resource().schema());
            Defaults.apply(after, attributes.resource().schema());
            object.removeAll();
            object.setAll(after);
        }
    }

    /** The object after a list of {@code JSONPatch}. A test that fails leaves it as it is. */
    static ObjectNode patched(Attributes attributes, Object result) throws Expressions.FaultException {
        try {
            return Patches.json(attributes.written(), CelEnvironment.json(result)) instanceof ObjectNode object ? object : attributes.written();
        } catch (PatchException e) {
            var message = String.valueOf(e.getMessage());
            if (message.contains("test")) {
                return attributes.written();
            }
            throw new Expressions.FaultException("JSONPath: " + message);
        }
    }

    /** The object merged with an apply configuration. */
    static ObjectNode applied(Attributes attributes, Matching.Match match, Object result, Instant now) throws Expressions.FaultException {
        if (!(CelEnvironment.json(result) instanceof ObjectNode configuration)) {
            throw new Expressions.FaultException("unsupported return type from ApplyConfiguration expression");
        }
        var object = attributes.written();
        var schema = attributes.resource().schema();
        configuration.put("apiVersion", match.kind().apiVersion()).put("kind", match.kind().kind());
        var wrong = ServerSideApply.typeFault(configuration, schema);
        if (wrong.isPresent()) {
            throw new Expressions.FaultException("error applying patch: failed to convert patch object to typed object: " + wrong.get());
        }
        var atomics = new ArrayList<String>();
        atomics(configuration, schema, "", atomics);
        if (!atomics.isEmpty()) {
            throw new Expressions.FaultException("error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: " + String.join(", ", atomics));
        }
        var live = object.deepCopy();
        var metadata = live.withObject("/metadata");
        var owners = metadata.remove("managedFields");
        configuration.put("apiVersion", object.path("apiVersion").asText()).put("kind", object.path("kind").asText());
        try {
            var after = ServerSideApply.apply(live, configuration, schema, "policy", true, object.path("apiVersion").asText(), "", now);
            // Nobody owns what a policy adds.
            after.withObject("/metadata").remove("managedFields");
            if (owners != null) {
                after.withObject("/metadata").set("managedFields", owners);
            }
            return after;
        } catch (ApplyConflictException e) {
            throw new Expressions.FaultException("error applying patch: " + e.getMessage());
        }
    }

    private static void atomics(JsonNode value, Schema schema, String path, List<String> found) {
        if (value.isArray()) {
            if (schema.listType().isEmpty() || schema.listType().equals("atomic")) {
                found.add(path);
                return;
            }
            for (int i = 0; i < value.size(); i++) {
                var at = path + "[" + i + "]";
                var item = value.get(i);
                schema.items().ifPresent(s -> atomics(item, s, at, found));
            }
        } else if (value.isObject()) {
            if (schema.mapType().equals("atomic")) {
                found.add(path);
                return;
            }
            value.properties().forEach(e -> schema.member(e.getKey()).ifPresent(s -> atomics(e.getValue(), s, path + "." + e.getKey(), found)));
        }
    }
}
