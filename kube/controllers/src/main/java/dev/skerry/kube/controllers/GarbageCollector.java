package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Deletes what has lost all its owners; lets an owner that goes in the foreground wait for its dependents; frees the dependents of one
 * that leaves them behind. Of all kinds, those defined at run time included. Before anything is deleted the API itself is asked.
 */
final class GarbageCollector implements Controller, KindFeeds.Listener {

    private static final String SURVEY = "survey";
    private static final String WAKE = "wake";
    private static final Duration SURVEY_EVERY = Duration.ofMinutes(5);
    private static final Duration WAKE_AFTER = Duration.ofSeconds(1);
    private static final Duration AFTER_CHANGE = Duration.ofSeconds(2);
    private static final Duration UNKNOWN_OWNER = Duration.ofSeconds(30);

    private final Writer writer;
    private final MetadataApi api;
    private final KindFeeds feeds;
    private final OwnerGraph graph = new OwnerGraph();
    private final ControlLoop loop = new ControlLoop("owners", 2, this::reconcile);
    private final ControlLoop surveys = new ControlLoop("kinds", 1, this::survey);
    private final AtomicBoolean definitionsChanged = new AtomicBoolean();
    private final AtomicBoolean started = new AtomicBoolean();

    GarbageCollector(Writer writer) {
        this.writer = writer;
        this.api = new MetadataApi(writer.api());
        this.feeds = new KindFeeds(writer, api, this);
    }

    @Override
    public void start() {
        surveys.add(SURVEY);
        surveys.start();
    }

    private Optional<Duration> survey(String key) throws InterruptedException {
        if (key.equals(WAKE)) {
            // A whole application that goes is asked for once, and not once for each of its objects.
            Thread.sleep(WAKE_AFTER);
            feeds.wake();
            return Optional.empty();
        }
        var soon = definitionsChanged.getAndSet(false);
        feeds.survey();
        if (started.compareAndSet(false, true)) {
            // Not before: an owner of which we have not heard yet would be asked for one by one.
            loop.start();
        }
        // The API may begin to serve a new kind a little after its definition has come.
        return Optional.of(soon ? AFTER_CHANGE : SURVEY_EVERY);
    }

    @Override
    public void all(Kind kind, List<Held> objects) {
        var there = new HashSet<String>();
        objects.forEach(o -> there.add(o.uid()));
        objects.forEach(this::changed);
        graph.ofKind(kind).stream().filter(o -> !there.contains(o.uid())).forEach(this::gone);
    }

    @Override
    public void changed(Held object) {
        var before = graph.put(object);
        if (before.isEmpty() && KindFeeds.definitions(object.kind())) {
            definitionsChanged.set(true);
            surveys.add(SURVEY);
        }
        if (before.filter(b -> b.equals(object) || b.plain() && object.plain()).isPresent()) {
            return;
        }
        if (object.leaving() ? object.foreground() || object.orphaning() : !object.owners().isEmpty()) {
            loop.add(object.uid());
        }
        before.ifPresent(this::wakeOwners);
        wakeOwners(object);
    }

    @Override
    public void gone(Held object) {
        graph.remove(object.uid());
        graph.dependentsOf(object.uid()).forEach(d -> loop.add(d.uid()));
        wakeOwners(object);
        if (KindFeeds.definitions(object.kind())) {
            definitionsChanged.set(true);
            surveys.add(SURVEY);
        } else if (!object.kind().plural().equals("pods")) {
            // It may have owned something of a kind that had no objects when it was last asked.
            surveys.add(WAKE);
        }
    }

    private void wakeOwners(Held object) {
        object.owners().forEach(o -> graph.find(o.uid()).filter(Held::waiting).ifPresent(w -> loop.add(w.uid())));
    }

    private Optional<Duration> reconcile(String uid) throws InterruptedException {
        var found = graph.find(uid);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var object = found.get();
        if (object.leaving()) {
            if (object.orphaning()) {
                orphan(object);
            } else if (object.foreground()) {
                waitForDependents(object);
            }
            return Optional.empty();
        }
        if (object.owners().stream().allMatch(o -> inGraph(object, o).filter(w -> !w.waiting()).isPresent())) {
            return Optional.empty();
        }
        return judge(object);
    }

    private Optional<Held> inGraph(Held object, Held.Owner owner) {
        return graph.find(owner.uid()).filter(o -> o.namespace().isEmpty() || o.namespace().equals(object.namespace()));
    }

    /** Frees each dependent, and then the owner. */
    private void orphan(Held owner) throws InterruptedException {
        feeds.wake();
        for (var dependent : graph.dependentsOf(owner.uid())) {
            var live = find(dependent);
            if (live.isPresent()) {
                writeOwners(dependent, live.get(), Set.of(owner.uid()));
            }
        }
        removeFinalizer(owner, Held.ORPHAN);
    }

