package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.ApplyConflictException;
import dev.skerry.kube.schema.BuiltInValidation;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.schema.Defaults;
import dev.skerry.kube.schema.Fields;
import dev.skerry.kube.schema.ManagedFields;
import dev.skerry.kube.schema.Names;
import dev.skerry.kube.schema.PatchException;
import dev.skerry.kube.schema.Patches;
import dev.skerry.kube.schema.ServerSideApply;
import dev.skerry.kube.schema.Validation;
import dev.skerry.kube.store.ObjectStore;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Creates, reads, updates and patches objects of every kind by one path. */
final class Resources {

    private static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";
    private static final int MAX_TRIES = 20;

    private final ObjectStore store;
    private final Preparation preparation;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    Resources(ObjectStore store, Preparation preparation, InstantSource clock) {
        this.store = store;
        this.preparation = preparation;
        this.clock = clock;
    }

    ObjectNode get(Target target) throws Failure {
        return find(target).orElseThrow(() -> Failure.notFound(target.type(), target.name()));
    }

    Optional<ObjectNode> find(Target target) {
        return store.get(target.key()).map(e -> Bodies.stored(e.value()));
    }

    /** @param body what the client sent; changed in place */
    ObjectNode create(Call call, ObjectNode body) throws Failure {
        var type = call.type();
        checkKind(type, body);
        checkFields(call, body);
        return create(call, body, call.manager(), "Update");
    }

