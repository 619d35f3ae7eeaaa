package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.skerry.kube.schema.Cause;
import java.util.ArrayList;
import java.util.List;

/** What the query of a write may say: dryRun, fieldManager, fieldValidation, force. */
final class Options {

    private static final int MAX_MANAGER = 128;
    private static final List<String> VALIDATIONS = List.of("", "Ignore", "Strict", "Warn");

    private Options() {}

    static void ofWrite(Call call, String kind) throws Failure {
        refuse(kind, common(call));
    }

    static void ofPatch(Call call, boolean apply) throws Failure {
        var causes = new ArrayList<Cause>();
        if (!apply && !call.query("force").isEmpty()) {
            causes.add(new Cause("FieldValueForbidden", "Forbidden: may not be specified for non-apply patch", "force"));
        }
        if (apply && call.query("fieldManager").isEmpty()) {
            causes.add(new Cause("FieldValueRequired", "Required value: is required for apply patch", "fieldManager"));
        }
        causes.addAll(common(call));
        refuse("PatchOptions", causes);
    }

    private static List<Cause> common(Call call) {
        var causes = new ArrayList<Cause>();
        var manager = call.query("fieldManager");
        if (manager.length() > MAX_MANAGER) {
            causes.add(new Cause("FieldValueTooLong", "Too long: may not be more than " + MAX_MANAGER + " bytes", "fieldManager"));
        }
        for (int i = 0; i < manager.length(); i++) {
            var c = manager.charAt(i);
            if (Character.isISOControl(c)) {
                causes.add(new Cause("FieldValueInvalid", "Invalid value: " + new TextNode(manager) + ": invalid character U+%04X (at position %d)".formatted((int) c, i), "fieldManager"));
                break;
            }
        }
        var dryRun = call.request().query().contains("dryRun") ? call.request().query().all("dryRun") : List.<String>of();
        if (dryRun.stream().anyMatch(d -> !d.equals("All"))) {
            causes.add(dryRun(dryRun));
        }
        if (!VALIDATIONS.contains(call.query("fieldValidation"))) {
            causes.add(new Cause("FieldValueNotSupported", "Unsupported value: " + new TextNode(call.query("fieldValidation"))
                    + ": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"", "fieldValidation"));
        }
        return causes;
    }

    static Cause dryRun(List<String> given) {
        var shown = "[" + String.join(",", given.stream().map(d -> new TextNode(d).toString()).toList()) + "]";
        return new Cause("FieldValueNotSupported", "Unsupported value: " + shown + ": supported values: \"All\"", "dryRun");
    }

    static void refuse(String kind, List<Cause> causes) throws Failure {
        if (!causes.isEmpty()) {
            throw Failure.invalid("meta.k8s.io", kind, "", causes);
        }
    }
}
