package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.TreeSet;

/** OpenAPI v3: which paths there are and what they take; from it kubectl learns that the server validates fields itself. */
final class OpenApi {

    private final ResourceTypes types;

    OpenApi(ResourceTypes types) {
        this.types = types;
    }

    ObjectNode index() {
        var body = JsonNodeFactory.instance.objectNode();
        var paths = body.putObject("paths");
        var names = new TreeSet<String>();
        types.all().forEach(t -> names.add(name(t)));
        names.forEach(n -> paths.putObject(n).put("serverRelativeURL", "/openapi/v3/" + n));
        return body;
    }

    private static String name(ResourceType type) {
        return type.group().isEmpty() ? "api/" + type.version() : "apis/" + type.group() + "/" + type.version();
    }

    Optional<ObjectNode> document(String name) {
        var body = JsonNodeFactory.instance.objectNode().put("openapi", "3.0.0");
        body.putObject("info").put("title", "Kubernetes").put("version", ApiServer.VERSION);
        var paths = body.putObject("paths");
        var schemas = body.putObject("components").putObject("schemas");
        for (var type : types.all()) {
            if (!name(type).equals(name)) {
                continue;
            }
            var base = "/" + name + (type.namespaced() ? "/namespaces/{namespace}/" : "/") + type.plural();
            var id = (type.group().isEmpty() ? "core" : type.group()) + "." + type.version() + "." + type.kind();
            var path = paths.putObject(base + "/{name}");
            operation(path.putObject("get"), type, id, "get");
            operation(path.putObject("patch"), type, id, "patch");
            schemas.set(id, schema(type));
        }
        return paths.isEmpty() ? Optional.empty() : Optional.of(body);
    }

    private static ObjectNode schema(ResourceType type) {
        var schema = type.custom() ? (ObjectNode) type.schema().raw().deepCopy() : JsonNodeFactory.instance.objectNode().put("type", "object");
        gvk(schema.putArray("x-kubernetes-group-version-kind").addObject(), type);
        return schema;
    }

    private static void operation(ObjectNode operation, ResourceType type, String id, String action) {
        gvk(operation.putObject("x-kubernetes-group-version-kind"), type);
        operation.put("x-kubernetes-action", action);
        var parameters = operation.putArray("parameters");
        for (var parameter : new String[] {"dryRun", "fieldManager", "fieldValidation"}) {
            parameters.addObject().put("name", parameter).put("in", "query").putObject("schema").put("type", "string");
        }
        operation.putObject("responses").putObject("200").put("description", "OK").putObject("content").putObject("application/json")
                .putObject("schema").put("$ref", "#/components/schemas/" + id);
    }

    private static void gvk(ObjectNode target, ResourceType type) {
        target.put("group", type.group()).put("version", type.version()).put("kind", type.kind());
    }
}
