package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether an access review asks one whole question. */
final class ReviewChecks {

    private static final String GROUP = "authorization.k8s.io";
    private static final String RESOURCE = "spec.resourceAttributes";
    private static final String PATH = "spec.nonResourceAttributes";
    private static final Set<String> OPERATORS = Set.of("In", "NotIn", "Exists", "DoesNotExist");

    private ReviewChecks() {}

    static void check(String kind, ObjectNode review) throws Failure {
        var spec = review.path("spec");
        var resource = spec.path("resourceAttributes");
        var path = spec.path("nonResourceAttributes");
        var causes = new ArrayList<Cause>();
        if (resource.isObject() && path.isObject()) {
            causes.add(invalid(PATH, shown(path), "cannot be specified in combination with resourceAttributes"));
        }
        if (!resource.isObject() && !path.isObject()) {
            causes.add(invalid(RESOURCE, "null", "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }
        var self = kind.equals("SelfSubjectAccessReview");
        if (!self && spec.path("user").asText("").isEmpty() && spec.path("groups").isEmpty()) {
            causes.add(invalid("spec.user", "\"\"", "at least one of user or group must be specified"));
        }
        for (var selector : List.of("fieldSelector", "labelSelector")) {
            if (resource.path(selector).isObject()) {
                selector(resource.path(selector), RESOURCE + "." + selector, selector.equals("labelSelector"), causes);
            }
        }
        var local = kind.equals("LocalSubjectAccessReview");
        var metadata = Resources.metadata(review).deepCopy();
        var namespace = metadata.path("namespace").asText("");
        metadata.remove(local ? List.of("managedFields", "namespace") : List.of("managedFields"));
        if (!metadata.isEmpty()) {
            causes.add(invalid("metadata", Resources.metadata(review).toString(), local ? "must be empty except for namespace" : "must be empty"));
        }
        if (local && resource.isObject() && !resource.path("namespace").asText("").equals(namespace)) {
            causes.add(invalid(RESOURCE + ".namespace", GoText.quoted(resource.path("namespace").asText("")), "must match metadata.namespace"));
        }
        if (local && path.isObject()) {
            causes.add(invalid(PATH, shown(path), "disallowed on this kind of request"));
        }
        if (!causes.isEmpty()) {
            throw Failure.invalid(GROUP, "", "", causes);
        }
    }

    private static Cause invalid(String field, String value, String why) {
        return new Cause("FieldValueInvalid", "Invalid value: " + value + ": " + why, field);
    }

    private static Cause required(String field, String why) {
        return new Cause("FieldValueRequired", "Required value: " + why, field);
    }

    private static String shown(JsonNode path) {
        return "{\"Path\":" + GoText.quoted(path.path("path").asText("")) + ",\"Verb\":" + GoText.quoted(path.path("verb").asText("")) + "}";
    }

    private static void selector(JsonNode selector, String field, boolean labels, List<Cause> causes) {
        var raw = selector.path("rawSelector").asText("");
        var requirements = selector.path("requirements");
        if (!raw.isEmpty() && !requirements.isEmpty()) {
            causes.add(invalid(field + ".rawSelector", GoText.quoted(raw), "may not specified at the same time as requirements"));
        }
        if (raw.isEmpty() && requirements.isEmpty()) {
            causes.add(required(field + ".requirements", "when " + field + " is specified, requirements or rawSelector is required"));
        }
        for (int i = 0; i < requirements.size(); i++) {
            requirement(requirements.get(i), field + ".requirements[" + i + "]", labels, causes);
        }
    }

    private static void requirement(JsonNode requirement, String field, boolean labels, List<Cause> causes) {
        var key = requirement.path("key").asText("");
        if (!labels && key.isEmpty()) {
            causes.add(required(field + ".key", "must be specified"));
        }
        var empty = requirement.path("values").isEmpty();
        switch (requirement.path("operator").asText("")) {
            case "In", "NotIn" -> {
                if (empty) {
                    causes.add(required(field + ".values", "must be specified when `operator` is 'In' or 'NotIn'"));
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!empty) {
                    causes.add(new Cause("FieldValueForbidden", "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'", field + ".values"));
                }
            }
            default -> {
                // Operators of newer clients are let through.
            }
        }
        if (labels && key.isEmpty()) {
            causes.add(invalid(field + ".key", "\"\"", "name part must be non-empty"));
            causes.add(invalid(field + ".key", "\"\"", "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
                    + " (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"));
        }
    }

    /** What of the selectors could not be read, which makes the answer one for a broader question. */
    static String unread(JsonNode resource) {
        var texts = new ArrayList<String>();
        for (var name : List.of("fieldSelector", "labelSelector")) {
            var fields = name.equals("fieldSelector");
            var read = 0;
            var unread = 0;
            for (var requirement : resource.path(name).path("requirements")) {
                var operator = requirement.path("operator").asText();
                var good = OPERATORS.contains(operator) && (!fields || requirement.path("values").size() == 1);
                read += good ? 1 : 0;
                unread += good ? 0 : 1;
            }
            if (unread > 0) {
                texts.add(RESOURCE + "." + name + (read > 0 ? " partially" : "") + " ignored due to parse error");
            }
        }
        return String.join("; ", texts);
    }
}
