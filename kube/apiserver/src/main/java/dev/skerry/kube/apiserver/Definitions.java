package dev.skerry.kube.apiserver;

import static java.lang.System.Logger.Level.WARNING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.schema.InvalidSchemaException;
import dev.skerry.kube.schema.ManagedFields;
import dev.skerry.kube.schema.Schema;
import dev.skerry.kube.schema.SchemaCatalog;
import dev.skerry.kube.store.ObjectStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/** Kinds that CustomResourceDefinitions add and remove while the server runs. */
final class Definitions {

    private static final System.Logger LOG = System.getLogger(Definitions.class.getName());
    static final String PREFIX = "/apiextensions.k8s.io/customresourcedefinitions/";
    private static final String API_VERSION = "apiextensions.k8s.io/v1";
    private static final Set<String> VERBS = Set.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    private final ObjectStore store;
    private final ResourceTypes types;
    private final InstantSource clock;
    private final DefinitionRemoval removal;
    private final ConversionWebhooks webhooks;
    private volatile long loadedAt;

    Definitions(ObjectStore store, ResourceTypes types, InstantSource clock, ConversionWebhooks webhooks) {
        this.store = store;
        this.types = types;
        this.clock = clock;
        this.removal = new DefinitionRemoval(store, clock);
        this.webhooks = webhooks;
    }

    /** Changes up to this revision have been looked at. */
    long loadedAt() {
        return loadedAt;
    }

    /** Looks at all definitions, gives and takes their names, finishes those that are being removed, and serves what the others say. */
    synchronized void load() {
        loadedAt = store.revision();
        try {
            var removing = names();
            serve();
            if (removing) {
                // Only now: nothing new is made of the kinds whose objects go.
                for (var entry : store.list(PREFIX, "", 0, 0).entries()) {
                    var definition = Bodies.stored(entry.value());
                    if (DefinitionRemoval.waits(definition)) {
                        removal.clean(entry, definition);
                    }
                }
                // Somebody may have waited for a name that is free now.
                names();
                serve();
            }
        } catch (ObjectStore.CompactedException e) {
            throw new IllegalStateException("the newest state was compacted", e);
        }
    }

    /** Gives names to all that stay; tells whether one is to go. */
    private boolean names() throws ObjectStore.CompactedException {
        var removing = false;
        for (var entry : store.list(PREFIX, "", 0, 0).entries()) {
            var definition = Bodies.stored(entry.value());
            if (DefinitionRemoval.waits(definition)) {
                removing = true;
            } else {
                name(entry, definition);
            }
        }
        return removing;
    }

    private void name(ObjectStore.Entry entry, ObjectNode definition) throws ObjectStore.CompactedException {
        var before = definition.deepCopy();
        var all = store.list(PREFIX, "", 0, 0).entries().stream().map(e -> Bodies.stored(e.value())).toList();
        DefinitionNames.decide(definition, all, clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        if (definition.path("status").equals(before.path("status"))) {
            return;
        }
        var schema = SchemaCatalog.builtIn().find(Gvk.of(API_VERSION, "CustomResourceDefinition")).orElseThrow();
        ManagedFields.update(before, definition, schema, "kube-apiserver", API_VERSION, "Update", "status", clock.instant());
        // Somebody else may have written meanwhile: then the next look does it.
        store.update(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(definition, revision)));
    }

    private void serve() throws ObjectStore.CompactedException {
        var custom = new ArrayList<ResourceType>();
        for (var entry : store.list(PREFIX, "", 0, 0).entries()) {
            var definition = Bodies.stored(entry.value());
            if (!DefinitionNames.find(definition, "Established").path("status").asText().equals("True")) {
                continue;
            }
            try {
                custom.addAll(served(definition, webhooks));
            } catch (InvalidSchemaException e) {
                LOG.log(WARNING, "definition {0} is not served: {1}", entry.key(), e.getMessage());
            }
        }
        types.custom(custom);
    }

    /** What a definition serves. */
    static List<ResourceType> served(ObjectNode definition, ConversionWebhooks webhooks) throws InvalidSchemaException {
        var spec = definition.path("spec");
        var names = definition.path("status").path("acceptedNames").path("plural").asText("").isEmpty() ? spec.path("names") : definition.path("status").path("acceptedNames");
        var group = spec.path("group").asText();
        var schemas = new LinkedHashMap<String, Schema>();
        var storage = "";
        for (var version : spec.path("versions")) {
            schemas.put(version.path("name").asText(), schema(version));
            storage = version.path("storage").asBoolean() ? version.path("name").asText() : storage;
        }
        var versions = new Versions(group, storage, schemas, webhooks.of(definition));
        var kinds = new ArrayList<ResourceType>();
        for (var version : spec.path("versions")) {
            var schema = schemas.get(version.path("name").asText());
            if (!version.path("served").asBoolean() || schema == null) {
                continue;
            }
            var gvk = new Gvk(group, version.path("name").asText(), names.path("kind").asText());
            kinds.add(new ResourceType(
                    gvk,
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
                    selectable(version.path("selectableFields")),
                    new DefinedVersion(definition.path("metadata").path("uid").asText(), names.path("listKind").asText(gvk.kind() + "List"), deprecation(spec, version, gvk),
                            definition.path("metadata").has("deletionTimestamp"), gvk, version.path("schema").path("openAPIV3Schema"), versions)));
        }
        return kinds;
    }

    private static String deprecation(JsonNode spec, JsonNode version, Gvk gvk) {
        if (!version.path("deprecated").asBoolean()) {
            return "";
        }
        if (version.path("deprecationWarning").isTextual()) {
            return version.path("deprecationWarning").asText();
        }
        var better = "";
        for (var other : spec.path("versions")) {
            var name = other.path("name").asText();
            if (other.path("served").asBoolean() && !other.path("deprecated").asBoolean() && VersionOrder.NEWEST_FIRST.compare(name, gvk.version()) < 0
                    && (better.isEmpty() || VersionOrder.NEWEST_FIRST.compare(name, better) < 0)) {
                better = name;
            }
        }
        var text = gvk.apiVersion() + " " + gvk.kind() + " is deprecated";
        return better.isEmpty() ? text : text + "; use " + gvk.group() + "/" + better + " " + gvk.kind();
    }

    private static Set<String> selectable(JsonNode fields) {
        var paths = new java.util.HashSet<String>();
        fields.forEach(f -> paths.add(f.path("jsonPath").asText().replaceFirst("^\\.", "")));
        return Set.copyOf(paths);
    }

    private static Schema schema(JsonNode version) throws InvalidSchemaException {
        if (version.path("schema").path("openAPIV3Schema") instanceof ObjectNode object) {
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
}
