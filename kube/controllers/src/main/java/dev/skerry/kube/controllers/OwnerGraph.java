package dev.skerry.kube.controllers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All objects that are known, by UID, and who depends on whom. */
final class OwnerGraph {

    private final Map<String, Held> objects = new HashMap<>();
    private final Map<String, Set<String>> dependents = new HashMap<>();

    synchronized Optional<Held> find(String uid) {
        return Optional.ofNullable(objects.get(uid));
    }

    /** Takes the object's newest state. @return the one before */
    synchronized Optional<Held> put(Held object) {
        var before = objects.put(object.uid(), object);
        if (before == null || !before.owners().equals(object.owners())) {
            if (before != null) {
                unlink(before);
            }
            object.owners().forEach(o -> dependents.computeIfAbsent(o.uid(), u -> new HashSet<>(2)).add(object.uid()));
        }
        return Optional.ofNullable(before);
    }

    /** Forgets the object. @return what was known of it; who depended on it stays known */
    synchronized Optional<Held> remove(String uid) {
        var before = objects.remove(uid);
        if (before != null) {
            unlink(before);
        }
        return Optional.ofNullable(before);
    }

    private void unlink(Held object) {
        for (var owner : object.owners()) {
            var of = dependents.get(owner.uid());
            if (of != null && of.remove(object.uid()) && of.isEmpty()) {
                dependents.remove(owner.uid());
            }
        }
    }

    synchronized List<Held> dependentsOf(String uid) {
        var found = new ArrayList<Held>();
        dependents.getOrDefault(uid, Set.of()).forEach(d -> {
            var object = objects.get(d);
            if (object != null) {
                found.add(object);
            }
        });
        return found;
    }

    synchronized List<Held> ofKind(Kind kind) {
        return objects.values().stream().filter(o -> o.kind().equals(kind)).toList();
    }
}
