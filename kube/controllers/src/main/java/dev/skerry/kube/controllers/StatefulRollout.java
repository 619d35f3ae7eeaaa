package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One look at one StatefulSet: does what may be done now, in the order of the numbers, and counts what is there afterwards. */
final class StatefulRollout {

    private final Writer writer;
    private final Recorder events;
    private final Instant now;
    private final StatefulSet set;
    private final ControllerRevision current;
    private final ControllerRevision update;
    private final StatefulClaims claims;
    private final Consumer<Pod> written;
    private final boolean ordered;
    private final int first;
    private final int wished;
    private final TreeMap<Integer, Pod> pods = new TreeMap<>();
    private @Nullable KubernetesClientException failure;

    StatefulRollout(
            Writer writer, Recorder events, Instant now, StatefulSet set, List<Pod> mine, ControllerRevision current, ControllerRevision update,
            StatefulClaims claims, Consumer<Pod> written) {
        this.writer = writer;
        this.events = events;
        this.now = now;
        this.set = set;
        this.current = current;
        this.update = update;
        this.claims = claims;
        this.written = written;
        this.ordered = !"Parallel".equals(set.getSpec().getPodManagementPolicy());
        this.first = set.getSpec().getOrdinals() == null ? 0 : Numbers.of(set.getSpec().getOrdinals().getStart());
        this.wished = set.getSpec().getReplicas() == null ? 1 : set.getSpec().getReplicas();
        mine.forEach(p -> pods.put(StatefulPods.ordinal(set, p), p));
    }

    /** @return the counts for the status; what went wrong is kept aside */
    Map<String, @Nullable Object> run() {
        try {
            if (!Cache.leaving(set)) {
                if (fill() && shrink()) {
                    roll();
                }
            }
        } catch (KubernetesClientException e) {
            failure = e;
        }
        return counts();
    }

    Optional<KubernetesClientException> failure() {
        return Optional.ofNullable(failure);
    }

    /** @return whether the next step may follow */
    private boolean fill() {
        for (int ordinal = first; ordinal < first + wished; ordinal++) {
            if (!look(ordinal) && ordered) {
                return false;
            }
        }
        return true;
    }

    /** Brings one number into being. @return whether it is as it should be */
    private boolean look(int ordinal) {
        var there = pods.get(ordinal);
        if (there == null) {
            create(ordinal);
            return false;
        }
        if (PodState.finished(there)) {
            if (!Cache.leaving(there)) {
                events.warning(set, "RecreatingFailedPod", "StatefulSet " + Cache.key(set) + " is recreating failed Pod " + there.getMetadata().getName());
                delete(ordinal, there);
            }
            return false;
        }
        if (Cache.leaving(there)) {
            return false;
        }
        claims.ensure(set, ordinal);
        var named = new io.fabric8.kubernetes.api.model.PodBuilder(there).build();
        if (StatefulPods.identify(set, ordinal, named)) {
            note(ordinal, writer.merge(there, Map.of("metadata", Map.of("labels", named.getMetadata().getLabels()))));
        }
        claims.own(set, there, ordinal, false);
        return healthy(there);
    }

    private void create(int ordinal) {
        var name = StatefulPods.name(set, ordinal);
        var pod = StatefulPods.of(set, ordinal, revisionFor(ordinal));
        try {
            claims.ensure(set, ordinal);
            var made = writer.create(pod);
            made.ifPresent(p -> {
                events.normal(set, "SuccessfulCreate", "create Pod " + name + " in StatefulSet " + set.getMetadata().getName() + " successful");
                note(ordinal, p);
            });
            if (made.isEmpty()) {
                throw new KubernetesClientException("pods \"" + name + "\" already exists", java.net.HttpURLConnection.HTTP_CONFLICT, null);
            }
        } catch (KubernetesClientException e) {
            if (!NewPods.namespaceLeaves(e)) {
                events.warning(set, "FailedCreate", "create Pod " + name + " in StatefulSet " + set.getMetadata().getName() + " failed error: " + NewPods.reason(e));
                throw e;
            }
        }
    }

    private void note(int ordinal, Pod pod) {
        pods.put(ordinal, pod);
        written.accept(pod);
    }

    /** Below the partition a lost Pod comes back as it was. */
    private ControllerRevision revisionFor(int ordinal) {
        var strategy = set.getSpec().getUpdateStrategy();
        if (strategy == null || !"RollingUpdate".equals(strategy.getType())) {
            return update;
        }
        if (strategy.getRollingUpdate() == null) {
            return ordinal < first + Numbers.of(set.getStatus() == null ? null : set.getStatus().getCurrentReplicas()) ? current : update;
        }
        return ordinal < first + Numbers.of(strategy.getRollingUpdate().getPartition()) ? current : update;
    }

    private Pod at(int ordinal) {
        return Objects.requireNonNull(pods.get(ordinal));
    }

