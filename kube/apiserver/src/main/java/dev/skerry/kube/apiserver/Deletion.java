package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.admission.Operation;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.store.ObjectStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/** Deletes objects: at once, after a grace period, or when the last finalizer has gone. */
final class Deletion {

    /** Their deletion answers the object, not a Status. */
    private static final Set<String> ANSWERED_WHOLE = Set.of("Pod", "Service", "ServiceAccount", "PersistentVolumeClaim", "PersistentVolume", "ReplicationController", "ResourceQuota", "PodTemplate");
    private static final String FOREGROUND = "foregroundDeletion";
    private static final String ORPHAN = "orphan";
    private static final Set<String> GARBAGE_COLLECTOR = Set.of(FOREGROUND, ORPHAN);
    private static final int MAX_TRIES = 20;

    private final ObjectStore store;
    private final Admission admission;
    private final InstantSource clock;
    private final DefinitionRemoval removal;

    Deletion(ObjectStore store, Admission admission, InstantSource clock) {
        this.store = store;
        this.admission = admission;
        this.clock = clock;
        this.removal = new DefinitionRemoval(store, clock);
    }

    private static boolean isDefinition(ResourceType type) {
        return type.kind().equals("CustomResourceDefinition") && type.group().equals("apiextensions.k8s.io");
    }

    /** @param object the last state @param gone whether it has been removed, or only marked */
    record Outcome(ObjectNode object, boolean gone) {}

