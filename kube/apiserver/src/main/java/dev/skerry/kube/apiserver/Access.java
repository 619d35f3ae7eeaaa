package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import io.helidon.webserver.http.ServerRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What somebody wants to do, as authorization sees it.
 *
 * @param path of a request that is not for a resource, else empty
 * @param fields what a field selector demands to be equal; only what makes a request narrower is here
 */
record Access(String verb, String group, String version, String resource, String subresource, String namespace, String name, String path, Map<String, String> fields) {

    private static final List<String> OF_NAMESPACES = List.of("status", "finalize");
    private static final int MAX_REQUIREMENTS = 64;

    Access(String verb, String group, String version, String resource, String subresource, String namespace, String name, String path) {
        this(verb, group, version, resource, subresource, namespace, name, path, Map.of());
    }

    static Access of(ServerRequest request, List<String> steps) {
        var method = request.prologue().method().text();
        var first = steps.isEmpty() ? "" : steps.getFirst();
        var from = first.equals("api") ? 2 : 3;
        if (!first.equals("api") && !first.equals("apis") || steps.size() <= from) {
            return path(method.toLowerCase(Locale.ROOT), request.path().path());
        }
        var group = from == 2 ? "" : steps.get(1);
        var rest = steps.subList(from, steps.size());
        var watched = rest.getFirst().equals("watch") && rest.size() > 1;
        if (watched) {
            rest = rest.subList(1, rest.size());
        }
        var namespace = "";
        if (rest.size() >= 2 && rest.getFirst().equals("namespaces")) {
            namespace = rest.get(1);
            if (rest.size() > 2 && !OF_NAMESPACES.contains(rest.get(2))) {
                rest = rest.subList(2, rest.size());
            }
        }
        var name = rest.size() > 1 ? rest.get(1) : "";
        var verb = watched ? "watch" : verb(method, name, request.query().first("watch").orElse(""));
        var many = List.of("list", "watch", "deletecollection").contains(verb);
        var fields = many ? fields(request.query().first("fieldSelector").orElse("")) : Map.<String, String>of();
        if (name.isEmpty() && !verb.equals("deletecollection")) {
            name = fields.getOrDefault("metadata.name", "");
        }
        return new Access(verb, group, steps.get(from - 1), rest.getFirst(), rest.size() > 2 ? rest.get(2) : "", namespace, name, "", fields);
    }

    private static String verb(String method, String name, String watch) {
        return switch (method) {
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> name.isEmpty() ? "deletecollection" : "delete";
            default -> !name.isEmpty() ? "get" : watch.equalsIgnoreCase("true") || watch.equals("1") ? "watch" : "list";
        };
    }

    private static Map<String, String> fields(String selector) {
        var fields = new HashMap<String, String>();
        for (var requirement : selector.split(",", MAX_REQUIREMENTS)) {
            var equals = requirement.indexOf('=');
            if (equals > 0 && requirement.charAt(equals - 1) != '!' && requirement.indexOf('\\') < 0) {
                fields.put(requirement.substring(0, equals).strip(), requirement.substring(requirement.startsWith("=", equals + 1) ? equals + 2 : equals + 1).strip());
            }
        }
        return fields;
    }

    static Access path(String verb, String path) {
        return new Access(verb.equals("head") ? "get" : verb, "", "", "", "", "", "", path);
    }

    /** What an access review asks about. */
    static Access of(JsonNode resource) {
        var selector = resource.path("fieldSelector");
        var fields = new HashMap<>(fields(selector.path("rawSelector").asText("")));
        for (var requirement : selector.path("requirements")) {
            if (requirement.path("operator").asText().equals("In") && requirement.path("values").size() == 1) {
                fields.put(requirement.path("key").asText(), requirement.path("values").get(0).asText());
            }
        }
        return new Access(resource.path("verb").asText(""), resource.path("group").asText(""), resource.path("version").asText(""), resource.path("resource").asText(""),
                resource.path("subresource").asText(""), resource.path("namespace").asText(""), resource.path("name").asText(""), "", fields);
    }

    Access withVerb(String other) {
        return new Access(other, group, version, resource, subresource, namespace, name, path, fields);
    }

    /** Resource and subresource as rules name them. */
    String whole() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }

    /** Whether it is about one resource of a group. */
    boolean isFor(String wantedGroup, String wantedResource) {
        return path.isEmpty() && group.equals(wantedGroup) && resource.equals(wantedResource);
    }

    /** How upstream says no. @param why what authorization adds, or empty */
    Failure denied(User user, String why) {
        var reason = why.isEmpty() ? "" : ": " + why;
        if (!path.isEmpty()) {
            return Failure.forbiddenPath("forbidden: " + safe("User " + GoText.quoted(user.name()) + " cannot " + verb + " path " + GoText.quoted(path)) + reason);
        }
        var qualified = group.isEmpty() ? resource : resource + "." + group;
        var what = "User " + GoText.quoted(user.name()) + " cannot " + verb + " resource " + GoText.quoted(whole())
                + " in API group " + GoText.quoted(group) + " " + (namespace.isEmpty() ? "at the cluster scope" : "in the namespace " + GoText.quoted(namespace));
        return Failure.forbidden((name.isEmpty() ? qualified : qualified + " " + GoText.quoted(name)) + " is forbidden: " + safe(what) + reason, group, resource, name);
    }

    /** Upstream takes care that no message looks like HTML. */
    private static String safe(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
