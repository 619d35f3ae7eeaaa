package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.kube.quota.Amount;
import dev.skerry.kube.quota.Amounts;
import dev.skerry.kube.quota.QuotaScopes;
import dev.skerry.kube.quota.QuotaUsage;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts what each quota's namespace uses. Admission charges quotas before an object is made; here they are counted anew when a quota or a Pod changes, and
 * every few seconds where other kinds are counted, so that what has gone is given back.
 */
final class ResourceQuotas implements Controller {

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    private static final Duration QUIET = Duration.ofMillis(250);
    private static final Duration KINDS_KNOWN = Duration.ofSeconds(60);

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<ResourceQuota> quotas;
    private final Cache<Pod> pods;
    private final ControlLoop loop;
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, Kind> kinds = new ConcurrentHashMap<>();
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();
    private volatile long kindsUntil = System.nanoTime();

    ResourceQuotas(Writer writer, ControllersConfig config, Cache<ResourceQuota> quotas, Cache<Pod> pods) {
        this.writer = writer;
        this.config = config;
        this.quotas = quotas;
        this.pods = pods;
        this.loop = new ControlLoop("resource-quotas", 1, this::reconcile);
        quotas.onChange(q -> loop.add(Cache.key(q)));
        pods.onChange(p -> quotas.inNamespace(Cache.namespace(p)).forEach(q -> loop.add(Cache.key(q))));
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        var found = quotas.find(key);
        if (found.isEmpty() || Cache.leaving(found.get())) {
            seen.remove(key);
            return Optional.empty();
        }
        var quota = json.<JsonNode>valueToTree(found.get());
        var hard = Amounts.read(quota.path("spec").path("hard"));
        var used = new TreeMap<String, Amount>();
        hard.keySet().forEach(line -> used.put(line, Amount.ZERO));
        var others = false;
        for (var kind : counted(hard)) {
            others |= !kind.plural().equals("pods");
            for (var object : objects(kind, Cache.namespace(found.get()))) {
                if (QuotaScopes.hold(quota, kind.group(), kind.plural(), object)) {
                    QuotaUsage.of(kind.group(), kind.plural(), object, config.clock().instant())
                            .forEach((line, amount) -> used.computeIfPresent(line, (l, sum) -> sum.plus(amount)));
                }
            }
        }
        var status = quota.path("status");
        var lower = keepCharges(key, found.get().getMetadata().getResourceVersion(), Amounts.read(status.path("used")), used);
        if (!Amounts.write(used).equals(Amounts.write(Amounts.read(status.path("used")))) || !Amounts.write(hard).equals(Amounts.write(Amounts.read(status.path("hard"))))) {
            writer.mergeStatus(found.get(), Map.of("hard", replaced(status.path("hard"), hard), "used", replaced(status.path("used"), used)));
        }
        return lower ? Optional.of(QUIET) : others ? Optional.of(LOOK_AGAIN) : Optional.empty();
    }

    /** A quota at a revision, and since when it has been seen so. */
    private record Seen(String revision, long sinceNanos) {}

    /**
     * Admission charges a quota a moment before the object is there to be counted: a line goes down only if the quota has not been charged for a while.
     *
     * @return whether lines were kept that should be looked at again
     */
    private boolean keepCharges(String key, String revision, Map<String, Amount> told, Map<String, Amount> used) {
        var now = System.nanoTime();
        var before = seen.get(key);
        if (before == null || !before.revision().equals(revision)) {
            before = new Seen(revision, now);
            seen.put(key, before);
        }
        if (now - before.sinceNanos() >= QUIET.toNanos()) {
            return false;
        }
        var kept = false;
        for (var line : used.entrySet()) {
            var charged = told.getOrDefault(line.getKey(), Amount.ZERO);
            if (charged.compareTo(line.getValue()) > 0) {
                line.setValue(charged);
                kept = true;
            }
        }
        return kept;
    }

    /** A merge patch: lines that are no longer wished go. */
    private static Map<String, @org.jspecify.annotations.Nullable Object> replaced(JsonNode before, Map<String, Amount> now) {
        var patch = new TreeMap<String, @org.jspecify.annotations.Nullable Object>();
        before.fieldNames().forEachRemaining(line -> patch.put(line, null));
        now.forEach((line, amount) -> patch.put(line, amount.text()));
        return patch;
    }

    private List<Kind> counted(Map<String, Amount> hard) {
        var wanted = new ArrayList<Kind>();
        var core = List.of("pods", "services", "persistentvolumeclaims", "configmaps", "secrets", "resourcequotas", "replicationcontrollers");
        for (var plural : core) {
            if (hard.keySet().stream().anyMatch(line -> QuotaUsage.counts("", plural, line))) {
                wanted.add(new Kind("", "v1", plural, plural, true, java.util.Set.of()));
            }
        }
        for (var line : hard.keySet()) {
            var name = line.startsWith("count/") ? line.substring("count/".length()) : "";
            if (!name.isEmpty() && !core.contains(name)) {
                Optional.ofNullable(known().get(name)).filter(Kind::namespaced).ifPresent(wanted::add);
            }
        }
        return wanted;
    }

    private Map<String, Kind> known() {
        if (System.nanoTime() - kindsUntil >= 0) {
            Kind.discover(writer.client()).forEach(k -> kinds.put(k.resource(), k));
            kindsUntil = System.nanoTime() + KINDS_KNOWN.toNanos();
        }
        return kinds;
    }

    private List<JsonNode> objects(Kind kind, String namespace) {
        var all = new ArrayList<JsonNode>();
        if (kind.plural().equals("pods") && kind.group().isEmpty()) {
            pods.inNamespace(namespace).forEach(p -> all.add(json.valueToTree(p)));
            return all;
        }
        try {
            var body = writer.client().raw(kind.path(namespace));
            if (body != null) {
                writer.client().getKubernetesSerialization().unmarshal(body, JsonNode.class).path("items").forEach(all::add);
            }
        } catch (KubernetesClientException e) {
            // The kind has gone meanwhile, and its objects with it.
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
        return all;
    }

    @Override
    public void close() {
        loop.close();
    }
}
