package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.admission.ObjectWarnings;
import dev.skerry.kube.admission.Operation;
import dev.skerry.kube.admission.PolicyExpressions;
import dev.skerry.kube.admission.RandomSuffix;
import dev.skerry.kube.schema.BuiltInValidation;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.schema.Defaults;
import dev.skerry.kube.schema.ManagedFields;
import dev.skerry.kube.schema.Names;
import dev.skerry.kube.store.ObjectStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Creates, reads, updates and patches objects of every kind by one path. */
final class Resources {

    private static final int MAX_TRIES = 20;
    private static final List<String> OWN_MEMBERS =
            List.of("resourceVersion", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink");

    private final ObjectStore store;
    private final Decoding decoding;
    private final Preparation preparation;
    private final Admission admission;
    private final ServiceAddresses addresses;
    private final Escalation escalation;
    private final InstantSource clock;
    private final Lock allocating = new ReentrantLock();

    Resources(ObjectStore store, Decoding decoding, Preparation preparation, Admission admission, Escalation escalation, InstantSource clock) {
        this.store = store;
        this.decoding = decoding;
        this.preparation = preparation;
        this.admission = admission;
        this.addresses = new ServiceAddresses(store);
        this.escalation = escalation;
        this.clock = clock;
    }

    Admission admission() {
        return admission;
    }

    ObjectNode get(Target target) throws Failure {
        return kept(target).object();
    }

    Kept kept(Target target) throws Failure {
        return store.get(target.key()).map(e -> Kept.of(target.type(), e)).orElseThrow(() -> Failure.notFound(target.type(), target.name()));
    }

    /** An object after a write, and whether the write made it. */
    record Written(Kept kept, boolean created) {}

    Kept create(Call call, Bodies.Read read) throws Failure {
        Options.ofWrite(call, "CreateOptions");
        var body = (ObjectNode) read.node();
        decoding.kind(call.type(), body);
        Decoding.fields(call, body, read.duplicates());
        Decoding.namespace(call.target(), metadata(body));
        return create(call, body, "Update");
    }

    /** What is asked and not kept, held against its kind. */
    ObjectNode question(Call call, Bodies.Read read) throws Failure {
        Options.ofWrite(call, "CreateOptions");
        var body = (ObjectNode) read.node();
        decoding.kind(call.type(), body);
        Decoding.fields(call, body, read.duplicates());
        return body;
    }

    private Kept create(Call call, ObjectNode body, String operation) throws Failure {
        var type = call.type();
        var metadata = metadata(body);
        if (operation.equals("Update") && !metadata.path("resourceVersion").asText("").isEmpty() && !metadata.path("resourceVersion").asText().equals("0")) {
            throw Failure.internalPlain("resourceVersion should not be set on objects to be created");
        }
        metadata.remove(OWN_MEMBERS);
        if (Preparation.countsGenerations(type)) {
            metadata.remove("generation");
        }
        preparation.beforeOwners(type, body);
        Defaults.apply(body, type.schema());
        if (operation.equals("Update") && Preparation.tracksOwners(type)) {
            ManagedFields.update(null, body, type.schema(), call.manager(), type.gvk().apiVersion(), operation, "", clock.instant());
        }
        var attributes = Admission.attributes(call, Operation.CREATE, body, null);
        admission.mutate(attributes);
        metadata = metadata(body);
        var name = metadata.path("name").asText("");
        if (name.isEmpty() && !metadata.path("generateName").asText("").isEmpty()) {
            name = metadata.path("generateName").asText() + RandomSuffix.next();
            metadata.put("name", name);
        }
        if (type.defined() != null && type.defined().terminating()) {
            throw Failure.refused(type, name, "create not allowed while custom resource definition is terminating");
        }
        var target = new Target(type, type.namespaced() ? call.target().namespace() : "", name, "");
        metadata.put("uid", UUID.randomUUID().toString());
        preparation.beforeCreate(type, body, call.user());
        preparation.firstStatus(type, body);
        Defaults.apply(body, type.schema());
        metadata.put("creationTimestamp", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        if (Preparation.countsGenerations(type)) {
            metadata.put("generation", 1);
        }
        check(call, "", name, body, null);
        escalation.check(call, body, null);
        warn(call, body, true);
        admission.validate(attributes);
        if (!allocates(type)) {
            return store(call, target, body);
        }
        if (!call.dryRun() && store.get(target.key()).isPresent()) {
            throw Failure.exists(type, name);
        }
        allocating.lock();
        try {
            addresses.allocate(type, body);
            return store(call, target, body);
        } finally {
            allocating.unlock();
        }
    }

    private static boolean allocates(ResourceType type) {
        return type.kind().equals("Service") && type.group().isEmpty();
    }

    private Kept store(Call call, Target target, ObjectNode body) throws Failure {
        Defaults.stored(body, call.type().schema());
        if (call.dryRun()) {
            if (store.get(target.key()).isPresent()) {
                throw Failure.exists(target.type(), target.name());
            }
            return Kept.of(target.type(), body);
        }
        var kept = target.type().stored(body);
        return store.create(target.key(), revision -> Bodies.write(at(kept, revision)))
                .map(e -> Kept.of(target.type(), e))
                .orElseThrow(() -> Failure.exists(target.type(), target.name()));
    }

    Written update(Call call, Bodies.Read read) throws Failure {
        var type = call.type();
        Options.ofWrite(call, "UpdateOptions");
        var body = (ObjectNode) read.node();
        decoding.kind(type, body);
        Decoding.fields(call, body, read.duplicates());
        var metadata = metadata(body);
        Decoding.namespace(call.target(), metadata);
        Decoding.name(call.target(), metadata);
        var asked = version(metadata);
        for (int i = 0; i < MAX_TRIES; i++) {
            var entry = store.get(call.target().key());
            if (entry.isEmpty()) {
                if (!Preparation.madeByPut(type) || !call.target().subresource().isEmpty()) {
                    throw Failure.notFound(type, call.target().name());
                }
                return new Written(create(call, body, "Update"), true);
            }
            var live = type.read(entry.get().value());
            if (asked.isEmpty() && Preparation.updatedByVersionOnly(type)) {
                throw Failure.unversioned(type, call.target().name());
            }
            checkVersion(call, asked, entry.get());
            var written = write(call, entry.get(), live, body.deepCopy(), call.manager(), true);
            if (written.isPresent()) {
                return new Written(written.get(), false);
            }
        }
        throw Failure.modified(type, call.target().name());
    }

    private static String version(ObjectNode metadata) throws Failure {
        var asked = metadata.path("resourceVersion").asText("");
        if (!Lists.digits(asked)) {
            throw Failure.internalPlain("strconv.ParseUint: parsing \"" + asked + "\": invalid syntax");
        }
        return asked.equals("0") ? "" : asked;
    }

    private static void checkVersion(Call call, String asked, ObjectStore.Entry entry) throws Failure {
        if (!asked.isEmpty() && !asked.equals(Long.toString(entry.revision()))) {
            throw Failure.modified(call.type(), call.target().name());
        }
    }

    Written patch(Call call) throws Failure {
        var type = call.type();
        var patching = new Patching(call, decoding, clock);
        for (int i = 0; i < MAX_TRIES; i++) {
            var entry = store.get(call.target().key());
            if (entry.isEmpty()) {
                if (!patching.applies() || !call.target().subresource().isEmpty()) {
                    throw Failure.notFound(type, call.target().name());
                }
                return new Written(create(call, patching.on(null), "Apply"), true);
            }
            var live = type.read(entry.get().value());
            var changed = patching.on(live);
            checkVersion(call, version(metadata(changed)), entry.get());
            var written = write(call, entry.get(), live, changed, call.manager(), !patching.applies());
            if (written.isPresent()) {
                return new Written(written.get(), false);
            }
        }
        throw Failure.modified(type, call.target().name());
    }

    /**
     * Writes the changed form of an object that is there.
     *
     * @param own whether the owners of the fields are still to be noted
     * @return empty if somebody else was faster
     */
    Optional<Kept> write(Call call, ObjectStore.Entry entry, ObjectNode live, ObjectNode changed, String manager, boolean own) throws Failure {
        if (!allocates(call.type())) {
            return writeNow(call, entry, live, changed, manager, own);
        }
        allocating.lock();
        try {
            return writeNow(call, entry, live, changed, manager, own);
        } finally {
            allocating.unlock();
        }
    }

    private Optional<Kept> writeNow(Call call, ObjectStore.Entry entry, ObjectNode live, ObjectNode changed, String manager, boolean own) throws Failure {
        var type = call.type();
        var subresource = call.target().subresource();
        var metadata = metadata(changed);
        if (metadata.hasNonNull("uid") && !metadata.path("uid").asText().isEmpty() && !metadata.path("uid").equals(live.path("metadata").path("uid"))) {
            throw Failure.conflict(type, call.target().name(), "StorageError: invalid object, Code: 4, Key: " + registryKey(call.target())
                    + ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: " + metadata.path("uid").asText() + ", UID in object meta: " + live.path("metadata").path("uid").asText());
        }
        ManagedFields.noteReset(changed);
        preparation.beforeUpdate(type, subresource, changed, live);
        Defaults.apply(changed, type.schema());
        if (own && Preparation.tracksOwners(type)) {
            ManagedFields.update(live, changed, type.schema(), manager, type.gvk().apiVersion(), "Update", subresource, clock.instant());
            if (type.custom() && subresource.equals("scale")) {
                Scales.disown(changed);
            }
        }
        var attributes = Admission.attributes(call, Operation.UPDATE, changed, live);
        // Of a scale, admission has seen the scale.
        var scaled = subresource.equals("scale");
        if (!scaled && admission.mutate(attributes)) {
            preparation.beforeUpdate(type, subresource, changed, live);
            Defaults.apply(changed, type.schema());
        }
        metadata = metadata(changed);
        Preparation.keep(type, subresource, changed, live);
        if (allocates(type) && subresource.isEmpty()) {
            ServiceAddresses.keep(changed, live);
        }
        Preparation.count(type, changed, live);
        if (subresource.isEmpty() && !Preparation.wished(type, changed).equals(Preparation.wished(type, live))) {
            warn(call, changed, false);
        }
        check(call, subresource, call.target().name(), changed, live);
        escalation.check(call, changed, live);
        if (!scaled) {
            admission.validate(attributes);
        }
        if (allocates(type) && subresource.isEmpty()) {
            addresses.allocate(type, changed);
        }
        Defaults.stored(changed, type.schema());
        metadata.put("resourceVersion", Long.toString(entry.revision()));
        if (same(changed, live) || call.dryRun()) {
            return Optional.of(Kept.of(type, call.dryRun() ? changed : live));
        }
        var finished = metadata.has("deletionTimestamp") && metadata.path("finalizers").isEmpty() && Deletion.removable(type, changed);
        if (finished) {
            // As upstream: the answer is the state before the deletion, which has its own version.
            return store.delete(entry.key(), entry.revision(), revision -> Bodies.write(at(type.stored(live.deepCopy()), revision))).map(e -> Kept.of(type, changed));
        }
        var kept = type.stored(changed);
        return store.update(entry.key(), entry.revision(), revision -> Bodies.write(at(kept, revision))).map(e -> Kept.of(type, e));
    }

    /** Where upstream would keep the object, which its messages name. */
    private static String registryKey(Target target) {
        var type = target.type();
        var folder = type.custom() || type.group().startsWith("api") ? type.group() + "/" + type.plural() : switch (type.plural()) {
            case "nodes" -> "minions";
            case "services" -> "services/specs";
            case "endpoints" -> "services/endpoints";
            case "replicationcontrollers" -> "controllers";
            case "ingresses" -> "ingress";
            default -> type.plural();
        };
        return "/registry/" + folder + "/" + (target.namespace().isEmpty() ? "" : target.namespace() + "/") + target.name();
    }

    /** Whether nothing has changed but the times at which managers wrote. */
    private static boolean same(ObjectNode a, ObjectNode b) {
        return a.equals(b) || withoutTimes(a).equals(withoutTimes(b));
    }

    private static ObjectNode withoutTimes(ObjectNode object) {
        var copy = object.deepCopy();
        copy.path("metadata").path("managedFields").forEach(f -> ((ObjectNode) f).remove("time"));
        return copy;
    }

    private static void check(Call call, String subresource, String name, ObjectNode object, @Nullable ObjectNode old) throws Failure {
        var type = call.type();
        var causes = new java.util.ArrayList<Cause>(Names.validateMetadata(object, type.gvk(), type.namespaced()));
        if (type.custom()) {
            causes.addAll(CustomChecks.causes(call, object, old));
        } else {
            causes.addAll(old == null ? BuiltInValidation.validate(type.gvk(), object) : BuiltInValidation.validateUpdate(type.gvk(), subresource, object, old));
            causes.addAll(CustomChecks.ofDefinition(type, object, old, causes));
        }
        if (type.group().equals("admissionregistration.k8s.io") && !type.custom()) {
            causes = new java.util.ArrayList<>(PolicyExpressions.faults(type.gvk(), object, causes));
        }
        if (!causes.isEmpty()) {
            throw Failure.invalid(type, name, causes);
        }
    }

    private static void warn(Call call, ObjectNode object, boolean created) {
        if (!call.type().custom()) {
            ObjectWarnings.of(call.type().gvk(), object, created).stream().filter(w -> !call.warnings().contains(w)).forEach(call.warnings()::add);
        }
    }

    static ObjectNode metadata(ObjectNode object) {
        return object.path("metadata") instanceof ObjectNode metadata ? metadata : object.putObject("metadata");
    }

    static ObjectNode at(ObjectNode object, long revision) {
        metadata(object).put("resourceVersion", Long.toString(revision));
        return object;
    }
}
