package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.schema.Schema;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One kind as it is served at one version.
 *
 * @param subresources their entries of the discovery document, without the prefix of the resource
 * @param custom whether a CustomResourceDefinition brought it
 * @param columns table columns: of a custom kind with {@code jsonPath}, else of the facts
 * @param selectable fields that a definition lets be selected by, such as {@code spec.color}
 * @param defined what else the definition of a custom kind says, null of a built-in one
 */
record ResourceType(
        Gvk gvk,
        String plural,
        String singular,
        boolean namespaced,
        Set<String> verbs,
        List<String> shortNames,
        List<String> categories,
        JsonNode subresources,
        Schema schema,
        boolean custom,
        JsonNode columns,
        Set<String> selectable,
        @Nullable DefinedVersion defined) {

    ResourceType(
            Gvk gvk, String plural, String singular, boolean namespaced, Set<String> verbs, List<String> shortNames, List<String> categories, JsonNode subresources,
            Schema schema, boolean custom, JsonNode columns, Set<String> selectable) {
        this(gvk, plural, singular, namespaced, verbs, shortNames, categories, subresources, schema, custom, columns, selectable, null);
    }

    /** An object that the store holds, as this version shows it. */
    ObjectNode read(byte[] bytes) {
        var object = Bodies.stored(bytes);
        return defined == null ? BuiltInVersions.read(object, gvk.apiVersion()) : defined.shown(object);
    }

    /** Whether what the store holds is what this version shows. */
    boolean shownAsStored() {
        return defined == null && !BuiltInVersions.converts(gvk.apiVersion());
    }

    /** An object as the store holds it. */
    ObjectNode stored(ObjectNode object) {
        return defined == null ? BuiltInVersions.stored(object) : defined.stored(object);
    }

    String listKind() {
        return defined == null ? kind() + "List" : defined.listKind();
    }

    /** Verbs as discovery lists them: of a custom kind not by the alphabet, as upstream. */
    List<String> listedVerbs() {
        return defined == null ? verbs.stream().sorted().toList() : List.of("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch");
    }

    String group() {
        return gvk.group();
    }

    String version() {
        return gvk.version();
    }

    String kind() {
        return gvk.kind();
    }

    /** Keys of all objects of the kind begin so; versions share it. */
    String prefix() {
        var group = BuiltInVersions.group(group(), plural);
        return "/" + (group.isEmpty() ? "core" : group) + "/" + plural + "/";
    }

    String key(String namespace, String name) {
        return namespaced ? prefix() + namespace + "/" + name : prefix() + name;
    }

    /** The verbs of a subresource; none if there is no such. */
    List<String> verbsOf(String subresource) {
        for (var one : subresources) {
            if (one.path("name").asText().equals(subresource)) {
                return ResourceTypes.texts(one.path("verbs"));
            }
        }
        return List.of();
    }

    boolean has(String subresource) {
        for (var one : subresources) {
            if (one.path("name").asText().equals(subresource)) {
                return true;
            }
        }
        return false;
    }
}
