package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.skerry.kube.schema.Facts;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.schema.SchemaCatalog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** All kinds that are served: the built-in ones of the facts, and those that definitions add at run time. */
final class ResourceTypes {

    private final Map<String, ResourceType> builtIn = new LinkedHashMap<>();
    private volatile Map<String, ResourceType> custom = Map.of();

    ResourceTypes(SchemaCatalog catalog) {
        var columns = new LinkedHashMap<String, JsonNode>();
        for (var table : Facts.columns().path("tables")) {
            columns.put(key(table.path("group").asText(), table.path("version").asText(), table.path("resource").asText()), table.path("columns"));
        }
        for (var group : Facts.discovery().path("groups")) {
            for (var version : group.path("versions")) {
                for (var resource : version.path("resources")) {
                    var gvk = new Gvk(group.path("group").asText(), version.path("version").asText(), resource.path("kind").asText());
                    var plural = resource.path("resource").asText();
                    catalog.find(gvk).ifPresent(schema -> builtIn.put(
                            key(gvk.group(), gvk.version(), plural),
                            new ResourceType(
                                    gvk, plural, resource.path("singular").asText(), resource.path("namespaced").asBoolean(),
                                    Set.copyOf(texts(resource.path("verbs"))), texts(resource.path("shortNames")), texts(resource.path("categories")),
                                    resource.path("subresources"), schema, false,
                                    columns.getOrDefault(key(gvk.group(), gvk.version(), plural), JsonNodeFactory.instance.arrayNode()), Set.of())));
                }
            }
        }
    }

    Optional<ResourceType> find(String group, String version, String plural) {
        var key = key(group, version, plural);
        return Optional.ofNullable(builtIn.getOrDefault(key, custom.get(key)));
    }

    boolean hasBuiltIn(String group) {
        return builtIn.values().stream().anyMatch(t -> t.group().equals(group));
    }

    boolean hasGroup(String group) {
        return builtIn.values().stream().anyMatch(t -> t.group().equals(group)) || custom.values().stream().anyMatch(t -> t.group().equals(group));
    }

    /** Replaces what definitions have added. */
    void custom(Collection<ResourceType> types) {
        custom = types.stream().collect(Collectors.toUnmodifiableMap(t -> key(t.group(), t.version(), t.plural()), t -> t, (a, b) -> a));
    }

    List<ResourceType> all() {
        var all = new ArrayList<>(builtIn.values());
        custom.values().stream()
                .sorted(Comparator.comparing(ResourceType::group).thenComparing(ResourceType::version, VersionOrder.NEWEST_FIRST).thenComparing(ResourceType::plural))
                .forEach(all::add);
        return all;
    }

    /** Whether the very definition that brought the kind still serves it. */
    boolean serves(ResourceType type) {
        var now = custom.get(key(type.group(), type.version(), type.plural()));
        return type.defined() == null || now != null && now.defined() != null && now.defined().uid().equals(type.defined().uid());
    }

    private static String key(String group, String version, String plural) {
        return group + "/" + version + "/" + plural;
    }

    static List<String> texts(JsonNode list) {
        var texts = new ArrayList<String>();
        list.forEach(t -> texts.add(t.asText()));
        return List.copyOf(texts);
    }
}
