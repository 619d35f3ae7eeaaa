package dev.skerry.kube.controllers;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.WeakHashMap;

/**
 * All objects that are known, by UID, and who depends on whom. Most have no owner and stay: of such a one only the UID is kept, and what it has in common
 * with all others of its kind and namespace.
 */
final class OwnerGraph {

    private static final int UUID_LENGTH = 36;

    private final Map<Object, Held> objects = new HashMap<>();
    private final Map<String, Set<String>> dependents = new HashMap<>();
    private final Map<Held, WeakReference<Held>> common = new WeakHashMap<>();

    /** A UID in as few bytes as it needs: most are UUIDs. */
    private static Object key(String uid) {
        try {
            if (uid.length() == UUID_LENGTH) {
                var parsed = UUID.fromString(uid);
                return parsed.toString().equals(uid) ? parsed : uid;
            }
        } catch (IllegalArgumentException e) {
            // One of another sort, which is as good.
            return uid;
        }
        return uid;
    }

    synchronized Optional<Held> find(String uid) {
        return Optional.ofNullable(objects.get(key(uid))).map(o -> o.withUid(uid));
    }

    /** Takes the object's newest state. @return the one before */
    synchronized Optional<Held> put(Held object) {
        var before = objects.put(key(object.uid()), object.plain() ? common(object.kind(), object.namespace()) : object);
        if (before == null || !before.owners().equals(object.owners())) {
            if (before != null) {
                unlink(before);
            }
            object.owners().forEach(o -> dependents.computeIfAbsent(o.uid(), u -> new HashSet<>(2)).add(object.uid()));
        }
        return Optional.ofNullable(before).map(o -> o.withUid(object.uid()));
    }

    private Held common(Kind kind, String namespace) {
        var wanted = new Held("", kind, namespace, "", List.of(), false, false, false);
        var there = common.get(wanted);
        var held = there == null ? null : there.get();
        if (held == null) {
            common.put(wanted, new WeakReference<>(wanted));
            return wanted;
        }
        return held;
    }

    /** Forgets the object. @return what was known of it; who depended on it stays known */
    synchronized Optional<Held> remove(String uid) {
        var before = objects.remove(key(uid));
        if (before != null) {
            unlink(before);
        }
        return Optional.ofNullable(before).map(o -> o.withUid(uid));
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
            var object = objects.get(key(d));
            if (object != null) {
                found.add(object);
            }
        });
        return found;
    }

    synchronized List<Held> ofKind(Kind kind) {
        return objects.entrySet().stream().filter(e -> e.getValue().kind().equals(kind)).map(e -> e.getValue().withUid(e.getKey().toString())).toList();
    }
}
