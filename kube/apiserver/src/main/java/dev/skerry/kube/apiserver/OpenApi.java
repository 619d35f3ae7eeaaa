package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.SchemaCatalog;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** OpenAPI v3 (a document a group version) and v2 (one for all): what kinds look like and what their paths take. Made anew for each request. */
final class OpenApi {

    private static final String V3 = "#/components/schemas/";
    private static final String V2 = "#/definitions/";
    private static final String GVK = "x-kubernetes-group-version-kind";

    private final ResourceTypes types;

    OpenApi(ResourceTypes types) {
        this.types = types;
    }

    ObjectNode index() {
        var body = JsonNodeFactory.instance.objectNode();
        var paths = body.putObject("paths");
        var names = new TreeSet<String>();
        types.all().forEach(t -> names.add(name(t)));
        names.forEach(n -> paths.putObject(n).put("serverRelativeURL", "/openapi/v3/" + n + "?hash=" + hash(n)));
        return body;
    }

    /** Tells a client that keeps documents whether its own is still good. */
    private String hash(String name) {
        long hash = ApiServer.VERSION.hashCode();
        for (var type : types.all()) {
            if (name(type).equals(name)) {
                hash = 31 * hash + type.kind().hashCode() + (type.custom() ? type.schema().raw().hashCode() : 0);
            }
        }
        return Long.toHexString(hash);
    }

    private static String name(ResourceType type) {
        return type.group().isEmpty() ? "api/" + type.version() : "apis/" + type.group() + "/" + type.version();
    }

    /** The document of one group version, such as {@code apis/apps/v1}. */
    Optional<ObjectNode> document(String name) {
        var body = head(JsonNodeFactory.instance.objectNode().put("openapi", "3.0.0"));
        var paths = body.putObject("paths");
        var schemas = body.putObject("components").putObject("schemas");
        var wanted = new TreeSet<String>();
        for (var type : types.all()) {
            if (name(type).equals(name)) {
                var base = "/" + name + (type.namespaced() ? "/namespaces/{namespace}/" : "/") + type.plural();
                var path = paths.putObject(base + "/{name}");
                operation(path.putObject("get"), type, "get", V3);
                operation(path.putObject("patch"), type, "patch", V3);
                kind(type, wanted, schemas, V3);
            }
        }
        if (paths.isEmpty()) {
            return Optional.empty();
        }
        fill(wanted, schemas, V3);
        return Optional.of(body);
    }

    /** Everything in one document. */
    ObjectNode whole() {
        var body = head(JsonNodeFactory.instance.objectNode().put("swagger", "2.0"));
        var paths = body.putObject("paths");
        for (var type : types.all()) {
            var base = "/" + name(type) + (type.namespaced() ? "/namespaces/{namespace}/" : "/") + type.plural();
            operation(paths.putObject(base + "/{name}").putObject("patch"), type, "patch", V2);
        }
        var definitions = body.putObject("definitions");
        var wanted = new TreeSet<>(SchemaCatalog.typeNames());
        types.all().forEach(type -> kind(type, wanted, definitions, V2));
        fill(wanted, definitions, V2);
        return body;
    }

    private static ObjectNode head(ObjectNode body) {
        body.putObject("info").put("title", "Kubernetes").put("version", ApiServer.VERSION);
        return body;
    }

    private static void kind(ResourceType type, Set<String> wanted, ObjectNode schemas, String prefix) {
        if (!type.custom()) {
            wanted.add(type.schema().typeName());
            SchemaCatalog.type(type.schema().typeName() + "List").ifPresent(l -> wanted.add(l.typeName()));
            return;
        }
        var schema = (ObjectNode) converted(type.schema().raw(), prefix, wanted);
        schema.putArray(GVK).addObject().put("group", type.group()).put("kind", type.kind()).put("version", type.version());
        schemas.set(id(type), schema);
    }

    private static String id(ResourceType type) {
        if (!type.custom()) {
            return type.schema().typeName();
        }
        var parts = new java.util.ArrayList<>(List.of(type.group().split("\\.")));
        java.util.Collections.reverse(parts);
        return String.join(".", parts) + "." + type.version() + "." + type.kind();
    }

    /** Adds the named types and all that they refer to. */
    private static void fill(Set<String> wanted, ObjectNode schemas, String prefix) {
        var queue = new ArrayDeque<>(wanted);
        var seen = new HashSet<>(wanted);
        while (!queue.isEmpty()) {
            var name = queue.remove();
            var found = new TreeSet<String>();
            SchemaCatalog.type(name).ifPresent(type -> schemas.set(name, converted(type.raw(), prefix, found)));
            found.stream().filter(seen::add).forEach(queue::add);
        }
    }

    private static JsonNode converted(JsonNode node, String prefix, Set<String> found) {
        if (node.isArray()) {
            var array = JsonNodeFactory.instance.arrayNode();
            node.forEach(n -> array.add(converted(n, prefix, found)));
            return array;
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        var result = JsonNodeFactory.instance.objectNode();
        for (var e : object.properties()) {
            if (e.getKey().equals("$ref") && e.getValue().isTextual()) {
                found.add(e.getValue().asText());
                var reference = prefix + e.getValue().asText();
                if (object.size() == 1 || prefix.equals(V2)) {
                    result.put("$ref", reference);
                } else {
                    result.putArray("allOf").addObject().put("$ref", reference);
                }
            } else if (e.getKey().equals("gvk") && e.getValue().isArray()) {
                var list = result.putArray(GVK);
                for (var text : e.getValue()) {
                    var parts = text.asText().split(" ", 2);
                    var slash = parts[0].indexOf('/');
                    list.addObject().put("group", slash < 0 ? "" : parts[0].substring(0, slash)).put("kind", parts[1]).put("version", parts[0].substring(slash + 1));
                }
            } else if (e.getKey().equals("properties") && e.getValue().isObject()) {
                // Their names are no words of a schema, also where one is called default.
                var members = result.putObject("properties");
                e.getValue().properties().forEach(m -> members.set(m.getKey(), converted(m.getValue(), prefix, found)));
            } else if (e.getKey().equals("default") || e.getKey().equals("enum")) {
                result.set(e.getKey(), e.getValue());
            } else {
                result.set(e.getKey(), converted(e.getValue(), prefix, found));
            }
        }
        return result;
    }

    private static void operation(ObjectNode operation, ResourceType type, String action, String prefix) {
        operation.putObject(GVK).put("group", type.group()).put("version", type.version()).put("kind", type.kind());
        operation.put("x-kubernetes-action", action);
        var parameters = operation.putArray("parameters");
        for (var parameter : new String[] {"dryRun", "fieldManager", "fieldValidation"}) {
            parameters.addObject().put("name", parameter).put("in", "query").putObject("schema").put("type", "string");
        }
        operation.putObject("responses").putObject("200").put("description", "OK").putObject("content").putObject("application/json")
                .putObject("schema").put("$ref", prefix + id(type));
    }
}