    private ObjectNode create(Call call, ObjectNode body, String manager, String operation) throws Failure {
        var type = call.type();
        var metadata = metadata(body);
        checkNamespace(call.target(), metadata);
        var name = metadata.path("name").asText("");
        if (name.isEmpty() && !metadata.path("generateName").asText("").isEmpty()) {
            name = metadata.path("generateName").asText() + suffix();
            metadata.put("name", name);
        }
        var target = new Target(type, type.namespaced() ? call.target().namespace() : "", name, "");
        for (var own : List.of("resourceVersion", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation")) {
            metadata.remove(own);
        }
        if (type.has("status") && !type.kind().equals("CustomResourceDefinition")) {
            body.remove("status");
        }
        preparation.beforeCreate(type, body, call.user());
        Defaults.apply(body, type.schema());
        preparation.afterDefaults(type, body, store);
        check(type, name, body, null);
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        if (preparation.countsGenerations(type)) {
            metadata.put("generation", 1);
        }
        if (operation.equals("Update")) {
            ManagedFields.update(null, body, type.schema(), manager, type.gvk().apiVersion(), operation, "", clock.instant());
        }
        if (type.namespaced() && !type.kind().equals("Namespace")) {
            checkNamespaceAlive(type, target);
        }
        if (call.dryRun()) {
            if (store.get(target.key()).isPresent()) {
                throw Failure.exists(type, name);
            }
            return body;
        }
        var finalName = name;
        return store.create(target.key(), revision -> Bodies.write(at(body, revision)))
                .map(e -> Bodies.stored(e.value()))
                .orElseThrow(() -> Failure.exists(type, finalName));
    }

    ObjectNode update(Call call, ObjectNode body) throws Failure {
        var type = call.type();
        checkKind(type, body);
        checkFields(call, body);
        var metadata = metadata(body);
        checkNamespace(call.target(), metadata);
        if (!metadata.path("name").asText("").equals(call.target().name())) {
            throw Failure.badRequest("the name of the object (" + metadata.path("name").asText("") + ") does not match the name on the URL (" + call.target().name() + ")");
        }
        var asked = metadata.path("resourceVersion").asText("");
        for (int i = 0; i < MAX_TRIES; i++) {
            var entry = store.get(call.target().key()).orElseThrow(() -> Failure.notFound(type, call.target().name()));
            var live = Bodies.stored(entry.value());
            if (asked.isEmpty() && type.custom()) {
                throw Failure.invalid(type, call.target().name(), List.of(new Cause("FieldValueInvalid", "Invalid value: 0: must be specified for an update", "metadata.resourceVersion")));
            }
            if (!asked.isEmpty() && !asked.equals(Long.toString(entry.revision()))) {
                throw Failure.modified(type, call.target().name());
            }
            var written = write(call, entry, live, body.deepCopy(), call.manager(), true);
            if (written.isPresent()) {
                return written.get();
            }
        }
        throw Failure.modified(type, call.target().name());
    }

    /** A patch's object, and whether it was made by it. */
    record Patched(ObjectNode object, boolean created) {}

    Patched patch(Call call, String media, byte[] bytes) throws Failure {
        var type = call.type();
        var apply = media.equals("application/apply-patch+yaml") || media.equals("application/apply-patch+json");
        var patch = apply ? Bodies.yaml(bytes) : Bodies.json(bytes);
        if (apply && call.query("fieldManager").isEmpty()) {
            throw Failure.badRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        }
        for (int i = 0; i < MAX_TRIES; i++) {
            var entry = store.get(call.target().key());
            if (entry.isEmpty()) {
                if (!apply || !call.target().subresource().isEmpty()) {
                    throw Failure.notFound(type, call.target().name());
                }
                return new Patched(create(call, applied(call, null, patch), call.manager(), "Apply"), true);
            }
            var live = Bodies.stored(entry.get().value());
            var changed = apply ? applied(call, live, patch) : patched(call, media, live, patch);
            var asked = changed.path("metadata").path("resourceVersion").asText("");
            if (!asked.isEmpty() && !asked.equals(Long.toString(entry.get().revision()))) {
                throw Failure.modified(type, call.target().name());
            }
            if (!apply) {
                checkFields(call, changed);
            }
            var written = write(call, entry.get(), live, changed, call.manager(), !apply);
            if (written.isPresent()) {
                return new Patched(written.get(), false);
            }
        }
        throw Failure.modified(type, call.target().name());
    }

    private ObjectNode applied(Call call, @Nullable ObjectNode live, JsonNode patch) throws Failure {
        if (!(patch instanceof ObjectNode object)) {
            throw Failure.badRequest("error decoding YAML: the body is not an object");
        }
        checkKind(call.type(), object);
        checkFields(call, object);
        var metadata = metadata(object);
        checkNamespace(call.target(), metadata);
        metadata.put("name", call.target().name());
        if (metadata.has("managedFields")) {
            throw Failure.badRequest("metadata.managedFields must be nil");
        }
        try {
            return ServerSideApply.apply(
                    live, object, call.type().schema(), call.manager(), call.flag("force"), call.type().gvk().apiVersion(),
                    call.target().subresource(), clock.instant());
        } catch (ApplyConflictException e) {
            throw Failure.applyConflict(e);
        }
    }

    private ObjectNode patched(Call call, String media, ObjectNode live, JsonNode patch) throws Failure {
        try {
            var result = switch (media) {
                case "application/json-patch+json" -> Patches.json(live, patch);
                case "application/merge-patch+json" -> Patches.merge(live, patch);
                case "application/strategic-merge-patch+json" -> {
                    if (call.type().custom()) {
                        throw Failure.media(media, "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
                    }
                    if (!(patch instanceof ObjectNode object)) {
                        throw Failure.badRequest("the body is not an object");
                    }
                    yield Patches.strategic(live, object, call.type().schema());
                }
                default -> throw Failure.media(media,
                        "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml");
            };
            if (result instanceof ObjectNode object) {
                return object;
            }
            throw Failure.badRequest("the patch does not yield an object");
        } catch (PatchException e) {
            throw media.equals("application/json-patch+json")
                    ? Failure.unprocessable("the server rejected our request due to an error in our request")
                    : Failure.badRequest(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Writes the changed form of an object that is there.
     *
     * @return empty if somebody else was faster
     */
    Optional<ObjectNode> write(Call call, ObjectStore.Entry entry, ObjectNode live, ObjectNode changed, String manager, boolean own) throws Failure {
        var type = call.type();
        var metadata = metadata(changed);
        if (metadata.has("uid") && !metadata.path("uid").equals(live.path("metadata").path("uid"))) {
            throw Failure.conflict(type, call.target().name(), "Precondition failed: UID in precondition: " + metadata.path("uid").asText() + ", UID in object meta: " + live.path("metadata").path("uid").asText());
        }
        for (var fixed : List.of("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "namespace", "name")) {
            keep(metadata, (ObjectNode) live.path("metadata"), fixed);
        }
        preparation.beforeUpdate(type, call.target().subresource(), changed, live);
        Defaults.apply(changed, type.schema());
        check(type, call.target().name(), changed, live);
        if (preparation.countsGenerations(type) && !preparation.wished(changed).equals(preparation.wished(live))) {
            metadata.put("generation", live.path("metadata").path("generation").asLong() + 1);
        }
        if (own) {
            ManagedFields.update(live, changed, type.schema(), manager, type.gvk().apiVersion(), "Update", call.target().subresource(), clock.instant());
        }
        metadata.put("resourceVersion", Long.toString(entry.revision()));
        if (same(changed, live) || call.dryRun()) {
            return Optional.of(call.dryRun() ? changed : live);
        }
        var finished = metadata.has("deletionTimestamp") && metadata.path("finalizers").isEmpty() && Deletion.removable(type, changed);
        return (finished
                        ? store.delete(entry.key(), entry.revision(), revision -> Bodies.write(at(changed, revision)))
                        : store.update(entry.key(), entry.revision(), revision -> Bodies.write(at(changed, revision))))
                .map(e -> Bodies.stored(e.value()));
    }

    /** Whether nothing has changed but the times at which managers wrote. */
    private static boolean same(ObjectNode a, ObjectNode b) {
        if (a.equals(b)) {
            return true;
        }
        return withoutTimes(a).equals(withoutTimes(b));
    }

    private static ObjectNode withoutTimes(ObjectNode object) {
        var copy = object.deepCopy();
        copy.path("metadata").path("managedFields").forEach(f -> ((ObjectNode) f).remove("time"));
        return copy;
    }

    private static void keep(ObjectNode changed, ObjectNode live, String field) {
        if (live.has(field)) {
            changed.set(field, live.get(field));
        } else {
            changed.remove(field);
        }
    }

    private void check(ResourceType type, String name, ObjectNode object, @Nullable ObjectNode old) throws Failure {
        var causes = new java.util.ArrayList<Cause>(Names.validateMetadata(object, type.gvk(), type.namespaced()));
        if (type.custom()) {
            causes.addAll(Validation.validate(object, type.schema()));
        } else {
            causes.addAll(old == null ? BuiltInValidation.validate(type.gvk(), object) : BuiltInValidation.validateUpdate(type.gvk(), object, old));
        }
        if (!causes.isEmpty()) {
            throw Failure.invalid(type, name, causes);
        }
    }

    private static void checkKind(ResourceType type, ObjectNode body) throws Failure {
        var apiVersion = body.path("apiVersion").asText("");
        var kind = body.path("kind").asText("");
        if (apiVersion.isEmpty() && kind.isEmpty() && !type.custom()) {
            body.put("apiVersion", type.gvk().apiVersion()).put("kind", type.kind());
            return;
        }
        if (kind.isEmpty()) {
            throw Failure.badRequest("Object 'Kind' is missing in the body");
        }
        if (!apiVersion.equals(type.gvk().apiVersion())) {
            throw Failure.badRequest("the API version in the data (" + apiVersion + ") does not match the expected API version (" + type.gvk().apiVersion() + ")");
        }
        if (!kind.equals(type.kind())) {
            throw Failure.badRequest(kind + " in version \"" + type.version() + "\" cannot be handled as a " + type.kind() + ": no kind \"" + kind + "\" is registered here");
        }
    }

    private static void checkFields(Call call, ObjectNode body) throws Failure {
        var wrong = call.type().custom() ? List.<Cause>of() : Validation.typeErrors(body, call.type().schema());
        if (!wrong.isEmpty()) {
            throw Failure.badRequest(call.type().kind() + " in version \"" + call.type().version() + "\" cannot be handled as a " + call.type().kind() + ": " + Cause.text(wrong));
        }
        var mode = call.query("fieldValidation");
        var unknown = Fields.prune(body, call.type().schema());
        if (unknown.isEmpty() || mode.equals("Ignore")) {
            return;
        }
        var texts = unknown.stream().map(u -> u.startsWith("unknown field") || u.startsWith("duplicate field") ? u : "unknown field \"" + u + "\"").toList();
        if (mode.equals("Strict")) {
            throw Failure.badRequest(call.type().kind() + " in version \"" + call.type().version() + "\" cannot be handled as a " + call.type().kind()
                    + ": strict decoding error: " + String.join(", ", texts));
        }
        call.warnings().addAll(texts);
    }

    private static void checkNamespace(Target target, ObjectNode metadata) throws Failure {
        var said = metadata.path("namespace").asText("");
        if (!target.type().namespaced()) {
            metadata.remove("namespace");
            return;
        }
        if (target.namespace().isEmpty()) {
            throw Failure.badRequest("an empty namespace may not be set during creation");
        }
        if (!said.isEmpty() && !said.equals(target.namespace())) {
            throw Failure.badRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
        metadata.put("namespace", target.namespace());
    }

    private void checkNamespaceAlive(ResourceType type, Target target) throws Failure {
        var namespace = store.get("/core/namespaces/" + target.namespace()).map(e -> Bodies.stored(e.value()));
        if (namespace.isEmpty()) {
            throw Failure.namespaceMissing(target.namespace());
        }
        if (namespace.get().path("metadata").has("deletionTimestamp") && !type.kind().equals("Event")) {
            throw Failure.forbidden(
                    type.plural() + (type.group().isEmpty() ? "" : "." + type.group()) + " \"" + target.name() + "\" is forbidden: unable to create new content in namespace "
                            + target.namespace() + " because it is being terminated",
                    type.group(), type.plural(), target.name());
        }
    }

    static ObjectNode metadata(ObjectNode object) {
        return object.path("metadata") instanceof ObjectNode metadata ? metadata : object.putObject("metadata");
    }

    static ObjectNode at(ObjectNode object, long revision) {
        metadata(object).put("resourceVersion", Long.toString(revision));
        return object;
    }

    private String suffix() {
        var suffix = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            suffix.append(SUFFIX_LETTERS.charAt(random.nextInt(SUFFIX_LETTERS.length())));
        }
        return suffix.toString();
    }
}
