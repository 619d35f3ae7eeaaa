package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.store.ObjectStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Takes a definition's objects away before the definition itself goes. */
final class DefinitionRemoval {
    static final String FINALIZER = "customresourcecleanup.apiextensions.k8s.io";
    private static final int BATCH = 500;

    private final ObjectStore store;
    private final InstantSource clock;

    DefinitionRemoval(ObjectStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** What a request to delete a definition notes in it. */
    void mark(ObjectNode definition) {
        var finalizers = Resources.metadata(definition).withArray("finalizers");
        for (var one : finalizers) {
            if (one.asText().equals(FINALIZER)) {
                return;
            }
        }
        finalizers.add(FINALIZER);
        DefinitionNames.condition(definition, "Terminating", true, "InstanceDeletionPending",
                "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon", now());
    }

    static boolean waits(ObjectNode definition) {
        var metadata = definition.path("metadata");
        return metadata.has("deletionTimestamp") && ResourceTypes.texts(metadata.path("finalizers")).contains(FINALIZER);
    }

    /** Deletes the objects; the definition goes too if none of them waits for a finalizer. */
    void clean(ObjectStore.Entry entry, ObjectNode definition) throws ObjectStore.CompactedException {
        var before = definition.deepCopy();
        DefinitionNames.condition(definition, "Terminating", true, "InstanceDeletionInProgress", "CustomResource deletion is in progress", now());
        var spec = definition.path("spec");
        if (!delete("/" + spec.path("group").asText() + "/" + spec.path("names").path("plural").asText() + "/")) {
            if (!before.equals(definition)) {
                store.update(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(definition, revision)));
            }
            return;
        }
        DefinitionNames.condition(definition, "Terminating", false, "InstanceDeletionCompleted", "removed all instances", now());
        var finalizers = Resources.metadata(definition).withArray("finalizers");
        for (int i = finalizers.size() - 1; i >= 0; i--) {
            if (finalizers.get(i).asText().equals(FINALIZER)) {
                finalizers.remove(i);
            }
        }
        if (finalizers.isEmpty()) {
            store.delete(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(definition, revision)));
        } else {
            store.update(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(definition, revision)));
        }
    }

    /** Whether none is left. */
    private boolean delete(String prefix) throws ObjectStore.CompactedException {
        var after = "";
        var gone = true;
        while (true) {
            var page = store.list(prefix, after, BATCH, 0);
            for (var entry : page.entries()) {
                after = entry.key();
                var object = Bodies.stored(entry.value());
                if (object.path("metadata").path("finalizers").isEmpty()) {
                    gone &= store.delete(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(object, revision))).isPresent();
                    continue;
                }
                gone = false;
                var metadata = Resources.metadata(object);
                if (!metadata.has("deletionTimestamp")) {
                    metadata.put("generation", metadata.path("generation").asLong() + 1).put("deletionTimestamp", now()).put("deletionGracePeriodSeconds", 0);
                    store.update(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(object, revision)));
                }
            }
            if (!page.more()) {
                return gone;
            }
        }
    }

    private String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
