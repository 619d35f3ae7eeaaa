package dev.skerry.fabric.spoke;

import static java.lang.System.Logger.Level.INFO;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.fabric.spoke.Inventory.Item;
import dev.skerry.model.WorkSpec;
import dev.skerry.model.WorkStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One Work at this site: applied once, looked after from then on, taken back when it goes. What has not changed is not touched.
 * Used by the applier's thread.
 */
final class AppliedWork {

    private static final System.Logger LOG = System.getLogger(AppliedWork.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final SpokeStore store;
    private final LocalObjects objects;
    private Inventory inventory;
    private @Nullable WorkSpec spec;
    private String hash = "";

    AppliedWork(String name, SpokeStore store, LocalObjects objects, @Nullable String inventory) throws IOException {
        this.name = name;
        this.store = store;
        this.objects = objects;
        this.inventory = inventory == null ? new Inventory("", 0, List.of()) : JSON.readValue(inventory, Inventory.class);
    }

    /** What the parent wants by now. */
    void wanted(WorkSpec now, String nowHash) {
        spec = now;
        hash = nowHash;
    }

    /** One manifest's fate. @param hopeless it will not mend itself */
    private record Fate(WorkStatus.Manifest manifest, boolean hopeless) {}

    /** Applies what is not applied, mends what was changed, prunes what is not named any more; answers how things stand. */
    WorkStatus look() throws IOException {
        var now = Objects.requireNonNull(spec, "wanted() first");
        var items = new ArrayList<Item>();
        var fates = new Fate[now.manifests().size()];
        for (int i : order(now.manifests())) {
            fates[i] = look(now, now.manifests().get(i), items);
        }
        var gone = inventory.items().reversed().stream().filter(old -> items.stream().noneMatch(old::same)).toList();
        for (var old : gone) {
            try {
                LOG.log(INFO, "work {0}: {1} is not named any more and is removed", name, old.text());
                objects.delete(old, now.app());
            } catch (KubernetesClientException e) {
                items.add(old); // Tried again at the next look.
            }
        }
        keep(new Inventory(hash, now.revision(), items));
        return status(now, List.of(fates));
    }

    private void keep(Inventory fresh) throws IOException {
        if (!fresh.equals(inventory)) {
            store.inventory(name, Optional.of(JSON.writeValueAsString(fresh)));
            inventory = fresh;
        }
    }

    /** Namespaces and definitions before what needs them; the rest as it is written. */
    private static List<Integer> order(List<JsonNode> manifests) {
        return IntStream.range(0, manifests.size()).boxed()
                .sorted(Comparator.comparingInt(i -> switch (manifests.get(i).path("kind").asText()) {
                    case "Namespace" -> 0;
                    case "CustomResourceDefinition" -> 1;
                    default -> 2;
                }))
                .toList();
    }

    private Fate look(WorkSpec now, JsonNode manifest, List<Item> items) throws IOException {
        Item item;
        try {
            item = objects.place(manifest, now.appNamespace(), Hashes.of(JSON.writeValueAsString(manifest)));
        } catch (LocalObjects.UnknownKindException e) {
            return new Fate(new WorkStatus.Manifest(manifest.path("kind").asText(), null, manifest.path("metadata").path("name").asText(), false, false, e.getMessage()), true);
        }
        var before = inventory.items().stream().filter(item::same).findFirst();
        try {
            var there = objects.find(item);
            boolean applied = before.isPresent() && before.get().manifest().equals(item.manifest());
            boolean drifted = applied && there.map(t -> !LocalObjects.mark(t).equals(before.get().mark())).orElse(true);
            if (there.isEmpty() || !applied || drifted && !"Keep".equals(now.drift())) {
                var result = objects.apply(item, manifest, now.app());
                items.add(marked(item, LocalObjects.mark(result)));
                return fate(item, ObjectHealth.of(result));
            }
            items.add(before.get());
            return drifted
                    ? new Fate(new WorkStatus.Manifest(item.kind(), item.namespace(), item.name(), true, true, "was changed at the site and is kept (drift: Keep)"), false)
                    : fate(item, ObjectHealth.of(there.get()));
        } catch (KubernetesClientException e) {
            before.ifPresent(items::add);
            boolean hopeless = e.getCode() >= 400 && e.getCode() < 500 && e.getCode() != 409 && e.getCode() != 429;
            var message = e.getStatus() == null || e.getStatus().getMessage() == null ? String.valueOf(e.getMessage()) : e.getStatus().getMessage();
            return new Fate(new WorkStatus.Manifest(item.kind(), item.namespace(), item.name(), false, false, message), hopeless);
        }
    }

    private static Item marked(Item item, String mark) {
        return new Item(item.apiVersion(), item.kind(), item.namespace(), item.name(), item.manifest(), mark);
    }

    private static Fate fate(Item item, Optional<String> missing) {
        boolean hopeless = missing.filter(m -> m.startsWith("!")).isPresent();
        return new Fate(new WorkStatus.Manifest(item.kind(), item.namespace(), item.name(), true, missing.isEmpty(), missing.map(m -> hopeless ? m.substring(1) : m).orElse(null)), hopeless);
    }

    private static WorkStatus status(WorkSpec spec, List<Fate> fates) {
        var manifests = fates.stream().map(Fate::manifest).toList();
        boolean failed = fates.stream().anyMatch(Fate::hopeless);
        boolean ok = manifests.stream().allMatch(m -> m.applied() && m.healthy());
        var message = manifests.stream().filter(m -> !m.applied() || !m.healthy()).findFirst()
                .map(m -> m.kind() + " " + m.name() + ": " + m.message()).orElse(null);
        return new WorkStatus(failed ? "Failed" : ok ? "Ok" : "Progressing", message, spec.revision(), manifests, List.of());
    }

    /** Takes back all that was applied; answers whether nothing is left. */
    boolean remove(String app) throws IOException {
        var left = new ArrayList<Item>();
        for (var item : inventory.items().reversed()) {
            try {
                objects.delete(item, app);
            } catch (KubernetesClientException e) {
                left.add(item);
            }
        }
        if (left.isEmpty()) {
            store.inventory(name, Optional.empty());
            return true;
        }
        keep(new Inventory(inventory.hash(), inventory.revision(), left.reversed()));
        return false;
    }

    /** The App that it is of, as its name says: {@code <namespace>.<app>}. */
    String app() {
        return spec != null ? spec.app() : name.substring(name.indexOf('.') + 1);
    }
}
