package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What the garbage collector keeps of an object: who it is, and what holds it.
 *
 * @param namespace empty for a kind without
 * @param name may be empty for what is plain
 * @param leaving whether it has been asked to go
 * @param foreground whether it waits for its dependents to go before it
 * @param orphaning whether its dependents are to be let go of before it goes
 */
record Held(String uid, Kind kind, String namespace, String name, List<Owner> owners, boolean leaving, boolean foreground, boolean orphaning) {

    static final String FOREGROUND = "foregroundDeletion";
    static final String ORPHAN = "orphan";

    /**
     * An owner, as its dependent names it.
     *
     * @param blocks whether the owner must wait for this dependent
     */
    record Owner(String uid, String group, String kind, String name, boolean blocks) {}

    static Held of(Kind kind, JsonNode metadata) {
        var owners = new ArrayList<Owner>();
        for (var one : metadata.path("ownerReferences")) {
            var version = one.path("apiVersion").asText();
            owners.add(new Owner(
                    one.path("uid").asText(), version.indexOf('/') < 0 ? "" : version.substring(0, version.indexOf('/')).intern(),
                    one.path("kind").asText().intern(), one.path("name").asText(), one.path("blockOwnerDeletion").asBoolean()));
        }
        var finalizers = new ArrayList<String>();
        metadata.path("finalizers").forEach(f -> finalizers.add(f.asText()));
        return new Held(
                metadata.path("uid").asText(), kind, metadata.path("namespace").asText("").intern(), metadata.path("name").asText(), List.copyOf(owners),
                metadata.hasNonNull("deletionTimestamp"), finalizers.contains(FOREGROUND), finalizers.contains(ORPHAN));
    }

    /** Whether nothing holds it and nothing waits for it: there is nothing to do for it before it goes. */
    boolean plain() {
        return owners.isEmpty() && !leaving;
    }

    Held withUid(String other) {
        return other.equals(uid) ? this : new Held(other, kind, namespace, name, owners, leaving, foreground, orphaning);
    }

    String path() {
        return kind.path(namespace, name);
    }

    /** Whether it goes only after its dependents. */
    boolean waiting() {
        return leaving && foreground;
    }

    /** Whether the owner of this UID must wait for it. */
    boolean blocks(String owner) {
        return owners.stream().anyMatch(o -> o.uid.equals(owner) && o.blocks);
    }

    @Override
    public String toString() {
        return kind.resource() + " " + Cache.key(namespace, name);
    }
}
