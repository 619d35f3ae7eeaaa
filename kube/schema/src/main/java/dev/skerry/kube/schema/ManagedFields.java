package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps {@code metadata.managedFields}: who set what. */
public final class ManagedFields {
    private ManagedFields() {}

    /**
     * Records what a manager changed by a write that is not an apply, and takes those fields from the others. Changes only
     * {@code updated.metadata.managedFields}; a write that changes nothing keeps the entries and times of {@code live}. The
     * {@code status} of a built-in kind is recorded on its subresource only. {@code managedFields: [{}]} forgets all owners.
     *
     * @param live the object before, or null if it is new
     * @param updated the object after defaulting, on creation before admission and allocation; entries that it brings count if there are any
     * @param operation {@code Update}
     * @param subresource empty for the object itself
     */
    public static void update(@Nullable ObjectNode live, ObjectNode updated, Schema schema, String manager, String apiVersion,
            String operation, String subresource, Instant now) {
        JsonNode brought = updated.path("metadata").path("managedFields");
        boolean forgets = subresource.isEmpty() && brought.size() == 1 && brought.get(0).isEmpty();
        if (live != null && (forgets || untracked(live) && (brought.isEmpty() || !subresource.isEmpty()))) {
            updated.withObjectProperty("metadata").remove("managedFields");
            return;
        }
        Owners owners = Owners.read(brought.isEmpty() || !subresource.isEmpty() ? live : updated);
        ObjectNode before = Zero.fill(live == null ? blank(updated) : live, schema);
        ObjectNode after = Zero.fill(updated, schema);
        if (subresource.isEmpty() && schema.builtIn() && schema.property("status") != null) {
            before.remove("status");
            after.remove("status");
        }
        Comparison change = Comparison.of(before, after, schema);
        Owners.Owner self = new Owners.Owner(manager, operation, apiVersion, subresource);
        Owners.Owner nobody = new Owners.Owner("", "", "", "");
        Map<Owners.Owner, FieldSet> touched = owners.touchedBy(change, nobody);
        owners.yield(change, touched);
        owners.fields.put(nobody, change.added.union(change.modified));
        FieldSet gained = owners.own(nobody);
        owners.fields.remove(nobody);
        if (!gained.isEmpty()) {
            owners.fields.merge(self, gained, FieldSet::union);
            owners.times.put(self, time(now));
        }
        owners.cap();
        owners.write(updated);
    }

    /** Whether nobody is known to own anything of an object; then only an apply starts to tell owners apart. */
    private static boolean untracked(ObjectNode object) {
        return object.path("metadata").path("managedFields").isEmpty();
    }

    /** The object with all that it holds owned by whoever wrote before the first apply. */
    static ObjectNode beforeFirstApply(ObjectNode live, Schema schema, Instant now) {
        if (!untracked(live)) {
            return live;
        }
        ObjectNode tracked = live.deepCopy();
        update(null, tracked, schema, "before-first-apply", live.path("apiVersion").asText(), "Update", "", now);
        return tracked;
    }

    /** Spells an empty list, which a client sends to forget all owners, as the one empty entry that means the same. */
    public static void noteReset(ObjectNode sent) {
        if (sent.path("metadata").path("managedFields") instanceof com.fasterxml.jackson.databind.node.ArrayNode entries && entries.isEmpty()) {
            entries.addObject();
        }
    }

    static ObjectNode blank(ObjectNode like) {
        ObjectNode blank = Json.MAKE.objectNode();
        blank.set("apiVersion", like.path("apiVersion"));
        blank.set("kind", like.path("kind"));
        blank.putObject("metadata");
        return blank;
    }

    static String time(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
