package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules of CustomResourceDefinitions. */
final class DefinitionValidation {
    private static final Pattern LABEL = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");
    private static final String LABEL_FAULT = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an "
            + "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    private static final Pattern SIMPLE_PATH = Pattern.compile("\\.[A-Za-z_][A-Za-z0-9_-]*(\\.[A-Za-z_][A-Za-z0-9_-]*)*");
    private static final List<String> COLUMN_TYPES = List.of("boolean", "date", "integer", "number", "string");
    private static final Pattern PROTECTED = Pattern.compile("(.*\\.)?(k8s\\.io|kubernetes\\.io)");

    private final List<Cause> causes;
    private final JsonNode spec;

    private DefinitionValidation(List<Cause> causes, JsonNode spec) {
        this.causes = causes;
        this.spec = spec;
    }

    static void validate(ObjectNode definition, List<Cause> causes) {
        new DefinitionValidation(causes, definition.path("spec")).all(definition);
    }

    private void all(ObjectNode definition) {
        String name = definition.path("metadata").path("name").asText();
        String wanted = spec.path("names").path("plural").asText() + "." + spec.path("group").asText();
        if (!name.equals(wanted)) {
            causes.add(Cause.invalid("metadata.name", Names.quote(name), "must be spec.names.plural+\".\"+spec.group"));
        }
        group();
        new Place(spec, "spec", causes).get("scope").oneOf("Cluster", "Namespaced");
        if (spec.path("preserveUnknownFields").asBoolean()) {
            causes.add(Cause.invalid("spec.preserveUnknownFields", "true", "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"));
        }
        versions(definition);
        names();
        conversion();
        if (PROTECTED.matcher(spec.path("group").asText()).matches() && !definition.path("metadata").path("annotations").has("api-approved.kubernetes.io")) {
            causes.add(Cause.required("metadata.annotations[api-approved.kubernetes.io]", "protected groups must have approval annotation \"api-approved.kubernetes.io\", "
                    + "see https://github.com/kubernetes/enhancements/pull/1111"));
        }
        if (definition.path("status").path("storedVersions").isEmpty()) {
            causes.add(Cause.invalid("status.storedVersions", "null", "must have at least one stored version"));
        } else {
            stored(definition, causes);
        }
    }

    private void group() {
        String group = spec.path("group").asText();
        if (group.isEmpty()) {
            causes.add(Cause.required("spec.group", ""));
        } else if (!Names.subdomain(group).isEmpty()) {
            Names.subdomain(group).forEach(fault -> causes.add(Cause.invalid("spec.group", Names.quote(group), fault)));
        } else if (!group.contains(".")) {
            causes.add(Cause.invalid("spec.group", Names.quote(group), "should be a domain with at least one dot"));
        }
    }

    private void versions(ObjectNode definition) {
        JsonNode versions = spec.path("versions");
        boolean one = versions.size() == 1;
        Set<String> seen = new HashSet<>();
        boolean unique = true;
        int stored = 0;
        for (int i = 0; i < versions.size(); i++) {
            JsonNode version = versions.get(i);
            String at = Json.index("spec.versions", i);
            String name = version.path("name").asText();
            label(name, at + ".name", "");
            unique &= seen.add(name);
            stored += version.path("storage").asBoolean() ? 1 : 0;
            if (version.has("deprecationWarning") && !version.path("deprecated").asBoolean()) {
                causes.add(Cause.invalid(at + ".deprecationWarning", version.path("deprecationWarning").toString(), "can only be set for deprecated versions"));
            }
            JsonNode schema = version.path("schema").path("openAPIV3Schema");
            if (!schema.isObject()) {
                causes.add(Cause.required(at + ".schema.openAPIV3Schema", ""));
            } else {
                causes.addAll(StructuralRules.faults(schema, one ? "spec.validation.openAPIV3Schema" : at + ".schema.openAPIV3Schema"));
            }
            String within = one ? "spec" : at;
            scale(version.path("subresources").path("scale"), within + ".subresources.scale");
            columns(version.path("additionalPrinterColumns"), within + ".additionalPrinterColumns");
            selectable(version.path("selectableFields"), schema, within + ".selectableFields");
        }
        if (!unique) {
            causes.add(Cause.invalid("spec.versions", shown(versions), "must contain unique version names"));
        }
        if (stored != 1) {
            causes.add(Cause.invalid("spec.versions", shown(versions), "must have exactly one version marked as storage version"));
        }
    }