    /** Takes away the numbers too many, the highest first. */
    private boolean shrink() {
        var surplus = pods.keySet().stream().filter(o -> o < first || o >= first + wished).sorted(Comparator.reverseOrder()).toList();
        var sick = pods.entrySet().stream().filter(e -> !healthy(e.getValue())).map(Map.Entry::getKey).findFirst();
        for (var ordinal : surplus) {
            claims.own(set, at(ordinal), ordinal, true);
        }
        for (var ordinal : surplus) {
            var pod = at(ordinal);
            if (Cache.leaving(pod)) {
                if (ordered) {
                    return false;
                }
                continue;
            }
            if (ordered && !runningAndReady(pod) && sick.isPresent() && !sick.get().equals(ordinal)) {
                return false;
            }
            delete(ordinal, pod);
            if (ordered) {
                return false;
            }
        }
        return true;
    }

    /** Replaces Pods of older revisions, the highest number first, as many at a time as may be missed. */
    private void roll() {
        var strategy = set.getSpec().getUpdateStrategy();
        if (strategy != null && "OnDelete".equals(strategy.getType())) {
            return;
        }
        var rolling = strategy == null ? null : strategy.getRollingUpdate();
        var partition = rolling == null ? 0 : Numbers.of(rolling.getPartition());
        var missed = rolling == null || rolling.getMaxUnavailable() == null ? 1 : Math.max(1, Surge.scaled(rolling.getMaxUnavailable(), wished, false));
        var unavailable = 0;
        for (int ordinal = first + wished - 1; ordinal >= first; ordinal--) {
            var pod = pods.get(ordinal);
            unavailable += pod == null || !healthy(pod) ? 1 : 0;
        }
        for (int ordinal = first + wished - 1; ordinal >= first + partition; ordinal--) {
            var pod = pods.get(ordinal);
            if (pod == null || Cache.leaving(pod)) {
                if (missed == 1) {
                    return;
                }
                continue;
            }
            if (!StatefulPods.revision(pod).equals(update.getMetadata().getName())) {
                // One that is sick anyway costs nothing more.
                if (unavailable >= missed && healthy(pod)) {
                    return;
                }
                unavailable += healthy(pod) ? 1 : 0;
                delete(ordinal, pod);
                if (missed == 1) {
                    return;
                }
            } else if (!healthy(pod) && missed == 1) {
                return;
            }
        }
    }

    private void delete(int ordinal, Pod pod) {
        var name = pod.getMetadata().getName();
        try {
            writer.delete(pod).ifPresent(a -> {
                events.normal(set, "SuccessfulDelete", "delete Pod " + name + " in StatefulSet " + set.getMetadata().getName() + " successful");
                var gone = new io.fabric8.kubernetes.api.model.PodBuilder(pod).editMetadata().withResourceVersion(a.path("metadata").path("resourceVersion").asText("0"))
                        .withDeletionTimestamp(now.toString()).endMetadata().build();
                note(ordinal, gone);
            });
        } catch (KubernetesClientException e) {
            events.warning(set, "FailedDelete", "delete Pod " + name + " in StatefulSet " + set.getMetadata().getName() + " failed error: " + NewPods.reason(e));
            throw e;
        }
    }

    private static boolean runningAndReady(Pod pod) {
        return PodState.phase(pod).equals("Running") && PodState.ready(pod);
    }

    private boolean healthy(Pod pod) {
        return runningAndReady(pod) && !Cache.leaving(pod) && PodState.available(pod, Numbers.of(set.getSpec().getMinReadySeconds()), now);
    }

    private Map<String, @Nullable Object> counts() {
        var all = new ArrayList<>(pods.values());
        var ready = all.stream().filter(StatefulRollout::runningAndReady).count();
        var live = all.stream().filter(p -> !Cache.leaving(p)).toList();
        var ofCurrent = live.stream().filter(p -> StatefulPods.revision(p).equals(current.getMetadata().getName())).count();
        var ofUpdate = live.stream().filter(p -> StatefulPods.revision(p).equals(update.getMetadata().getName())).count();
        var strategy = set.getSpec().getUpdateStrategy();
        var done = strategy != null && "RollingUpdate".equals(strategy.getType()) && ofUpdate == all.size() && ready == all.size() && all.size() == wished;
        var status = new HashMap<String, @Nullable Object>();
        status.put("replicas", all.size());
        status.put("readyReplicas", Numbers.some(ready));
        status.put("availableReplicas",
                all.stream().filter(p -> runningAndReady(p) && PodState.available(p, Numbers.of(set.getSpec().getMinReadySeconds()), now)).count());
        status.put("currentReplicas", Numbers.some(done ? ofUpdate : ofCurrent));
        status.put("updatedReplicas", Numbers.some(ofUpdate));
        status.put("currentRevision", (done ? update : current).getMetadata().getName());
        status.put("updateRevision", update.getMetadata().getName());
        return status;
    }
}
