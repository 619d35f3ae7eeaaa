package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Defaults;
import dev.skerry.kube.schema.Fields;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.schema.Schema;
import java.util.Map;
import java.util.Optional;

/**
 * The versions of one definition: each object is stored in one and shown in any. What a version does not know is dropped, and what the stored version has by default is
 * filled in, when an object is read.
 */
final class Versions {
    private final String group;
    private final String storage;
    private final Map<String, Schema> schemas;
    private final Conversion conversion;

    /** Changes the version of an object. */
    @FunctionalInterface
    interface Conversion {
        /** As the strategy None: only the name of the version changes. */
        Conversion NONE = (object, apiVersion) -> object.put("apiVersion", apiVersion);

        /** @throws ConversionFailure if a webhook cannot or will not */
        ObjectNode convert(ObjectNode object, String apiVersion);
    }

    /** An object that cannot be shown in another version. */
    static final class ConversionFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ConversionFailure(String message) {
            super(message, null, false, false);
        }
    }

    /** @param storage the version in which objects are stored @param schemas by the name of the version */
    Versions(String group, String storage, Map<String, Schema> schemas, Conversion conversion) {
        this.group = group;
        this.storage = storage;
        this.schemas = Map.copyOf(schemas);
        this.conversion = conversion;
    }

    ObjectNode read(ObjectNode object, Gvk wanted) {
        var apiVersion = object.path("apiVersion").asText("");
        var was = schemas.get(apiVersion.substring(apiVersion.indexOf('/') + 1));
        if (was != null) {
            Fields.prune(object, was);
            Defaults.apply(object, was);
        }
        return apiVersion.equals(wanted.apiVersion()) ? object : converted(object, wanted.version());
    }

    ObjectNode stored(ObjectNode object) {
        var apiVersion = group + "/" + storage;
        return object.path("apiVersion").asText("").equals(apiVersion) ? object : converted(object.deepCopy(), storage);
    }

    private ObjectNode converted(ObjectNode object, String version) {
        var result = conversion.convert(object, group + "/" + version);
        var schema = schemas.get(version);
        if (schema != null) {
            Fields.prune(result, schema);
        }
        return result;
    }

    Optional<Schema> schema(String apiVersion) {
        return apiVersion.startsWith(group + "/") ? Optional.ofNullable(schemas.get(apiVersion.substring(group.length() + 1))) : Optional.empty();
    }
}
