package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The schema of each kind. Thread safe. */
public final class SchemaCatalog {
    /** The built-in types, read at their first use and kept. */
    static final Schema.Types TYPES = new BuiltInTypes();

    private final Map<Gvk, Schema> kinds = new ConcurrentHashMap<>();

    private SchemaCatalog() {}

    /** A catalog of the built-in kinds, to which others can be added. */
    public static SchemaCatalog builtIn() {
        SchemaCatalog catalog = new SchemaCatalog();
        BuiltInTypes.all().properties().forEach(e -> e.getValue().path("gvk").forEach(gvk -> {
            String[] parts = gvk.asText().split(" ", 2);
            catalog.kinds.put(Gvk.of(parts[0], parts[1]), TYPES.get(e.getKey()));
        }));
        return catalog;
    }

    /** The schema of a kind. */
    public Optional<Schema> find(Gvk kind) {
        return Optional.ofNullable(kinds.get(kind));
    }

    /** A built-in type by its name, such as {@code io.k8s.api.core.v1.PodSpec}. */
    public static Optional<Schema> type(String name) {
        return BuiltInTypes.all().has(name) ? Optional.of(TYPES.get(name)) : Optional.empty();
    }

    /** Names of all built-in types. */
    public static java.util.List<String> typeNames() {
        var names = new java.util.ArrayList<String>();
        BuiltInTypes.all().fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Adds or replaces a kind. */
    public void put(Gvk kind, Schema schema) {
        kinds.put(kind, schema);
    }

    /** Forgets a kind; nothing happens if it is unknown. */
    public void remove(Gvk kind) {
        kinds.remove(kind);
    }

    private static final class BuiltInTypes implements Schema.Types {
        private final Map<String, Schema> parsed = new ConcurrentHashMap<>();

        private static final class Holder {
            private static final JsonNode ALL = Facts.types().path("schemas");
        }

        static JsonNode all() {
            return Holder.ALL;
        }

        @Override
        public Schema get(String name) {
            return parsed.computeIfAbsent(name, n -> new Schema(all().path(n), this, n));
        }
    }
}
