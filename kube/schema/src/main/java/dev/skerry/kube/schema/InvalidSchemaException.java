package dev.skerry.kube.schema;

import java.util.List;

/** A schema of a custom resource that is not structural; names every fault at once. */
public final class InvalidSchemaException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<Cause> causes;

    InvalidSchemaException(List<Cause> causes) {
        super(Cause.text(causes));
        this.causes = List.copyOf(causes);
    }

    /** The faults; fields begin at the schema itself, such as {@code properties[spec].type}. */
    public List<Cause> causes() {
        return causes;
    }
}