    /** As upstream shows its own form of the versions. */
    private static String shown(JsonNode versions) {
        List<String> all = new ArrayList<>();
        versions.forEach(v -> all.add("{\"Name\":" + v.path("name") + ",\"Served\":" + v.path("served").asBoolean() + ",\"Storage\":" + v.path("storage").asBoolean()
                + ",\"Deprecated\":" + v.path("deprecated").asBoolean()
                + ",\"DeprecationWarning\":null,\"Schema\":null,\"Subresources\":null,\"AdditionalPrinterColumns\":null,\"SelectableFields\":null}"));
        return "[" + String.join(",", all) + "]";
    }

    private void label(String value, String field, String before) {
        if (value.isEmpty()) {
            causes.add(Cause.required(field, ""));
        } else if (!LABEL.matcher(value).matches()) {
            causes.add(Cause.invalid(field, Names.quote(value), before + LABEL_FAULT));
        }
    }

    private void names() {
        JsonNode names = spec.path("names");
        String mixed = "may have mixed case, but should otherwise match: ";
        label(names.path("plural").asText(), "spec.names.plural", "");
        label(names.path("singular").asText(), "spec.names.singular", "");
        mixed(names.path("kind").asText(), "spec.names.kind", mixed);
        mixed(names.path("listKind").asText(), "spec.names.listKind", mixed);
        for (int i = 0; i < names.path("shortNames").size(); i++) {
            label(names.path("shortNames").get(i).asText(), Json.index("spec.names.shortNames", i), "");
        }
        for (int i = 0; i < names.path("categories").size(); i++) {
            label(names.path("categories").get(i).asText(), Json.index("spec.names.categories", i), "");
        }
        if (!names.path("kind").asText().isEmpty() && names.path("kind").equals(names.path("listKind"))) {
            causes.add(Cause.invalid("spec.names.listKind", names.path("listKind").toString(), "kind and listKind may not be the same"));
        }
    }

    private void mixed(String value, String field, String before) {
        if (value.isEmpty()) {
            causes.add(Cause.required(field, ""));
        } else if (!LABEL.matcher(value.toLowerCase(java.util.Locale.ROOT)).matches()) {
            causes.add(Cause.invalid(field, Names.quote(value), before + LABEL_FAULT));
        }
    }

    private void scale(JsonNode scale, String path) {
        if (!scale.isObject()) {
            return;
        }
        for (String field : List.of("specReplicasPath", "statusReplicasPath")) {
            String value = scale.path(field).asText();
            String root = field.startsWith("spec") ? ".spec." : ".status.";
            if (value.isEmpty()) {
                causes.add(Cause.required(path + "." + field, ""));
            } else if (!SIMPLE_PATH.matcher(value).matches()) {
                causes.add(Cause.invalid(path + "." + field, Names.quote(value), "must be a simple json path starting with ."));
            } else if (!value.startsWith(root)) {
                causes.add(Cause.invalid(path + "." + field, Names.quote(value), "should be a json path under " + root.substring(0, root.length() - 1)));
            }
        }
    }

