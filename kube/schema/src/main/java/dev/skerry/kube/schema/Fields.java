package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Drops what a schema does not know. */
public final class Fields {
    private Fields() {}

    /** Removes unknown members and returns their paths, such as {@code spec.containers[0].foo}, in the order of the object. */
    public static List<String> prune(ObjectNode object, Schema schema) {
        throw new UnsupportedOperationException();
    }
}