    private void waitForDependents(Held owner) throws InterruptedException {
        feeds.wake();
        var dependents = graph.dependentsOf(owner.uid());
        dependents.stream().filter(d -> !d.leaving()).forEach(d -> loop.add(d.uid()));
        if (dependents.stream().noneMatch(d -> d.blocks(owner.uid()))) {
            removeFinalizer(owner, Held.FOREGROUND);
        }
    }

    private void removeFinalizer(Held owner, String finalizer) throws InterruptedException {
        var live = find(owner);
        if (live.isEmpty()) {
            return;
        }
        var left = new ArrayList<String>();
        live.get().path("finalizers").forEach(f -> left.add(f.asText()));
        if (left.remove(finalizer)) {
            api.patch(owner.path(), Map.of("metadata", locked(live.get(), Map.of("finalizers", left))));
        }
    }

    /** One owner, as the API has it now. */
    private enum Standing { SOLID, WAITING, ABSENT, UNKNOWN }

    private Optional<Duration> judge(Held seen) throws InterruptedException {
        var live = find(seen);
        if (live.isEmpty()) {
            return Optional.empty();
        }
        var object = Held.of(seen.kind(), live.get());
        if (object.leaving() || object.owners().isEmpty()) {
            return Optional.empty();
        }
        var gone = new HashSet<String>();
        var solid = false;
        var unknown = false;
        var waiting = false;
        for (var owner : object.owners()) {
            switch (standing(object, owner)) {
                case SOLID -> solid = true;
                case UNKNOWN -> unknown = true;
                case WAITING -> {
                    waiting = true;
                    gone.add(owner.uid());
                }
                case ABSENT -> gone.add(owner.uid());
            }
        }
        if (solid || unknown) {
            if (solid && !gone.isEmpty()) {
                writeOwners(object, live.get(), gone);
            }
            return unknown ? Optional.of(UNKNOWN_OWNER) : Optional.empty();
        }
        delete(object, live.get(), waiting && !graph.dependentsOf(object.uid()).isEmpty());
        return Optional.empty();
    }

    private Standing standing(Held object, Held.Owner owner) throws InterruptedException {
        var known = inGraph(object, owner);
        if (known.isPresent()) {
            return known.get().waiting() ? Standing.WAITING : Standing.SOLID;
        }
        var kind = feeds.find(owner.group(), owner.kind());
        if (kind.isEmpty()) {
            return Standing.UNKNOWN;
        }
        if (kind.get().namespaced() && object.namespace().isEmpty()) {
            // Nobody can say which namespace is meant, so nothing is ever concluded from it.
            return Standing.SOLID;
        }
        // Who owns something is worth hearing of.
        feeds.follow(kind.get());
        var live = api.find(kind.get(), object.namespace(), owner.name()).filter(m -> m.path("uid").asText().equals(owner.uid()));
        return live.map(m -> Held.of(kind.get(), m).waiting() ? Standing.WAITING : Standing.SOLID).orElse(Standing.ABSENT);
    }

    private void delete(Held object, JsonNode live, boolean waited) throws InterruptedException {
        if (waited && graph.dependentsOf(object.uid()).stream().anyMatch(Held::waiting)) {
            // In a circle each would wait for the other.
            unblock(object, live);
        }
        var policy = object.orphaning() ? "Orphan" : waited || object.foreground() ? "Foreground" : "Background";
        writer.delete(object.path(), object.uid(), policy);
    }

    private void unblock(Held object, JsonNode live) throws InterruptedException {
        var owners = live.path("ownerReferences").deepCopy();
        owners.forEach(o -> ((com.fasterxml.jackson.databind.node.ObjectNode) o).put("blockOwnerDeletion", false));
        api.patch(object.path(), Map.of("metadata", locked(live, Map.of("ownerReferences", owners))));
    }

    /** Takes owners out of an object's list. */
    private void writeOwners(Held object, JsonNode live, Set<String> without) throws InterruptedException {
        var left = new ArrayList<JsonNode>();
        live.path("ownerReferences").forEach(o -> {
            if (!without.contains(o.path("uid").asText())) {
                left.add(o);
            }
        });
        if (left.size() < live.path("ownerReferences").size()) {
            api.patch(object.path(), Map.of("metadata", locked(live, Map.of("ownerReferences", left))));
        }
    }

    private static Map<String, Object> locked(JsonNode live, Map<String, ?> fields) {
        var metadata = new java.util.LinkedHashMap<String, Object>(fields);
        metadata.put("uid", live.path("uid").asText());
        metadata.put("resourceVersion", live.path("resourceVersion").asText());
        return metadata;
    }

    /** The object as it is now; if it has gone, or is another one, that is noted. */
    private Optional<JsonNode> find(Held object) throws InterruptedException {
        var live = api.find(object.kind(), object.namespace(), object.name()).filter(m -> m.path("uid").asText().equals(object.uid()));
        if (live.isEmpty()) {
            gone(object);
        }
        return live;
    }

    @Override
    public void close() {
        surveys.close();
        loop.close();
        feeds.close();
    }
}
