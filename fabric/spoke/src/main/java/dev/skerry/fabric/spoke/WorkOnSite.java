package dev.skerry.fabric.spoke;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.fabric.spoke.DesiredStore.Owned;
import dev.skerry.model.WorkStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One Work at this site: brings its manifests to the local API, keeps them as they are wanted, tells how they do. What
 * lies there already as it was left is not touched.
 */
final class WorkOnSite {

    private static final System.Logger LOG = System.getLogger(WorkOnSite.class.getName());

    private final String key;
    private final WorkText text;
    private final String hash;
    private final DesiredStore store;
    private final LocalObjects objects;
    private final SiteEvents events;

    /** What became of it. */
    record Result(WorkStatus status, boolean allApplied, boolean allHealthy) {}

    /** One manifest, and how it does. */
    private record One(WorkStatus.Manifest manifest, Health.State health) {}

    WorkOnSite(String key, WorkText text, String hash, DesiredStore store, LocalObjects objects, SiteEvents events) {
        this.key = key;
        this.text = text;
        this.hash = hash;
        this.store = store;
        this.objects = objects;
        this.events = events;
    }

    /** Applies what is not as it should be. */
    Result bring() throws IOException {
        boolean fresh = !store.applied(key).equals(hash);
        var before = new HashMap<String, Owned>();
        store.owned(key).forEach(o -> before.put(o.identity(), o));
        if (fresh) {
            objects.ensureNamespace(text.namespace());
        }
        var all = new ArrayList<One>();
        for (ObjectNode manifest : text.manifests()) {
            all.add(bring(manifest, before, fresh));
        }
        boolean applied = all.stream().allMatch(o -> o.manifest().applied());
        if (fresh) {
            prune(before);
            if (applied) {
                store.applied(key, hash, text.app());
                LOG.log(INFO, "app {0}: revision {1} is applied", text.app(), text.revision());
                events.tell("rollout", "info", "App/" + text.namespace() + "/" + text.app(), "revision " + text.revision() + " is applied");
            }
        }
        return result(all, applied);
    }

    private Result result(List<One> all, boolean applied) {
        boolean healthy = all.stream().allMatch(o -> o.health() == Health.State.HEALTHY);
        boolean failed = all.stream().anyMatch(o -> o.health() == Health.State.FAILED);
        String message = all.stream()
                .filter(o -> o.health() != Health.State.HEALTHY)
                .sorted((a, b) -> b.health().compareTo(a.health()))
                .findFirst()
                .map(o -> o.manifest().kind() + " " + o.manifest().name() + ": " + o.manifest().message())
                .orElse(null);
        var status = new WorkStatus(
                failed ? "Failed" : healthy ? "Ok" : "Progressing", message, text.revision(), all.stream().map(One::manifest).toList(), List.of());
        return new Result(status, applied, healthy);
    }

    /** @param before what was owned; what is found again is taken out, so that the rest can be pruned */
    private One bring(ObjectNode manifest, Map<String, Owned> before, boolean fresh) throws IOException {
        String kind = manifest.path("kind").asText("?");
        String name = manifest.path("metadata").path("name").asText("?");
        String namespace = manifest.path("metadata").path("namespace").asText("");
        try {
            Owned o = objects.identify(manifest, text.namespace());
            namespace = o.namespace();
            Owned held = before.remove(o.identity());
            return apply(manifest, o.withVersion(held == null ? "" : held.version()), fresh);
        } catch (IllegalArgumentException | LocalObjects.UnknownKindException e) {
            return failed(kind, namespace, name, String.valueOf(e.getMessage()), before);
        } catch (KubernetesClientException e) {
            if (e.getCode() == 0) {
                throw e; // The API itself does not answer: that says nothing of the manifest.
            }
            return failed(kind, namespace, name, LocalObjects.reason(e), before);
        }
    }

    /** What cannot be identified now may be there from before: it is not pruned for that. */
    private static One failed(String kind, String namespace, String name, String message, Map<String, Owned> before) {
        before.values().removeIf(o -> o.kind().equals(kind) && o.name().equals(name));
        return new One(new WorkStatus.Manifest(kind, namespace, name, false, false, message), Health.State.FAILED);
    }

    private One apply(ObjectNode manifest, Owned o, boolean fresh) throws IOException, LocalObjects.UnknownKindException {
        var live = fresh && o.version().isEmpty() ? java.util.Optional.<JsonNode>empty() : objects.find(o);
        String there = live.map(LocalObjects::version).orElse("");
        if (!fresh && !there.isEmpty() && there.equals(o.version())) {
            return healthy(o, live.get(), "");
        }
        if (!fresh && text.keep() && !o.version().isEmpty()) {
            return kept(manifest, o, live.orElse(null));
        }
        store.own(key, o.withVersion(""));
        JsonNode now = objects.apply(manifest, o, text.app());
        String version = LocalObjects.version(now);
        store.own(key, o.withVersion(version));
        if (!fresh && !o.version().isEmpty() && !version.equals(there)) {
            LOG.log(WARNING, "app {0}: {1} {2} was changed at the site and is put back", text.app(), o.kind(), o.name());
            events.tell("drift", "warning", o.kind() + "/" + o.namespace() + "/" + o.name(), "changed at the site, and put back for App " + text.app());
        }
        return healthy(o, now, "");
    }

    private One kept(ObjectNode manifest, Owned o, @org.jspecify.annotations.Nullable JsonNode live) {
        if (live == null) {
            return new One(manifest(o, false, "deleted at the site, and kept so"), Health.State.FAILED);
        }
        return healthy(o, live, Drift.find(manifest, live).map(field -> "changed at the site, and kept so: " + field).orElse(""));
    }

    private One healthy(Owned o, JsonNode live, String drift) {
        Health health = Health.of(live);
        boolean well = health.state() == Health.State.HEALTHY;
        return new One(manifest(o, well, drift.isEmpty() || !well ? health.message() : drift), health.state());
    }

    private static WorkStatus.Manifest manifest(Owned o, boolean healthy, String message) {
        return new WorkStatus.Manifest(
                o.kind(), o.namespace().isEmpty() ? null : o.namespace(), o.name(), true, healthy, message.isEmpty() ? null : message);
    }

    private void prune(Map<String, Owned> left) throws IOException {
        for (Owned o : left.values()) {
            remove(key, o, text.app(), store, objects);
        }
    }

    /** Takes an object away, last come first gone, unless another Work has it too. */
    static void remove(String key, Owned o, String app, DesiredStore store, LocalObjects objects) throws IOException {
        if (!store.isShared(key, o)) {
            objects.delete(o, app);
        }
        store.disown(key, o);
    }
}
