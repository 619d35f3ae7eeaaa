package dev.skerry.fabric.spoke;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** Finds what of a manifest somebody at the site has changed. Looks at nothing but its arguments. */
final class Drift {

    private Drift() {}

    /** The first field that the manifest sets and that is otherwise in the live object. Lists must be equal in length. */
    static Optional<String> find(JsonNode manifest, JsonNode live) {
        for (var field : manifest.properties()) {
            if (!field.getKey().equals("status")) {
                var found = find(field.getKey(), field.getValue(), live.path(field.getKey()));
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> find(String path, JsonNode wanted, JsonNode live) {
        if (wanted.isObject()) {
            for (var field : wanted.properties()) {
                var found = find(path + "." + field.getKey(), field.getValue(), live.path(field.getKey()));
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
        if (wanted.isArray()) {
            if (wanted.size() != live.size()) {
                return Optional.of(path);
            }
            for (int i = 0; i < wanted.size(); i++) {
                var found = find(path + "[" + i + "]", wanted.get(i), live.get(i));
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
        return same(wanted, live) ? Optional.empty() : Optional.of(path);
    }

    private static boolean same(JsonNode wanted, JsonNode live) {
        if (wanted.isNull()) {
            return live.isMissingNode() || live.isNull();
        }
        return wanted.isNumber() && live.isNumber() ? wanted.decimalValue().compareTo(live.decimalValue()) == 0 : wanted.equals(live);
    }
}
