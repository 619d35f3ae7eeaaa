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
    private static final int MAX_SELECTABLE = 8;
    private static final int LONGEST_WARNING = 256;
    private static final List<String> COLUMN_FORMATS = List.of("byte", "date", "date-time", "double", "float", "int32", "int64", "password");
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
            } else if (version.path("deprecationWarning").isTextual()) {
                String warning = version.path("deprecationWarning").asText();
                if (warning.length() > LONGEST_WARNING) {
                    causes.add(Cause.invalid(at + ".deprecationWarning", Names.quote(warning), "must be <= 256 characters long"));
                } else if (warning.isEmpty()) {
                    causes.add(Cause.invalid(at + ".deprecationWarning", Names.quote(warning), "must not be an empty string"));
                }
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
        replicas(scale.path("specReplicasPath").asText(), path + ".specReplicasPath", ".spec");
        replicas(scale.path("statusReplicasPath").asText(), path + ".statusReplicasPath", ".status");
        String selector = scale.path("labelSelectorPath").asText();
        String field = path + ".labelSelectorPath";
        if (!selector.isEmpty() && !selector.startsWith(".")) {
            causes.add(Cause.invalid(field, Names.quote(selector), "must be a simple json path starting with ."));
        } else if (!selector.isEmpty() && !selector.startsWith(".spec.") && !selector.startsWith(".status.")) {
            causes.add(Cause.invalid(field, Names.quote(selector), "should be a json path under either .spec or .status"));
        }
    }

    private void replicas(String value, String field, String root) {
        if (value.isEmpty()) {
            causes.add(Cause.required(field, ""));
        } else if (!value.startsWith(".")) {
            causes.add(Cause.invalid(field, Names.quote(value), "must be a simple json path starting with ."));
        } else if (!value.startsWith(root + ".")) {
            causes.add(Cause.invalid(field, Names.quote(value), "should be a json path under " + root));
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
            String format = column.path("format").asText();
            if (!format.isEmpty() && !COLUMN_FORMATS.contains(format)) {
                causes.add(Cause.invalid(at + ".format", Names.quote(format), "must be one of " + String.join(",", COLUMN_FORMATS)));
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
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < fields.size(); i++) {
            String where = fields.get(i).path("jsonPath").asText();
            String field = Json.index(path, i) + ".jsonPath";
            if (where.isEmpty()) {
                causes.add(Cause.required(field, ""));
                continue;
            }
            JsonNode at = schema;
            String fault = where.startsWith(".") ? "" : where.startsWith("[") ? "array notation is not allowed" : "expected [ or . but got: " + where.split("[.\\[\\]]")[0];
            for (String step : fault.isEmpty() ? where.substring(1).split("\\.", -1) : new String[0]) {
                if (step.contains("[")) {
                    fault = "array notation is not allowed";
                    break;
                }
                at = at.has("properties") ? at.path("properties").path(step) : at.path("additionalProperties");
            }
            if (fault.isEmpty() && at.isMissingNode()) {
                fault = where.equals(".") ? "unexpected end of JSON path" : "does not refer to a valid field";
            }
            if (!fault.isEmpty()) {
                causes.add(Cause.invalid(field, Names.quote(where), "is an invalid path: " + fault));
                continue;
            }
            if (where.equals(".metadata") || where.startsWith(".metadata.")) {
                causes.add(Cause.invalid(field, Names.quote(where), "must not point to fields in metadata"));
            }
            if (!List.of("string", "boolean", "integer").contains(at.path("type").asText())) {
                causes.add(Cause.invalid(field, Names.quote(where), "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."));
            }
            if (!seen.add(where)) {
                causes.add(Cause.duplicate(field, Names.quote(where)));
            }
        }
        if (seen.size() > MAX_SELECTABLE) {
            causes.add(new Cause("FieldValueTooMany", "Too many: " + seen.size() + ": must have at most " + MAX_SELECTABLE + " items", path));
        }
    }

    private void conversion() {
        JsonNode conversion = spec.path("conversion");
        new Place(conversion, "spec.conversion", causes).get("strategy").oneOf("None", "Webhook");
        JsonNode config = conversion.path("webhook").path("clientConfig");
        String field = "spec.conversion.webhookClientConfig";
        JsonNode versions = conversion.path("webhook").path("conversionReviewVersions");
        if (!conversion.path("strategy").asText().equals("Webhook")) {
            if (config.isObject()) {
                causes.add(Cause.forbidden(field, "should not be set when strategy is not set to Webhook"));
            }
            if (!versions.isEmpty()) {
                causes.add(Cause.forbidden("spec.conversion.conversionReviewVersions", "should not be set when strategy is not set to Webhook"));
            }
            return;
        }
        if (!config.isObject()) {
            causes.add(Cause.required(field, "required when strategy is set to Webhook"));
        } else if (config.path("url").isTextual() == config.path("service").isObject()) {
            causes.add(Cause.required(field, "exactly one of url or service is required"));
        } else if (config.path("url").isTextual()) {
            url(config.path("url").asText(), field + ".url");
        } else {
            service(config.path("service"), field + ".service");
        }
        reviews(versions, "spec.conversion.conversionReviewVersions");
    }

    private void url(String url, String field) {
        String form = "; desired format: https://host[/path]";
        if (url.isEmpty()) {
            causes.add(Cause.required(field, "url must be specified" + form));
        } else if (!url.startsWith("https://")) {
            String scheme = url.contains("://") ? url.substring(0, url.indexOf("://")) : "";
            causes.add(Cause.invalid(field, Names.quote(scheme), "'https' is the only allowed URL scheme" + form));
        } else if (url.substring("https://".length()).startsWith("/") || url.equals("https://")) {
            causes.add(Cause.invalid(field, "\"\"", "host must be specified" + form));
        }
    }

    private void service(JsonNode service, String field) {
        for (String name : List.of("name", "namespace")) {
            if (service.path(name).asText().isEmpty()) {
                causes.add(Cause.required(field + "." + name, "service " + name + " is required"));
            }
        }
        long port = service.path("port").asLong(443);
        if (port < 1 || port > 65535) {
            causes.add(Cause.invalid(field + ".port", Long.toString(port), "port is not valid: must be between 1 and 65535, inclusive"));
        }
        String path = service.path("path").asText();
        if (!path.isEmpty() && !path.startsWith("/")) {
            causes.add(Cause.invalid(field + ".path", Names.quote(path), "must start with a '/'"));
        }
    }

    private void reviews(JsonNode versions, String field) {
        if (versions.isEmpty()) {
            causes.add(Cause.required(field, ""));
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < versions.size(); i++) {
            String version = versions.get(i).asText();
            if (!seen.add(version)) {
                causes.add(Cause.invalid(Json.index(field, i), Names.quote(version), "duplicate version"));
            } else if (!LABEL.matcher(version).matches()) {
                causes.add(Cause.invalid(Json.index(field, i), Names.quote(version), LABEL_FAULT));
            }
        }
        if (!seen.contains("v1") && !seen.contains("v1beta1")) {
            causes.add(Cause.invalid(field, versions.toString(), "must include at least one of v1, v1beta1"));
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
