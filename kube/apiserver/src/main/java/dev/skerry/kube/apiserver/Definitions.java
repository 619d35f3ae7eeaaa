package dev.skerry.kube.apiserver;

import static java.lang.System.Logger.Level.WARNING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.schema.InvalidSchemaException;
import dev.skerry.kube.schema.Schema;
import dev.skerry.kube.store.ObjectStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Kinds that CustomResourceDefinitions add and remove while the server runs. */
final class Definitions {

    private static final System.Logger LOG = System.getLogger(Definitions.class.getName());
    private static final String PREFIX = "/apiextensions.k8s.io/customresourcedefinitions/";
    private static final Set<String> VERBS = Set.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    private final ObjectStore store;
    private final ResourceTypes types;
    private final InstantSource clock;

    Definitions(ObjectStore store, ResourceTypes types, InstantSource clock) {
        this.store = store;
        this.types = types;
        this.clock = clock;
    }

    /** Looks at all definitions and serves what they say. */
    synchronized void load() {
        var custom = new ArrayList<ResourceType>();
        try {
            for (var entry : store.list(PREFIX, "", 0, 0).entries()) {
                var definition = Bodies.stored(entry.value());
                if (definition.path("status").path("conditions").isEmpty()) {
                    establish(definition);
                    // Somebody else may have written meanwhile: then the next look does it.
                    store.update(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(definition, revision)));
                }
                try {
                    custom.addAll(served(definition));
                } catch (InvalidSchemaException e) {
                    LOG.log(WARNING, "definition {0} is not served: {1}", entry.key(), e.getMessage());
                }
            }
        } catch (ObjectStore.CompactedException e) {
            throw new IllegalStateException("the newest state was compacted", e);
        }
        types.custom(custom);
    }

    /** What a definition serves. */
    static List<ResourceType> served(ObjectNode definition) throws InvalidSchemaException {
        var spec = definition.path("spec");
        var names = spec.path("names");
        var kinds = new ArrayList<ResourceType>();
        for (var version : spec.path("versions")) {
            var schema = schema(version.path("schema").path("openAPIV3Schema"), version);
            if (!version.path("served").asBoolean()) {
                continue;
            }
            kinds.add(new ResourceType(
                    new Gvk(spec.path("group").asText(), version.path("name").asText(), names.path("kind").asText()),
                    names.path("plural").asText(),
                    names.path("singular").asText(),
                    spec.path("scope").asText().equals("Namespaced"),
                    VERBS,
                    ResourceTypes.texts(names.path("shortNames")),
                    ResourceTypes.texts(names.path("categories")),
                    subresources(version.path("subresources"), names.path("kind").asText()),
                    schema,
                    true,
                    version.path("additionalPrinterColumns").isMissingNode() ? JsonNodeFactory.instance.arrayNode() : version.path("additionalPrinterColumns"),
                    selectable(version.path("selectableFields"))));
        }
        return kinds;
    }

    private static Set<String> selectable(JsonNode fields) {
        var paths = new java.util.HashSet<String>();
        fields.forEach(f -> paths.add(f.path("jsonPath").asText().replaceFirst("^\\.", "")));
        return Set.copyOf(paths);
    }

    private static Schema schema(JsonNode written, JsonNode version) throws InvalidSchemaException {
        if (written instanceof ObjectNode object) {
            return Schema.parseStructural(object);
        }
        return Schema.parseStructural(JsonNodeFactory.instance.objectNode().put("type", "object").put("x-kubernetes-preserve-unknown-fields", true));
    }

    private static JsonNode subresources(JsonNode said, String kind) {
        var list = JsonNodeFactory.instance.arrayNode();
        for (var name : List.of("status", "scale")) {
            if (said.has(name)) {
                var entry = list.addObject().put("name", name).put("kind", name.equals("scale") ? "Scale" : kind);
                if (name.equals("scale")) {
                    entry.put("groupVersion", "autoscaling/v1");
                    entry.set("paths", said.path(name));
                }
                entry.putArray("verbs").add("get").add("patch").add("update");
            }
        }
        return list;
    }

    /** Fills in names and the conditions that tell clients that the kind is served. */
    private void establish(ObjectNode definition) {
        var spec = (ObjectNode) definition.path("spec");
        var names = spec.withObject("/names");
        var kind = names.path("kind").asText();
        if (names.path("singular").asText("").isEmpty()) {
            names.put("singular", kind.toLowerCase(java.util.Locale.ROOT));
        }
        if (names.path("listKind").asText("").isEmpty()) {
            names.put("listKind", kind + "List");
        }
        if (!spec.has("conversion")) {
            spec.putObject("conversion").put("strategy", "None");
        }
        var status = definition.withObject("/status");
        if (!status.path("conditions").isEmpty()) {
            return;
        }
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        var conditions = status.putArray("conditions");
        conditions.addObject().put("type", "NamesAccepted").put("status", "True").put("lastTransitionTime", now)
                .put("reason", "NoConflicts").put("message", "no conflicts found");
        conditions.addObject().put("type", "Established").put("status", "True").put("lastTransitionTime", now)
                .put("reason", "InitialNamesAccepted").put("message", "the initial names have been accepted");
        status.set("acceptedNames", names.deepCopy());
        var stored = status.putArray("storedVersions");
        for (var version : spec.path("versions")) {
            if (version.path("storage").asBoolean()) {
                stored.add(version.path("name").asText());
            }
        }
    }
}
