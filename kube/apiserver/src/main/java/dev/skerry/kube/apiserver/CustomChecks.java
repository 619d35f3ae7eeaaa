package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.cel.RuleChecks;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.schema.Ratcheting;
import dev.skerry.kube.schema.Validation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a custom object must be: as its schema and the rules in it say. And what those rules themselves must be. */
final class CustomChecks {
    private static final Cause UNCHECKED = new Cause("FieldValueInvalid",
            "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation", "<nil>");

    private CustomChecks() {}

    /** Faults of an object; values that an update has not changed may stay wrong. */
    static List<Cause> causes(Call call, ObjectNode object, @Nullable ObjectNode old) {
        var type = call.type();
        List<Cause> causes = new ArrayList<>(Validation.validate(object, type.schema()));
        if (old != null) {
            causes = new ArrayList<>(Ratcheting.left(causes, object, old, type.schema()));
        }
        if (call.target().subresource().equals("status")) {
            causes = ofStatus(causes);
        }
        scale(type, object, causes);
        var defined = type.defined();
        if (defined == null || !defined.hasRules()) {
            return causes;
        }
        if (causes.stream().anyMatch(RuleChecks::blocks)) {
            causes.add(UNCHECKED);
            return causes;
        }
        causes.addAll(defined.rules(object, old, call.warnings()));
        return causes;
    }

    /** The status is looked at alone, and its faults are told from there. */
    private static List<Cause> ofStatus(List<Cause> causes) {
        return new ArrayList<>(causes.stream()
                .filter(c -> c.field().equals("status") || c.field().startsWith("status.") || c.field().equals("<nil>"))
                .map(c -> new Cause(c.reason(), c.message().replace("status.", "").replaceFirst("(: )status( in body)", "$1$2"), c.field()))
                .toList());
    }

    /** Numbers that the scale subresource shows cannot be negative. */
    private static void scale(ResourceType type, ObjectNode object, List<Cause> causes) {
        for (var sub : type.subresources()) {
            if (sub.path("name").asText().equals("scale")) {
                for (var path : List.of("specReplicasPath", "statusReplicasPath")) {
                    var where = sub.path("paths").path(path).asText("");
                    JsonNode value = where.isEmpty() ? object.path("") : CellRules.find(object, where.substring(1));
                    if (value.isIntegralNumber() && value.asLong() < 0) {
                        causes.add(new Cause("FieldValueInvalid", "Invalid value: " + value + ": should be a non-negative integer", where));
                    } else if (value.isIntegralNumber() && value.asLong() > Integer.MAX_VALUE) {
                        causes.add(new Cause("FieldValueInvalid", "Invalid value: " + value + ": should be less than or equal to 2147483647", where));
                    }
                }
            }
        }
    }

    /** Faults of the rules that a definition brings; those of an unchanged schema, or of one with other faults, are let be. */
    static List<Cause> ofDefinition(ResourceType type, ObjectNode definition, @Nullable ObjectNode old, List<Cause> others) {
        if (!type.kind().equals("CustomResourceDefinition") || !type.group().equals("apiextensions.k8s.io")) {
            return List.of();
        }
        var causes = new ArrayList<Cause>();
        var versions = definition.path("spec").path("versions");
        for (int i = 0; i < versions.size(); i++) {
            var schema = versions.get(i).path("schema").path("openAPIV3Schema");
            var path = versions.size() == 1 ? "spec.validation.openAPIV3Schema" : "spec.versions[" + i + "].schema.openAPIV3Schema";
            if (others.stream().noneMatch(c -> c.field().startsWith(path)) && (old == null || !schema.equals(before(old, versions.get(i).path("name"))))) {
                causes.addAll(RuleChecks.faults(schema, path));
            }
        }
        return causes;
    }

    private static JsonNode before(ObjectNode old, JsonNode name) {
        for (var version : old.path("spec").path("versions")) {
            if (version.path("name").equals(name)) {
                return version.path("schema").path("openAPIV3Schema");
            }
        }
        return old.path("");
    }
}
