package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What the schemas of built-in kinds cannot say. */
public final class BuiltInValidation {
    private BuiltInValidation() {}

    /** Faults of the object (already with defaults) below {@code metadata}; none for kinds that are not built in. */
    public static List<Cause> validate(Gvk kind, ObjectNode object) {
        throw new UnsupportedOperationException();
    }

    /** Faults of the change from one object to the other, such as fields that may not change. */
    public static List<Cause> validateUpdate(Gvk kind, ObjectNode object, ObjectNode old) {
        throw new UnsupportedOperationException();
    }
}
