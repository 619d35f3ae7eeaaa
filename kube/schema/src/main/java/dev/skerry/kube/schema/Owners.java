package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The entries of {@code metadata.managedFields}, taken apart. */
final class Owners {
    /** Members that belong to nobody. */
    private static final FieldSet OWNERLESS = ownerless();

    private static final int MAX_UPDATERS = 10;

    /** Who wrote how. Two writes of the same owner share one entry. */
    record Owner(String manager, String operation, String apiVersion, String subresource) {
        boolean applies() {
            return operation.equals("Apply");
        }
    }

    final Map<Owner, FieldSet> fields = new LinkedHashMap<>();
    final Map<Owner, String> times = new LinkedHashMap<>();

    static Owners read(@Nullable JsonNode object) {
        Owners owners = new Owners();
        if (object == null) {
            return owners;
        }
        for (JsonNode entry : object.path("metadata").path("managedFields")) {
            Owner owner = new Owner(entry.path("manager").asText(), entry.path("operation").asText(), entry.path("apiVersion").asText(),
                    entry.path("subresource").asText());
            FieldSet set = FieldSet.parse(entry.path("fieldsV1"));
            owners.fields.merge(owner, set, FieldSet::union);
            if (entry.hasNonNull("time")) {
                owners.times.put(owner, entry.path("time").asText());
            }
        }
        return owners;
    }

    /** Writes the entries into an object, without those that own nothing. */
    void write(ObjectNode object) {
        List<Owner> order = new ArrayList<>(fields.keySet());
        order.sort(Comparator.comparing(Owner::operation).thenComparing(o -> times.getOrDefault(o, "")).thenComparing(Owner::manager)
                .thenComparing(Owner::apiVersion).thenComparing(Owner::subresource));
        ArrayNode entries = Json.MAKE.arrayNode();
        for (Owner owner : order) {
            FieldSet set = own(owner).recursiveDifference(new FieldSet());
            if (set.isEmpty()) {
                continue;
            }
            ObjectNode entry = entries.addObject();
            entry.put("manager", owner.manager()).put("operation", owner.operation()).put("apiVersion", owner.apiVersion());
            String time = times.get(owner);
            if (time != null) {
                entry.put("time", time);
            }
            entry.put("fieldsType", "FieldsV1").set("fieldsV1", set.toJson());
            if (!owner.subresource().isEmpty()) {
                entry.put("subresource", owner.subresource());
            }
        }
        ObjectNode metadata = object.withObjectProperty("metadata");
        if (entries.isEmpty()) {
            metadata.remove("managedFields");
        } else {
            metadata.set("managedFields", entries);
        }
    }

    /** What an applier owned so far; an applier stays the same when it turns to another version of the kind. */
    @Nullable FieldSet adopt(Owner applier) {
        for (Owner owner : List.copyOf(fields.keySet())) {
            boolean same = owner.applies() && owner.manager().equals(applier.manager()) && owner.subresource().equals(applier.subresource());
            FieldSet set = fields.get(owner);
            if (same && set != null) {
                fields.remove(owner);
                String time = times.remove(owner);
                if (time != null) {
                    times.put(applier, time);
                }
                fields.put(applier, set);
                return set;
            }
        }
        return null;
    }

    /** Merges the oldest writers into one entry for each version where more than ten wrote without applying. */
    void cap() {
        List<Owner> updaters = new ArrayList<>(fields.keySet().stream().filter(o -> !o.applies()).toList());
        int left = updaters.size();
        if (left <= MAX_UPDATERS) {
            return;
        }
        updaters.sort(Comparator.comparing((Owner o) -> times.getOrDefault(o, "")).thenComparing(Owner::manager).thenComparing(Owner::apiVersion)
                .thenComparing(Owner::subresource));
        Map<String, Owner> firsts = new LinkedHashMap<>();
        for (int i = 0; i < updaters.size() && left > MAX_UPDATERS; i++) {
            Owner one = updaters.get(i);
            Owner first = firsts.putIfAbsent(one.apiVersion(), one);
            if (first == null) {
                continue;
            }
            Owner bucket = new Owner("ancient-changes", "Update", one.apiVersion(), "");
            if (!fields.containsKey(bucket)) {
                move(first, bucket);
            }
            String time = times.get(one);
            move(one, bucket);
            if (time != null) {
                times.put(bucket, time);
            }
            left--;
        }
    }

    private void move(Owner from, Owner to) {
        FieldSet set = fields.remove(from);
        if (set != null) {
            fields.merge(to, set, FieldSet::union);
        }
        String time = times.remove(from);
        if (time != null) {
            times.putIfAbsent(to, time);
        }
    }

    FieldSet own(Owner owner) {
        FieldSet set = fields.get(owner);
        return set == null ? new FieldSet() : set.difference(OWNERLESS);
    }

    /** Fields that others own and that a change would touch. */
    Map<Owner, FieldSet> touchedBy(Comparison change, Owner self) {
        FieldSet touched = change.added.union(change.modified);
        Map<Owner, FieldSet> conflicts = new LinkedHashMap<>();
        fields.forEach((owner, set) -> {
            FieldSet both = set.intersection(touched);
            if (!owner.equals(self) && !both.isEmpty()) {
                conflicts.put(owner, both);
            }
        });
        return conflicts;
    }

    /** Takes what a change touched from the others, and what it removed from everybody. */
    void yield(Comparison change, Map<Owner, FieldSet> conflicts) {
        fields.replaceAll((owner, set) -> {
            FieldSet lost = conflicts.get(owner);
            FieldSet left = lost == null ? set : set.difference(lost);
            return left.difference(change.removed);
        });
        fields.values().removeIf(FieldSet::isEmpty);
    }

    private static FieldSet ownerless() {
        FieldSet set = new FieldSet();
        set.add(List.of("f:apiVersion")).add(List.of("f:kind")).add(List.of("f:metadata"));
        for (String name : List.of("name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
                "resourceVersion")) {
            set.add(List.of("f:metadata", FieldSet.field(name)));
        }
        return set;
    }
}
