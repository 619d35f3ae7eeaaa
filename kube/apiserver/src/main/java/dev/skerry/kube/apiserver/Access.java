package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Locale;

/**
 * What somebody wants to do, as authorization sees it.
 *
 * @param path of a request that is not for a resource, else empty
 */
record Access(String verb, String group, String version, String resource, String subresource, String namespace, String name, String path) {

    private static final List<String> OF_NAMESPACES = List.of("status", "finalize");

    static Access of(ServerRequest request, List<String> steps) {
        var method = request.prologue().method().text();
        var first = steps.isEmpty() ? "" : steps.getFirst();
        var from = first.equals("api") ? 2 : 3;
        if (!first.equals("api") && !first.equals("apis") || steps.size() <= from) {
            return path(method.toLowerCase(Locale.ROOT), request.path().path());
        }
        var group = from == 2 ? "" : steps.get(1);
        var rest = steps.subList(from, steps.size());
        var namespace = "";
        if (rest.size() >= 2 && rest.getFirst().equals("namespaces")) {
            namespace = rest.get(1);
            if (rest.size() > 2 && !OF_NAMESPACES.contains(rest.get(2))) {
                rest = rest.subList(2, rest.size());
            }
        }
        var name = rest.size() > 1 ? rest.get(1) : "";
        var query = request.query();
        if (name.isEmpty() && query.first("fieldSelector").orElse("").startsWith("metadata.name=")) {
            name = query.first("fieldSelector").orElse("").substring("metadata.name=".length());
        }
        var verb = switch (method) {
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> rest.size() > 1 ? "delete" : "deletecollection";
            default -> rest.size() > 1 ? "get" : List.of("true", "1").contains(query.first("watch").orElse("")) ? "watch" : "list";
        };
        return new Access(verb, group, steps.get(from - 1), rest.getFirst(), rest.size() > 2 ? rest.get(2) : "", namespace, name, "");
    }

    static Access path(String verb, String path) {
        return new Access(verb.equals("head") ? "get" : verb, "", "", "", "", "", "", path);
    }

    static Access of(JsonNode resource) {
        return new Access(resource.path("verb").asText(""), resource.path("group").asText(""), resource.path("version").asText(""), resource.path("resource").asText(""),
                resource.path("subresource").asText(""), resource.path("namespace").asText(""), resource.path("name").asText(""), "");
    }

    /** Resource and subresource as rules name them. */
    String whole() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }

    /** How upstream says no. */
    Failure denied(User user) {
        if (!path.isEmpty()) {
            return Failure.forbiddenPath("forbidden: User \"" + user.name() + "\" cannot " + verb + " path \"" + path + "\"");
        }
        var qualified = group.isEmpty() ? resource : resource + "." + group;
        var said = verb.equals("create") && subresource.isEmpty() || List.of("list", "watch", "deletecollection").contains(verb) ? "" : name;
        var what = (said.isEmpty() ? qualified : qualified + " \"" + said + "\"") + " is forbidden: User \"" + user.name() + "\" cannot " + verb + " resource \"" + whole()
                + "\" in API group \"" + group + "\" " + (namespace.isEmpty() || resource.equals("namespaces") && said.isEmpty() ? "at the cluster scope" : "in the namespace \"" + namespace + "\"");
        return Failure.forbidden(what, group, resource, said);
    }
}