    Outcome delete(Call call, Target target, JsonNode options) throws Failure {
        var type = target.type();
        for (int i = 0; i < MAX_TRIES; i++) {
            var entry = store.get(target.key()).orElseThrow(() -> Failure.notFound(type, target.name()));
            var object = type.read(entry.value());
            checkPreconditions(type, target.name(), object, options.path("preconditions"));
            admission.check(Admission.attributes(
                    call, Operation.DELETE, type.gvk(), target.namespace(), call.target().name(), null, object, options));
            var metadata = Resources.metadata(object);
            var grace = grace(call, type, object, options);
            var finalizers = metadata.path("finalizers").deepCopy();
            applyPolicy(metadata, policy(call, options));
            if (isDefinition(type) && !metadata.has("deletionTimestamp")) {
                removal.mark(object);
            }
            var sameFinalizers = finalizers.equals(metadata.path("finalizers"));
            var waits = !metadata.path("finalizers").isEmpty() || grace > 0 || type.kind().equals("Namespace");
            if (call.dryRun() || !options.path("dryRun").isEmpty()) {
                return new Outcome(object, !waits);
            }
            var marked = metadata.has("deletionTimestamp");
            if (!waits) {
                if (type.kind().equals("Pod")) {
                    mark(metadata, 0, true);
                }
                var kept = type.stored(object);
                var done = store.delete(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(kept, revision)));
                if (done.isPresent()) {
                    return new Outcome(type.read(done.get().value()), true);
                }
                continue;
            }
var sooner = !marked || metadata.path("deletionGracePeriodSeconds").asLong() > grace;
            if (!sooner && sameFinalizers) {
                return new Outcome(object, false);
            }
            if (sooner) {
                mark(metadata, grace, !type.kind().equals("Namespace"));
            }
            if (type.kind().equals("Namespace")) {
                object.withObject("/status").put("phase", "Terminating");
            }
            var kept = type.stored(object);
            var done = store.update(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(kept, revision)));
            if (done.isPresent()) {
                return new Outcome(type.read(done.get().value()), false);
            }
        }
        throw Failure.modified(type, target.name());
    }

    private void mark(ObjectNode metadata, long grace, boolean graceful) {
        if (!metadata.has("deletionTimestamp") && metadata.has("generation")) {
            metadata.put("generation", metadata.path("generation").asLong() + 1);
        }
        metadata.put("deletionTimestamp", clock.instant().plusSeconds(grace).truncatedTo(ChronoUnit.SECONDS).toString());
        if (graceful) {
            metadata.put("deletionGracePeriodSeconds", grace);
        }
    }

    /** Options that no deletion takes. */
    static void check(JsonNode options) throws Failure {
        var kind = options.path("kind").asText("");
        if (!kind.isEmpty() && !kind.equals("DeleteOptions")) {
            throw Failure.badRequest("no kind \"" + kind + "\" is registered for version \"" + options.path("apiVersion").asText("") + "\" in scheme \"pkg/runtime/scheme.go:111\"");
        }
        var grace = options.path("gracePeriodSeconds");
        if (!grace.isMissingNode() && !grace.isNull() && !grace.isIntegralNumber()) {
            throw Failure.badRequest("json: cannot unmarshal " + GoJson.typeOf(grace) + " into Go struct field DeleteOptions.gracePeriodSeconds of type int64");
        }
        var causes = new java.util.ArrayList<Cause>();
        var dryRun = ResourceTypes.texts(options.path("dryRun"));
        if (dryRun.stream().anyMatch(d -> !d.equals("All"))) {
            causes.add(Options.dryRun(dryRun));
        }
        if (options.has("propagationPolicy") && options.has("orphanDependents")) {
            causes.add(new Cause("FieldValueInvalid", "Invalid value: " + options.path("propagationPolicy")
                    + ": orphanDependents and deletionPropagation cannot be both set", "propagationPolicy"));
        }
        var policy = options.path("propagationPolicy").asText("Background");
        if (!Set.of("Background", "Foreground", "Orphan").contains(policy)) {
            causes.add(new Cause("FieldValueNotSupported", "Unsupported value: \"" + policy
                    + "\": supported values: \"Background\", \"Foreground\", \"Orphan\", \"nil\"", "propagationPolicy"));
        }
        Options.refuse("DeleteOptions", causes);
    }

    static boolean answersObject(ResourceType type) {
        return ANSWERED_WHOLE.contains(type.kind());
    }

    /** Whether a marked object without finalizers may go: a Pod's node and a namespace's controller have the last word. */
    static boolean removable(ResourceType type, ObjectNode object) {
        return switch (type.kind()) {
            case "Namespace" -> object.path("spec").path("finalizers").isEmpty();
            case "Pod" -> object.path("metadata").path("deletionGracePeriodSeconds").asLong() == 0;
            default -> true;
        };
    }

    private static void checkPreconditions(ResourceType type, String name, ObjectNode object, JsonNode preconditions) throws Failure {
        for (var field : new String[] {"uid", "resourceVersion"}) {
            var wanted = preconditions.path(field).asText("");
            var real = object.path("metadata").path(field).asText("");
            if (!wanted.isEmpty() && !wanted.equals(real)) {
                var label = field.equals("uid") ? "UID" : "ResourceVersion";
                throw Failure.precondition(type, name, "the " + label + " in the precondition (" + wanted + ") does not match the " + label + " in record (" + real
                        + "). The object might have been " + (field.equals("uid") ? "deleted and then recreated" : "modified"));
            }
        }
    }

    private static long grace(Call call, ResourceType type, ObjectNode object, JsonNode options) {
        if (!type.kind().equals("Pod")) {
            return 0;
        }
        var phase = object.path("status").path("phase").asText("");
        if (object.path("spec").path("nodeName").asText("").isEmpty() || phase.equals("Succeeded") || phase.equals("Failed")) {
            return 0;
        }
        if (options.path("gracePeriodSeconds").isNumber()) {
            return Math.max(0, options.path("gracePeriodSeconds").asLong());
        }
        var query = call.query("gracePeriodSeconds");
        return query.matches("[0-9]{1,9}") ? Long.parseLong(query) : object.path("spec").path("terminationGracePeriodSeconds").asLong(30);
    }

    private static String policy(Call call, JsonNode options) {
        var policy = options.path("propagationPolicy").asText(call.query("propagationPolicy"));
        if (policy.isEmpty() && options.path("orphanDependents").asBoolean(false)) {
            return "Orphan";
        }
        return policy;
    }

    /** The finalizers of the garbage collector say what becomes of the dependents: one at most, and none for the background. */
    private static void applyPolicy(ObjectNode metadata, String policy) {
        if (policy.isEmpty()) {
            return;
        }
        var wished = policy.equals("Foreground") ? FOREGROUND : policy.equals("Orphan") ? ORPHAN : "";
        var left = metadata.arrayNode();
        var there = false;
        for (var one : metadata.path("finalizers")) {
            there |= one.asText().equals(wished);
            if (one.asText().equals(wished) || !GARBAGE_COLLECTOR.contains(one.asText())) {
                left.add(one);
            }
        }
        if (!wished.isEmpty() && !there) {
            left.add(wished);
        }
        if (left.isEmpty()) {
            metadata.remove("finalizers");
        } else {
            metadata.set("finalizers", left);
        }
    }
}
