package dev.skerry.kube.schema;

import java.util.List;

/** An apply without force that would change fields of other managers. */
public final class ApplyConflictException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<Conflict> conflicts;

    ApplyConflictException(List<Conflict> conflicts) {
        super(message(conflicts));
        this.conflicts = List.copyOf(conflicts);
    }

    private static String message(List<Conflict> conflicts) {
        if (conflicts.size() == 1) {
            return "Apply failed with 1 conflict: conflict with " + conflicts.getFirst().owner() + ": " + conflicts.getFirst().field();
        }
        StringBuilder text = new StringBuilder("Apply failed with " + conflicts.size() + " conflicts: ");
        String last = "";
        for (Conflict one : conflicts) {
            if (!one.owner().equals(last)) {
                text.append(last.isEmpty() ? "" : "\n").append("conflicts with ").append(one.owner()).append(':');
                last = one.owner();
            }
            text.append("\n- ").append(one.field());
        }
        return text.toString();
    }

    /** In the order of managers, then of fields. */
    public List<Conflict> conflicts() {
        return conflicts;
    }
}
