package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Rules for names, labels and annotations. */
public final class Names {
    private Names() {}

    /** Faults of {@code metadata}, in upstream's order and words. */
    public static List<Cause> validateMetadata(ObjectNode object, Gvk kind, boolean namespaced) {
        throw new UnsupportedOperationException();
    }
}
