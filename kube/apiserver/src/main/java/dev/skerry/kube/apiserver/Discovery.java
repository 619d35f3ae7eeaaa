package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells clients which groups, versions and kinds there are, in the old form and the aggregated one. */
final class Discovery {

    static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private final ResourceTypes types;
    private final boolean metrics;

    Discovery(ResourceTypes types, boolean metrics) {
        this.types = types;
        this.metrics = metrics;
    }

    static boolean wantsAggregated(String accept) {
        for (var option : accept.split(",")) {
            if (option.contains("as=APIGroupDiscoveryList") && option.contains("g=apidiscovery.k8s.io") && option.contains("v=v2")
                    && !option.contains("v=v2beta1")) {
                return true;
            }
        }
        return false;
    }

    static ObjectNode versions() {
        var body = object("APIVersions");
        body.remove("apiVersion");
        body.putArray("versions").add("v1");
        body.putArray("serverAddressByClientCIDRs");
        return body;
    }

    private static ObjectNode object(String kind) {
        return JsonNodeFactory.instance.objectNode().put("kind", kind).put("apiVersion", "v1");
    }

    /** Groups in the order of the facts, each with its versions and kinds; the core group has the empty name. */
    private Map<String, Map<String, List<ResourceType>>> tree() {
        var tree = new LinkedHashMap<String, Map<String, List<ResourceType>>>();
        for (var type : types.all()) {
            tree.computeIfAbsent(type.group(), g -> new LinkedHashMap<>())
                    .computeIfAbsent(type.version(), v -> new java.util.ArrayList<>()).add(type);
        }
        return tree;
    }

    ObjectNode groups() {
        var body = object("APIGroupList");
        var groups = body.putArray("groups");
        tree().forEach((group, versions) -> {
            if (!group.isEmpty()) {
                groups.add(group(group, versions));
            }
        });
        if (metrics) {
            groups.add(MetricsGroup.group());
        }
        return body;
    }

    Optional<ObjectNode> group(String name) {
        return Optional.ofNullable(tree().get(name)).filter(v -> !name.isEmpty()).map(v -> {
            var body = object("APIGroup");
            body.setAll(group(name, v));
            return body;
        });
    }

    private static ObjectNode group(String name, Map<String, List<ResourceType>> versions) {
        var group = JsonNodeFactory.instance.objectNode().put("name", name);
        var list = group.putArray("versions");
        versions.keySet().forEach(v -> list.addObject().put("groupVersion", name + "/" + v).put("version", v));
        group.set("preferredVersion", list.get(0));
        return group;
    }

    Optional<ObjectNode> resources(String group, String version) {
        return Optional.ofNullable(tree().getOrDefault(group, Map.of()).get(version)).map(served -> {
            var body = object("APIResourceList");
            body.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
            var list = body.putArray("resources");
            for (var type : served) {
                if (type.kind().equals("APIResourceList")) {
                    continue;
                }
                var one = list.addObject().put("name", type.plural()).put("singularName", type.singular())
                        .put("namespaced", type.namespaced()).put("kind", type.kind());
                texts(one.putArray("verbs"), type.listedVerbs());
                optional(one, type);
                for (var sub : type.subresources()) {
                    var entry = list.addObject().put("name", type.plural() + "/" + sub.path("name").asText()).put("singularName", "")
                            .put("namespaced", type.namespaced());
                    groupVersion(entry, sub);
                    entry.put("kind", sub.path("kind").asText());
                    entry.set("verbs", sub.path("verbs"));
                }
            }
            return body;
        });
    }

    private static void groupVersion(ObjectNode entry, JsonNode sub) {
        var text = sub.path("groupVersion").asText("");
        if (!text.isEmpty()) {
            var slash = text.indexOf('/');
            if (slash > 0) {
                entry.put("group", text.substring(0, slash));
            }
            entry.put("version", text.substring(slash + 1));
        }
    }

    private static void optional(ObjectNode entry, ResourceType type) {
        if (!type.shortNames().isEmpty()) {
            texts(entry.putArray("shortNames"), type.shortNames());
        }
        if (!type.categories().isEmpty()) {
            texts(entry.putArray("categories"), type.categories());
        }
    }

    private static void texts(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }

    ObjectNode aggregated(boolean core) {
        var body = JsonNodeFactory.instance.objectNode().put("kind", "APIGroupDiscoveryList").put("apiVersion", "apidiscovery.k8s.io/v2");
        body.putObject("metadata");
        var items = body.putArray("items");
        tree().forEach((group, versions) -> {
            if (group.isEmpty() != core) {
                return;
            }
            var item = items.addObject();
            var metadata = item.putObject("metadata");
            if (!group.isEmpty()) {
                metadata.put("name", group);
            }
            var list = item.putArray("versions");
            versions.forEach((version, served) -> {
                var one = list.addObject().put("version", version);
                var resources = one.putArray("resources");
                served.forEach(type -> resource(resources.addObject(), type));
                one.put("freshness", "Current");
            });
        });
        if (metrics && !core) {
            items.add(MetricsGroup.aggregated());
        }
        return body;
    }

    private static void resource(ObjectNode entry, ResourceType type) {
        entry.put("resource", type.plural());
        responseKind(entry, type.custom() ? type.group() : "", type.custom() ? type.version() : "", type.kind());
        entry.put("scope", type.namespaced() ? "Namespaced" : "Cluster").put("singularResource", type.singular());
        texts(entry.putArray("verbs"), type.listedVerbs());
        optional(entry, type);
        if (!type.subresources().isEmpty()) {
            var subs = entry.putArray("subresources");
            for (var sub : type.subresources()) {
                var one = subs.addObject().put("subresource", sub.path("name").asText());
                var text = sub.path("groupVersion").asText("");
                var slash = text.indexOf('/');
                responseKind(one, slash < 0 ? "" : text.substring(0, slash), text.substring(slash + 1), sub.path("kind").asText());
                one.set("verbs", sub.path("verbs"));
            }
        }
    }

    private static void responseKind(ObjectNode entry, String group, String version, String kind) {
        entry.putObject("responseKind").put("group", group).put("version", version).put("kind", kind);
    }
}
