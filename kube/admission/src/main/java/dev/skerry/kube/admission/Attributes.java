package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Gvk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request as admission sees it. Plugins change {@link #object} in place, and add warnings and audit annotations.
 *
 * @param kind of the object in the request: of a subresource such as scale another than the resource's
 * @param name empty if it is still to be generated, or if the request is for a collection
 * @param object null for deletions and some connections
 * @param old null for creations and connections
 * @param warnings go out with the answer
 * @param annotations go into the audit log
 */
public record Attributes(
        Operation operation, Resource resource, String subresource, Gvk kind, String namespace, String name, @Nullable ObjectNode object, @Nullable ObjectNode old,
        Requester user, boolean dryRun, JsonNode options, List<String> warnings, Map<String, String> annotations, Reinvocation reinvocation) {

    public static Attributes of(
            Operation operation, Resource resource, String subresource, Gvk kind, String namespace, String name, @Nullable ObjectNode object, @Nullable ObjectNode old,
            Requester user, boolean dryRun, JsonNode options, List<String> warnings) {
        return new Attributes(operation, resource, subresource, kind, namespace, name, object, old, user, dryRun, options, warnings, new LinkedHashMap<>(), new Reinvocation());
    }

    /** The object, for plugins that have seen that this operation has one. */
    ObjectNode written() {
        return java.util.Objects.requireNonNull(object, "object");
    }

    /** The object before, for plugins that have seen that this operation has one. */
    ObjectNode before() {
        return java.util.Objects.requireNonNull(old, "old object");
    }

    boolean creates(String plural) {
        return operation == Operation.CREATE && whole(plural);
    }

    boolean updates(String plural) {
        return operation == Operation.UPDATE && whole(plural);
    }

    private boolean whole(String plural) {
        return subresource.isEmpty() && resource.core(plural) && object != null;
    }

    /** The name that refusals tell. */
    String shownName() {
        if (object == null) {
            return name.isEmpty() ? "Unknown" : name;
        }
        var metadata = object.path("metadata");
        var own = metadata.path("name").asText("");
        var said = own.isEmpty() ? metadata.path("generateName").asText("") : own;
        return said.isEmpty() ? name.isEmpty() ? "Unknown" : name : said;
    }

    void warn(String warning) {
        if (!warnings.contains(warning)) {
            warnings.add(warning);
        }
    }
}
