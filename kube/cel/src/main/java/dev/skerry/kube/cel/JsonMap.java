package dev.skerry.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An object as expressions see it: with a schema only its properties, by their escaped names. */
@SuppressWarnings("Immutable")
final class JsonMap extends MapValue {
    private final ObjectNode object;
    private final DeclType type;

    JsonMap(ObjectNode object, DeclType type) {
        this.object = object;
        this.type = type;
    }

    ObjectNode object() {
        return object;
    }

    @Override
    Collection<String> names() {
        List<String> names = new ArrayList<>(object.size());
        if (type.kind().equals("object")) {
            object.fieldNames().forEachRemaining(n -> Escaping.escape(n).filter(type.fields()::containsKey).ifPresent(names::add));
        } else {
            object.fieldNames().forEachRemaining(names::add);
        }
        return names;
    }

    @Override
    @Nullable Object find(String name) {
        if (type.kind().equals("object")) {
            DeclType field = type.fields().get(name);
            JsonNode value = object.get(Escaping.unescape(name));
            return field == null || value == null ? null : Values.of(value, field);
        }
        JsonNode value = object.get(name);
        return value == null ? null : Values.of(value, type.element() == null ? DeclType.DYN : type.element());
    }
}
