package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Fills in what an object leaves out. */
public final class Defaults {
    private Defaults() {}

    /** Applies the defaults of the schema and, for built-in kinds, those that upstream sets in code. Twice is the same as once. */
    public static void apply(ObjectNode object, Schema schema) {
        throw new UnsupportedOperationException();
    }
}