    private void columns(JsonNode columns, String path) {
        for (int i = 0; i < columns.size(); i++) {
            JsonNode column = columns.get(i);
            String at = Json.index(path, i);
            if (column.path("name").asText().isEmpty()) {
                causes.add(Cause.required(at + ".name", ""));
            }
            String type = column.path("type").asText();
            if (type.isEmpty()) {
                causes.add(Cause.required(at + ".type", "must be one of " + String.join(",", COLUMN_TYPES)));
            } else if (!COLUMN_TYPES.contains(type)) {
                causes.add(Cause.invalid(at + ".type", Names.quote(type), "must be one of " + String.join(",", COLUMN_TYPES)));
            }
            String where = column.path("jsonPath").asText();
            if (where.isEmpty()) {
                causes.add(Cause.required(at + ".JSONPath", ""));
            } else if (!where.startsWith(".")) {
                causes.add(Cause.invalid(at + ".JSONPath", Names.quote(where), "must be a simple json path starting with ."));
            }
        }
    }

    private void selectable(JsonNode fields, JsonNode schema, String path) {
        for (int i = 0; i < fields.size(); i++) {
            String where = fields.get(i).path("jsonPath").asText();
            String field = Json.index(path, i) + ".jsonPath";
            if (where.isEmpty()) {
                causes.add(Cause.required(field, ""));
                continue;
            }
            if (!where.startsWith(".")) {
                causes.add(Cause.invalid(field, Names.quote(where), "is an invalid path: expected [ or . but got: " + where.charAt(0)));
                continue;
            }
            JsonNode at = schema;
            for (String step : where.substring(1).split("\\.")) {
                at = at.path("properties").path(step);
            }
            if (at.isMissingNode()) {
                causes.add(Cause.invalid(field, Names.quote(where), "is an invalid path: does not refer to a valid field"));
            }
        }
    }

    private void conversion() {
        JsonNode conversion = spec.path("conversion");
        new Place(conversion, "spec.conversion", causes).get("strategy").oneOf("None", "Webhook");
        if (conversion.path("strategy").asText().equals("Webhook")) {
            if (!conversion.path("webhook").path("clientConfig").isObject()) {
                causes.add(Cause.required("spec.conversion.webhookClientConfig", "required when strategy is set to Webhook"));
            }
            if (conversion.path("webhook").path("conversionReviewVersions").isEmpty()) {
                causes.add(Cause.required("spec.conversion.conversionReviewVersions", ""));
            }
        }
    }

    static void validateUpdate(ObjectNode definition, ObjectNode old, List<Cause> causes) {
        JsonNode spec = definition.path("spec");
        JsonNode before = old.path("spec");
        causes.removeIf(c -> c.field().equals("metadata.name"));
        for (String field : List.of("group", "scope")) {
            fixed(spec.path(field), before.path(field), "spec." + field, causes);
        }
        for (String field : List.of("plural", "kind")) {
            fixed(spec.path("names").path(field), before.path("names").path(field), "spec.names." + field, causes);
        }
    }

    /** Versions in which objects may be stored. */
    private static void stored(ObjectNode definition, List<Cause> causes) {
        JsonNode stored = definition.path("status").path("storedVersions");
        List<String> left = new ArrayList<>();
        stored.forEach(v -> left.add(v.asText()));
        for (JsonNode version : definition.path("spec").path("versions")) {
            String name = version.path("name").asText();
            if (!left.remove(name) && version.path("storage").asBoolean()) {
                causes.add(Cause.invalid("status.storedVersions", stored.toString(), "must have the storage version " + name));
            }
        }
        for (String version : left) {
            int i = 0;
            while (!stored.get(i).asText().equals(version)) {
                i++;
            }
            causes.add(Cause.invalid(Json.index("status.storedVersions", i), Names.quote(version), "missing from spec.versions; " + version
                    + " was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in "
                    + version + " and removes " + version + " from status.storedVersions"));
        }
    }

    private static void fixed(JsonNode now, JsonNode before, String field, List<Cause> causes) {
        if (!now.equals(before)) {
            causes.add(Cause.invalid(field, now.toString(), "field is immutable"));
        }
    }
}
