package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Merges what a manager applies into an object, field by field. */
public final class ServerSideApply {
    private ServerSideApply() {}

    /**
     * The object after an apply, with its {@code managedFields}. Fields that this manager alone owned and now leaves out are removed.
     * An apply that changes nothing gives an object equal to {@code live}, times included.
     *
     * @param live the object before, or null if it is new; not changed
     * @param applied what the manager wants; not changed
     * @param force takes fields from other managers
     * @param subresource empty for the object itself
     * @throws ApplyConflictException without force, if others own fields that would change
     */
    public static ObjectNode apply(@Nullable ObjectNode live, ObjectNode applied, Schema schema, String manager, boolean force,
            String apiVersion, String subresource, Instant now) throws ApplyConflictException {
        throw new UnsupportedOperationException();
    }
}
