package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Merges what a manager applies into an object, field by field. */
public final class ServerSideApply {
    private ServerSideApply() {}

    /**
     * The object after an apply, with its {@code managedFields}. Fields that this manager alone owned and now leaves out are removed.
     * An apply that changes nothing gives an object equal to {@code live}, times included. Defaults are not applied here, since nobody
     * owns them after an apply. On the object itself a {@code status} of a built-in kind is not taken over, and on {@code status}
     * nothing else is.
     *
     * @param live the object before, or null if it is new; not changed
     * @param applied what the manager wants; not changed
     * @param force takes fields from other managers
     * @param subresource empty for the object itself
     * @throws ApplyConflictException without force, if others own fields that would change
     */
    public static ObjectNode apply(@Nullable ObjectNode live, ObjectNode applied, Schema schema, String manager, boolean force,
            String apiVersion, String subresource, Instant now) throws ApplyConflictException {
        ObjectNode wanted = wanted(applied, schema, subresource);
        ObjectNode before = live == null ? ManagedFields.blank(applied) : live.deepCopy();
        before.withObjectProperty("metadata").remove("managedFields");
        Owners owners = Owners.read(live == null ? null : ManagedFields.beforeFirstApply(live, schema, now));
        Owners.Owner self = new Owners.Owner(manager, "Apply", apiVersion, subresource);
        FieldSet last = owners.adopt(self);

        JsonNode merged = Structure.merge(before, wanted, schema);
        owners.fields.put(self, Structure.fields(wanted, schema));
        JsonNode pruned = last == null ? merged : prune(merged, schema, last, owners);
        ObjectNode result = pruned.deepCopy();

        Comparison change = Comparison.of(Zero.fill(before, schema), Zero.fill(result, schema), schema);
        Map<Owners.Owner, FieldSet> conflicts = owners.touchedBy(change, self);
        if (!force && !conflicts.isEmpty()) {
            Map<Owners.Owner, FieldSet> disputed = manager.equals(LastApplied.CLIENT) && live != null
                    ? LastApplied.disputed(conflicts, live, schema, apiVersion) : conflicts;
            if (!disputed.isEmpty()) {
                throw new ApplyConflictException(list(disputed));
            }
        }
        owners.yield(change, conflicts);
        if (live == null || !change.same() || !untouched(before, applied, wanted, schema)) {
            owners.times.put(self, ManagedFields.time(now));
        }
        owners.write(result);
        if (manager.equals(LastApplied.CLIENT) && subresource.isEmpty()) {
            LastApplied.follow(result, applied);
        }
        return result;
    }

    /** How upstream words the first member of an applied object that its schema does not take, or that stands twice. */
    public static java.util.Optional<String> typeFault(ObjectNode applied, Schema schema) {
        return java.util.Optional.ofNullable(TypedValue.fault(applied, schema, ""));
    }

    private static ObjectNode wanted(ObjectNode applied, Schema schema, String subresource) {
        ObjectNode wanted = applied.deepCopy();
        if (wanted.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove(List.of("managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink"));
        }
        if (subresource.isEmpty() && schema.builtIn()) {
            wanted.remove("status");
        } else if (subresource.equals("status")) {
            wanted.retain("apiVersion", "kind", "metadata", "status");
            if (wanted.get("metadata") instanceof ObjectNode metadata) {
                metadata.retain("name", "namespace");
            }
        }
        return wanted;
    }

    /** Removes what the manager owned before and no longer wants, unless somebody else owns it. */
    private static JsonNode prune(JsonNode merged, Schema schema, FieldSet last, Owners owners) {
        if (last.isEmpty()) {
            return merged;
        }
        FieldSet lastNamed = last.withNamedFields(schema);
        JsonNode pruned = orEmpty(Structure.without(merged, schema, lastNamed));
        FieldSet mergedFields = Structure.fields(merged, schema).withNamedFields(schema);
        FieldSet owned = new FieldSet();
        for (FieldSet set : owners.fields.values()) {
            owned = owned.union(set);
        }
        FieldSet gone = mergedFields.difference(named(pruned, schema)).difference(owned.withNamedFields(schema));
        pruned = orEmpty(Structure.without(merged, schema, gone));
        FieldSet stale = mergedFields.difference(named(pruned, schema)).intersection(lastNamed);
        return orEmpty(Structure.without(merged, schema, stale));
    }

    private static FieldSet named(JsonNode value, Schema schema) {
        return Structure.fields(value, schema).withNamedFields(schema);
    }

    private static JsonNode orEmpty(@Nullable JsonNode value) {
        return value == null ? Json.MAKE.objectNode() : value;
    }

    /** Whether what was applied is there already, with the parts that this path does not take over. */
    private static boolean untouched(ObjectNode before, ObjectNode applied, ObjectNode wanted, Schema schema) {
        if (wanted.size() == applied.size()) {
            return true;
        }
        JsonNode whole = Structure.merge(before, applied, schema);
        return !(whole instanceof ObjectNode all) || Comparison.of(Zero.fill(before, schema), Zero.fill(all, schema), schema).same();
    }

    private static List<Conflict> list(Map<Owners.Owner, FieldSet> conflicts) {
        List<Conflict> all = new ArrayList<>();
        conflicts.forEach((owner, fields) -> fields.paths().forEach(path -> all.add(new Conflict(owner.manager(), owner.operation(),
                owner.apiVersion(), owner.subresource(), path))));
        all.sort(java.util.Comparator.comparing(Conflict::manager).thenComparing(Conflict::operation).thenComparing(Conflict::apiVersion)
                .thenComparing(Conflict::subresource));
        return all;
    }
}
