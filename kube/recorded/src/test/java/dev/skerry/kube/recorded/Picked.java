package dev.skerry.kube.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of a body that some dotted paths name; {@code *} is every member, lists are gone into. */
final class Picked {

    private Picked() {}

    static JsonNode of(JsonNode body, JsonNode paths) {
        if (paths.isEmpty() || !body.isObject()) {
            return body.deepCopy();
        }
        JsonNode picked = JsonNodeFactory.instance.objectNode();
        for (var path : paths) {
            picked = pick(body, Difference.steps(path.asText()), picked);
        }
        return picked;
    }

    private static JsonNode pick(JsonNode from, List<String> steps, @Nullable JsonNode into) {
        if (steps.isEmpty()) {
            return from.deepCopy();
        }
        var step = steps.getFirst();
        if (from.isObject()) {
            var object = into instanceof ObjectNode there ? there : JsonNodeFactory.instance.objectNode();
            var names = new ArrayList<String>();
            if (step.equals("*")) {
                from.fieldNames().forEachRemaining(names::add);
            } else if (from.has(step)) {
                names.add(step);
            }
            names.forEach(n -> object.set(n, pick(from.get(n), steps.subList(1, steps.size()), object.get(n))));
            return object;
        }
        if (from.isArray()) {
            return items(from, steps, into);
        }
        return from;
    }

    private static JsonNode items(JsonNode from, List<String> steps, @Nullable JsonNode into) {
        var step = steps.getFirst();
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        if (step.startsWith("?")) {
            var words = step.substring(1).split("=", 2);
            if (into instanceof ArrayNode before) {
                list.addAll(before);
            }
            for (var item : from) {
                if (item.path(words[0]).asText().equals(words[1])) {
                    list.add(pick(item, steps.subList(1, steps.size()), null));
                }
            }
            return list;
        }
        var rest = step.equals("*") ? steps.subList(1, steps.size()) : steps;
        for (int i = 0; i < from.size(); i++) {
            list.add(pick(from.get(i), rest, into != null && into.has(i) ? into.get(i) : null));
        }
        return list;
    }
}
