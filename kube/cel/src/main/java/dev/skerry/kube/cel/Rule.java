package dev.skerry.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Cause;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One of {@code x-kubernetes-validations}, compiled.
 *
 * @param program null if it did not compile
 * @param fault why the rule did not compile, or empty
 * @param messageFault why its messageExpression did not compile, or empty
 */
record Rule(JsonNode written, @Nullable CelProgram program, @Nullable CelProgram message, String fault, String messageFault, Optional<String> path) {

    static Rule compile(JsonNode written, JsonNode schema, boolean root, CelEnvironment plain, CelEnvironment optional) {
        CelEnvironment environment = written.path("optionalOldSelf").asBoolean() ? optional : plain;
        String fault = "";
        String messageFault = "";
        CelProgram program = null;
        CelProgram message = null;
        try {
            program = environment.compile(written.path("rule").asText());
            if (!program.resultType().is(ValueType.BOOL)) {
                fault = "cel expression must evaluate to a bool";
            }
        } catch (CelCompileException e) {
            fault = "compilation failed: " + e.text();
        }
        if (fault.isEmpty() && !written.path("messageExpression").asText().isEmpty()) {
            try {
                message = environment.compile(written.path("messageExpression").asText());
                if (!message.resultType().is(ValueType.STRING)) {
                    messageFault = "messageExpression must evaluate to a string";
                }
            } catch (CelCompileException e) {
                messageFault = "messageExpression compilation failed: " + e.text();
            }
        }
        String path = written.path("fieldPath").asText();
        return new Rule(written, fault.isEmpty() ? program : null, messageFault.isEmpty() ? message : null, fault, messageFault,
                path.isEmpty() ? Optional.empty() : FieldPath.normalized(path, schema));
    }

    boolean usesOld() {
        return program != null && program.uses("oldSelf");
    }

    /** How upstream names the rule in an error. */
    String name() {
        String message = written.path("message").asText();
        return (message.isEmpty() ? written.path("rule").asText() : message).strip();
    }

    String messageOrDefault() {
        String message = written.path("message").asText();
        return message.isEmpty() ? "failed rule: " + name() : message.strip();
    }

    /** What the object gets to hear. */
    Cause refusal(String field, Optional<JsonNode> value, String detail) {
        String shown = value.map(v -> "Invalid value: " + v + ": " + detail).orElse("Invalid value: " + detail);
        return switch (written.path("reason").asText("FieldValueInvalid")) {
            case "FieldValueForbidden" -> new Cause("FieldValueForbidden", "Forbidden: " + detail, field);
            case "FieldValueRequired" -> new Cause("FieldValueRequired", "Required value: " + detail, field);
            case "FieldValueDuplicate" -> new Cause("FieldValueDuplicate", "Duplicate value" + value.map(v -> ": " + v).orElse(""), field);
            default -> new Cause("FieldValueInvalid", shown, field);
        };
    }

    /** As upstream shows the rule itself. */
    String shown() {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.put("Rule", written.path("rule").asText()).put("Message", written.path("message").asText()).put("MessageExpression", written.path("messageExpression").asText());
        all.set("Reason", written.path("reason").isTextual() ? written.path("reason") : JsonNodeFactory.instance.nullNode());
        all.put("FieldPath", written.path("fieldPath").asText());
        all.set("OptionalOldSelf", written.path("optionalOldSelf").isBoolean() ? written.path("optionalOldSelf") : JsonNodeFactory.instance.nullNode());
        return all.toString().replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e");
    }
}
