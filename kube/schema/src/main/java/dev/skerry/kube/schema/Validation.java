package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Holds an object against its schema. */
public final class Validation {
    private Validation() {}

    /** Faults of a custom resource: types, required members, enums, bounds, patterns, formats, duplicates in keyed lists. */
    public static List<Cause> validate(ObjectNode object, Schema schema) {
        throw new UnsupportedOperationException();
    }

    /** Members of a built-in kind that hold the wrong JSON type and so cannot be decoded. */
    public static List<Cause> typeErrors(ObjectNode object, Schema schema) {
        throw new UnsupportedOperationException();
    }
}
