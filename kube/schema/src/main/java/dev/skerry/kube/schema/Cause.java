package dev.skerry.kube.schema;

import java.util.List;

/**
 * One fault of an object, as it stands in {@code details.causes} of a {@code Status}. The message does not repeat the field.
 *
 * @param reason such as {@code FieldValueRequired}
 * @param message such as {@code Required value: name or generateName is required}
 * @param field such as {@code spec.containers[0].name}
 */
public record Cause(String reason, String message, String field) {

    /** The field and the message, as they stand in the message of a {@code Status}. */
    public String text() {
        return field.isEmpty() ? message : field + ": " + message;
    }

    /** One cause as it is, several as {@code [a, b]}, each text once. */
    public static String text(List<Cause> causes) {
        List<String> texts = causes.stream().map(Cause::text).distinct().toList();
        return texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]";
    }

    static Cause required(String field, String detail) {
        return new Cause("FieldValueRequired", detail.isEmpty() ? "Required value" : "Required value: " + detail, field);
    }

    static Cause invalid(String field, String shown, String detail) {
        return new Cause("FieldValueInvalid", "Invalid value: " + shown + (detail.isEmpty() ? "" : ": " + detail), field);
    }

    static Cause forbidden(String field, String detail) {
        return new Cause("FieldValueForbidden", "Forbidden" + (detail.isEmpty() ? "" : ": " + detail), field);
    }

    static Cause duplicate(String field, String shown) {
        return new Cause("FieldValueDuplicate", "Duplicate value: " + shown, field);
    }

    static Cause notSupported(String field, String shown, List<String> supported) {
        String list = String.join(", ", supported.stream().map(s -> '"' + s + '"').toList());
        return new Cause("FieldValueNotSupported", "Unsupported value: " + shown + (supported.isEmpty() ? "" : ": supported values: " + list), field);
    }
}
