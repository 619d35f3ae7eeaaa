package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RFC 6902 as the API server speaks it: {@code replace} may make a member that is not there, and a negative position counts
 * from the end of a list.
 */
final class JsonPatch {
    private static final int MOST_OPERATIONS = 10_000;
    private JsonNode document;

    private JsonPatch(JsonNode document) {
        this.document = document;
    }

    static JsonNode apply(JsonNode target, JsonNode patch) throws PatchException {
        if (!patch.isArray()) {
            throw new PatchException("json: cannot unmarshal " + kind(patch) + " into Go value of type jsonpatch.Patch");
        }
        if (patch.size() > MOST_OPERATIONS) {
            throw new PatchException("The allowed maximum operations in a JSON patch is " + MOST_OPERATIONS + ", got " + patch.size());
        }
        JsonPatch work = new JsonPatch(target.deepCopy());
        for (JsonNode operation : patch) {
            work.run(operation);
        }
        return work.document;
    }

    private void run(JsonNode operation) throws PatchException {
        String op = operation.path("op").asText();
        JsonNode at = operation.get("path");
        if (at == null || !at.isTextual()) {
            throw new PatchException(op + " operation does not have a path");
        }
        String path = at.asText();
        switch (op) {
            case "add" -> add(path, value(operation));
            case "remove" -> remove(path);
            case "replace" -> replace(path, value(operation));
            case "move" -> {
                String from = from(operation);
                if (path.startsWith(from + "/")) {
                    throw new PatchException("move: " + from + " into its own child " + path);
                }
                JsonNode moved = get(from);
                remove(from);
                add(path, moved);
            }
            case "copy" -> add(path, get(from(operation)).deepCopy());
            case "test" -> {
                JsonNode wanted = value(operation);
                JsonNode found = wanted.isNull() ? find(path) : get(path);
                if (!(wanted.isNull() && found == null) && !Json.same(found, wanted)) {
                    throw new PatchException("testing value " + path + " failed: test failed");
                }
            }
            default -> throw new PatchException("Unexpected kind: " + op);
        }
    }

    private static JsonNode value(JsonNode operation) throws PatchException {
        JsonNode value = operation.get("value");
        if (value == null) {
            throw new PatchException(operation.path("op").asText() + " operation: value is missing");
        }
        return value.deepCopy();
    }

    private static String from(JsonNode operation) throws PatchException {
        JsonNode from = operation.get("from");
        if (from == null || !from.isTextual()) {
            throw new PatchException(operation.path("op").asText() + " operation: from is missing");
        }
        return from.asText();
    }

    private void add(String path, JsonNode value) throws PatchException {
        if (path.isEmpty()) {
            document = value;
            return;
        }
        String last = last(path);
        switch (parent(path)) {
            case ObjectNode object -> object.set(last, value);
            case ArrayNode array -> {
                if (last.equals("-")) {
                    array.add(value);
                } else {
                    array.insert(position(last, array.size() + 1, path), value);
                }
            }
            default -> throw missing("add", path);
        }
    }

    private void remove(String path) throws PatchException {
        if (path.isEmpty()) {
            throw missing("remove", path);
        }
        get(path);
        String last = last(path);
        switch (parent(path)) {
            case ObjectNode object -> object.remove(last);
            case ArrayNode array -> array.remove(position(last, array.size(), path));
            default -> throw missing("remove", path);
        }
    }

    private void replace(String path, JsonNode value) throws PatchException {
        if (path.isEmpty()) {
            document = value;
            return;
        }
        String last = last(path);
        switch (parent(path)) {
            case ObjectNode object -> object.set(last, value);
            case ArrayNode array -> array.set(position(last, array.size(), path), value);
            default -> throw missing("replace", path);
        }
    }

    private JsonNode parent(String path) throws PatchException {
        if (!path.startsWith("/")) {
            throw missing("operation", path);
        }
        return get(path.substring(0, path.lastIndexOf('/')));
    }

    private JsonNode get(String path) throws PatchException {
        JsonNode found = find(path);
        if (found == null) {
            throw missing("get", path);
        }
        return found;
    }

    private @Nullable JsonNode find(String path) throws PatchException {
        if (path.isEmpty()) {
            return document;
        }
        if (!path.startsWith("/")) {
            throw missing("get", path);
        }
        JsonNode at = document;
        for (String part : List.of(path.substring(1).split("/", -1))) {
            JsonNode next = at instanceof ArrayNode array ? array.get(position(unescape(part), array.size(), path)) : at.get(unescape(part));
            if (next == null) {
                return null;
            }
            at = next;
        }
        return at;
    }

    private static String last(String path) {
        return unescape(path.substring(path.lastIndexOf('/') + 1));
    }

    private static String unescape(String part) {
        return part.replace("~1", "/").replace("~0", "~");
    }

    private static int position(String text, int bound, String path) throws PatchException {
        if (!text.matches("-?(0|[1-9][0-9]{0,8})")) {
            throw missing("list position", path);
        }
        int at = Integer.parseInt(text);
        int position = at < 0 ? at + bound : at;
        if (position < 0 || position >= bound) {
            throw new PatchException("Unable to access invalid index: " + at + ": invalid index referenced");
        }
        return position;
    }

    private static PatchException missing(String what, String path) {
        return new PatchException(what + " operation does not apply: doc is missing path: " + path + ": missing value");
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "object";
            case STRING -> "string";
            case NUMBER -> "number";
            case BOOLEAN -> "bool";
            default -> "value";
        };
    }
}
