package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Keeps {@code metadata.managedFields}: who set what. */
public final class ManagedFields {
    private ManagedFields() {}

    /**
     * Records what a manager changed by a write that is not an apply, and takes those fields from the others. Changes only
     * {@code updated.metadata.managedFields}; a write that changes nothing keeps the entries and times of {@code live}.
     *
     * @param live the object before, or null if it is new
     * @param operation {@code Update}
     * @param subresource empty for the object itself
     */
    public static void update(@Nullable ObjectNode live, ObjectNode updated, Schema schema, String manager, String apiVersion,
            String operation, String subresource, Instant now) {
        throw new UnsupportedOperationException();
    }
}
