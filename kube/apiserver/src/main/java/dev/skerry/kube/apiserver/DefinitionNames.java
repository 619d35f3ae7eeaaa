package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which of the names that a definition asks for are free, and what becomes of its conditions. */
final class DefinitionNames {
    private final Set<String> resources = new HashSet<>();
    private final Set<String> kinds = new HashSet<>();
    private String reason = "NoConflicts";
    private String message = "no conflicts found";

    private DefinitionNames() {}

    /**
     * Decides on names.
     *
     * @param others all definitions, the one itself too
     * @param now as conditions write it
     */
    static void decide(ObjectNode definition, List<ObjectNode> others, String now) {
        var names = new DefinitionNames();
        var group = definition.path("spec").path("group");
        for (var other : others) {
            if (other.path("spec").path("group").equals(group)) {
                var taken = other.path("status").path("acceptedNames");
                names.resources.add(taken.path("plural").asText());
                names.resources.add(taken.path("singular").asText());
                taken.path("shortNames").forEach(s -> names.resources.add(s.asText()));
                names.kinds.add(taken.path("kind").asText());
                names.kinds.add(taken.path("listKind").asText());
            }
        }
        names.accept(definition, now);
    }

    private void accept(ObjectNode definition, String now) {
        var asked = definition.path("spec").path("names");
        var status = definition.withObject("/status");
        var had = status.path("acceptedNames");
        var accepted = JsonNodeFactory.instance.objectNode();
        one("plural", "PluralConflict", asked, had, accepted, resources);
        one("singular", "SingularConflict", asked, had, accepted, resources);
        shortNames(asked.path("shortNames"), had.path("shortNames"), accepted);
        one("kind", "KindConflict", asked, had, accepted, kinds);
        one("listKind", "ListKindConflict", asked, had, accepted, kinds);
        if (!asked.path("categories").isEmpty()) {
            accepted.set("categories", asked.path("categories").deepCopy());
        }
        for (var always : List.of("plural", "kind")) {
            if (!accepted.has(always)) {
                accepted.put(always, "");
            }
        }
        status.set("acceptedNames", accepted);
        var free = reason.equals("NoConflicts");
        condition(definition, "NamesAccepted", free, reason, message, now);
        var established = find(definition, "Established");
        if (free && !established.path("status").asText().equals("True")) {
            condition(definition, "Established", true, "InitialNamesAccepted", "the initial names have been accepted", now);
        } else if (established.isMissingNode()) {
            condition(definition, "Established", false, "NotAccepted", "not all names are accepted", now);
        }
    }

    private void one(String name, String conflict, JsonNode asked, JsonNode had, ObjectNode accepted, Set<String> taken) {
        var wanted = asked.path(name).asText("");
        var mine = had.path(name).asText("");
        if (!wanted.equals(mine) && taken.contains(wanted) && !wanted.isEmpty()) {
            reason = conflict;
            message = "\"" + wanted + "\" is already in use";
            wanted = mine;
        }
        if (!wanted.isEmpty()) {
            accepted.put(name, wanted);
        }
    }

    private void shortNames(JsonNode asked, JsonNode had, ObjectNode accepted) {
        var mine = ResourceTypes.texts(had);
        var conflicts = new ArrayList<String>();
        ResourceTypes.texts(asked).stream().filter(s -> !mine.contains(s) && resources.contains(s)).forEach(s -> conflicts.add("\"" + s + "\" is already in use"));
        if (!conflicts.isEmpty()) {
            reason = "ShortNamesConflict";
            message = conflicts.size() == 1 ? conflicts.getFirst() : "[" + String.join(", ", conflicts) + "]";
        }
        var kept = conflicts.isEmpty() ? asked : had;
        if (!kept.isEmpty()) {
            accepted.set("shortNames", kept.deepCopy());
        }
    }

    static JsonNode find(ObjectNode definition, String type) {
        for (var condition : definition.path("status").path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }

    /** Sets a condition; its time changes only with its status. */
    static void condition(ObjectNode definition, String type, boolean holds, String reason, String message, String now) {
        var status = definition.withObject("/status");
        var conditions = status.path("conditions") instanceof com.fasterxml.jackson.databind.node.ArrayNode list ? list : status.putArray("conditions");
        var said = holds ? "True" : "False";
        var one = find(definition, type) instanceof ObjectNode found ? found : conditions.addObject().put("type", type);
        var same = one.path("status").asText().equals(said);
        var since = same ? one.path("lastTransitionTime").asText(now) : now;
        one.put("status", said).put("lastTransitionTime", since).put("reason", reason).put("message", message);
    }
}
