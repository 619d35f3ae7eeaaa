package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.LabelSelectors;
import dev.skerry.kube.store.ObjectStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Deletes a Pod if no disruption budget is hurt by it. */
final class Evictions {

    private static final int TRIES = 20;

    private final ObjectStore store;
    private final Deletion deletion;
    private final InstantSource clock;

    Evictions(ObjectStore store, Deletion deletion, InstantSource clock) {
        this.store = store;
        this.deletion = deletion;
        this.clock = clock;
    }

    void evict(Call call, JsonNode eviction) throws Failure {
        var target = call.target();
        var pod = store.get(target.key()).map(e -> Bodies.stored(e.value())).orElseThrow(() -> Failure.notFound(call.type(), target.name()));
        var phase = pod.path("status").path("phase").asText("");
        if (!phase.equals("Succeeded") && !phase.equals("Failed") && !phase.equals("Pending") && !pod.path("metadata").has("deletionTimestamp")) {
            checkBudgets(target.namespace(), pod);
        }
        if (!call.dryRun()) {
            mark(target);
        }
        var options = eviction.path("deleteOptions").isObject() ? eviction.path("deleteOptions") : Bodies.JSON.createObjectNode();
        deletion.delete(call, new Target(call.type(), target.namespace(), target.name(), ""), options);
    }

    /** So that those who look at how it ended know why it did. */
    private void mark(Target target) throws Failure {
        for (int i = 0; i < TRIES; i++) {
            var entry = store.get(target.key()).orElseThrow(() -> Failure.notFound(target.type(), target.name()));
            var pod = Bodies.stored(entry.value());
            var conditions = pod.withObject("/status").withArray("conditions");
            for (int c = conditions.size() - 1; c >= 0; c--) {
                if (conditions.get(c).path("type").asText().equals("DisruptionTarget")) {
                    conditions.remove(c);
                }
            }
            conditions.addObject().put("type", "DisruptionTarget").put("status", "True").putNull("lastProbeTime")
                    .put("lastTransitionTime", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString())
                    .put("reason", "EvictionByEvictionAPI").put("message", "Eviction API: evicting");
            if (store.update(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(pod, revision))).isPresent()) {
                return;
            }
        }
        throw Failure.modified(target.type(), target.name());
    }

    private void checkBudgets(String namespace, ObjectNode pod) throws Failure {
        try {
            for (var entry : store.list("/policy/poddisruptionbudgets/" + namespace + "/", "", 0, 0).entries()) {
                var budget = Bodies.stored(entry.value());
                var selected = LabelSelectors.matches(budget.path("spec").path("selector"), pod.path("metadata").path("labels"));
                if (selected && budget.path("status").path("disruptionsAllowed").asInt() <= 0) {
                    var name = budget.path("metadata").path("name").asText();
                    throw Failure.budget("Cannot evict pod as it would violate the pod's disruption budget.", name,
                            "The disruption budget " + name + " needs " + budget.path("status").path("desiredHealthy").asInt() + " healthy pods and has "
                                    + budget.path("status").path("currentHealthy").asInt() + " currently");
                }
            }
        } catch (ObjectStore.CompactedException e) {
            throw Failure.internal("the newest state was compacted");
        }
    }
}
