package dev.skerry.kube.schema;

import java.util.List;

/** An apply without force that would change fields of other managers. */
public final class ApplyConflictException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<Conflict> conflicts;

    ApplyConflictException(List<Conflict> conflicts) {
        super("Apply failed with " + conflicts.size() + (conflicts.size() == 1 ? " conflict" : " conflicts"));
        this.conflicts = List.copyOf(conflicts);
    }

    /** In the order of managers, then of fields. */
    public List<Conflict> conflicts() {
        return conflicts;
    }
}
