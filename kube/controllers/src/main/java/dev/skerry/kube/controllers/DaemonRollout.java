package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** One look at one DaemonSet: Pods where they are missing, none where they have no business, and older ones replaced few at a time. */
final class DaemonRollout {

    private static final int BURST = 250;
    private static final Comparator<Pod> OLDEST = Comparator.comparing((Pod p) -> PodState.node(p).isEmpty())
            .thenComparing((Pod p) -> p.getMetadata().getCreationTimestamp()).thenComparing(p -> p.getMetadata().getName());

    private final Recorder events;
    private final Instant now;
    private final DaemonSet set;
    private final String hash;
    private final NewPods newPods;
    private final LongConsumer written;
    private final Pod pattern;
    private final List<Node> nodes;
    private final Map<String, List<Pod>> byNode = new HashMap<>();
    private final Set<String> wanted = new HashSet<>();
    private int budget = BURST;

    DaemonRollout(
            Recorder events, Instant now, DaemonSet set, String hash, Collection<Node> nodes, List<Pod> mine, NewPods newPods, LongConsumer written) {
        this.events = events;
        this.now = now;
        this.set = set;
        this.hash = hash;
        this.newPods = newPods;
        this.written = written;
        this.pattern = DaemonPods.of(set, hash);
        this.nodes = List.copyOf(nodes);
        mine.forEach(p -> DaemonPods.node(p).ifPresent(n -> byNode.computeIfAbsent(n, k -> new ArrayList<>()).add(p)));
        nodes.stream().filter(n -> shouldRun(n)).forEach(n -> wanted.add(n.getMetadata().getName()));
    }

    private boolean allowed(Node node) {
        var own = set.getSpec().getTemplate().getSpec().getNodeName();
        return (own == null || own.isEmpty() || own.equals(node.getMetadata().getName()))
                && new NodeFit(node, List.of()).allowedBy(DaemonPods.on(node.getMetadata().getName(), pattern));
    }

    private boolean shouldRun(Node node) {
        return allowed(node) && new NodeFit(node, List.of()).untolerated(pattern).isEmpty();
    }

    /** A Pod that is there stays as long as nothing drives it out. */
    private boolean mayStay(Node node) {
        return allowed(node) && new NodeFit(node, List.of()).untolerated(pattern).stream().noneMatch(t -> "NoExecute".equals(t.getEffect()));
    }

    void run() {
        var known = new HashSet<String>();
        for (var node : nodes) {
            known.add(node.getMetadata().getName());
            look(node);
        }
        // The garbage collector of Pods takes what is on a node that is gone; what only asks for one is ours to take.
        byNode.forEach((node, pods) -> {
            if (!known.contains(node)) {
                pods.stream().filter(p -> PodState.node(p).isEmpty() && !Cache.leaving(p)).toList().forEach(this::delete);
            }
        });
        roll();
    }

    private void look(Node node) {
        var name = node.getMetadata().getName();
        var there = byNode.computeIfAbsent(name, k -> new ArrayList<>());
        var live = new ArrayList<Pod>();
        for (var pod : List.copyOf(there)) {
            if (Cache.leaving(pod)) {
                continue;
            }
            if (PodState.phase(pod).equals("Failed")) {
                events.warning(set, "FailedDaemonPod", "Found failed daemon pod " + Cache.key(pod) + " on node " + name + ", will try to kill it");
                delete(pod);
            } else if (PodState.phase(pod).equals("Succeeded")) {
                events.normal(set, "SucceededDaemonPod", "Found succeeded daemon pod " + Cache.key(pod) + " on node " + name + ", will try to delete it");
                delete(pod);
            } else {
                live.add(pod);
            }
        }
        if (wanted.contains(name)) {
            if (there.isEmpty()) {
                create(name);
            } else if (surge() == 0 && live.size() > 1) {
                live.stream().sorted(OLDEST).skip(1).toList().forEach(this::delete);
            }
        } else if (!mayStay(node)) {
            live.forEach(this::delete);
        }
    }

    private int surge() {
        var strategy = set.getSpec().getUpdateStrategy();
        if (strategy == null || strategy.getRollingUpdate() == null || strategy.getRollingUpdate().getMaxSurge() == null || "OnDelete".equals(strategy.getType())) {
            return 0;
        }
        return Surge.scaled(strategy.getRollingUpdate().getMaxSurge(), wanted.size(), true);
    }

    private void roll() {
        var strategy = set.getSpec().getUpdateStrategy();
        if (strategy != null && "OnDelete".equals(strategy.getType())) {
            return;
        }
        var given = strategy == null || strategy.getRollingUpdate() == null ? null : strategy.getRollingUpdate().getMaxUnavailable();
        var surge = surge();
        var most = surge > 0 ? 0 : Math.max(1, given == null ? 1 : Surge.scaled(given, wanted.size(), true));
        var unavailable = 0;
        var surging = 0;
        var waiting = new ArrayList<Pod>();
        for (var name : wanted) {
            var live = byNode.getOrDefault(name, List.of()).stream().filter(PodState::active).toList();
            var old = live.stream().filter(p -> !updated(p)).toList();
            var fresh = live.stream().filter(this::updated).findFirst();
            if (surge > 0) {
                if (fresh.filter(this::available).isPresent()) {
                    old.forEach(this::delete);
                } else if (fresh.isPresent() && !old.isEmpty()) {
                    surging++;
                } else if (!old.isEmpty() && surging < surge && !available(old.getFirst())) {
                    delete(old.getFirst());
                } else if (!old.isEmpty() && surging < surge) {
                    surging++;
                    create(name);
                }
                continue;
            }
            var serving = live.stream().anyMatch(this::available);
            unavailable += serving ? 0 : 1;
            if (!old.isEmpty()) {
                if (serving) {
                    waiting.add(old.getFirst());
                } else {
                    delete(old.getFirst());
                }
            }
        }
        waiting.stream().limit(Math.max(0, most - unavailable)).forEach(this::delete);
    }

    private boolean updated(Pod pod) {
        return StatefulPods.revision(pod).equals(hash);
    }

    private boolean available(Pod pod) {
        return PodState.available(pod, Numbers.of(set.getSpec().getMinReadySeconds()), now);
    }

    private void create(String node) {
        if (budget-- <= 0) {
            return;
        }
        newPods.create(set, DaemonPods.on(node, pattern)).ifPresent(p -> {
            byNode.computeIfAbsent(node, k -> new ArrayList<>()).add(p);
            written.accept(Long.parseLong(p.getMetadata().getResourceVersion()));
        });
    }

    private void delete(Pod pod) {
        newPods.delete(set, pod).ifPresent(written);
        byNode.values().forEach(l -> l.remove(pod));
    }

    Map<String, @Nullable Object> counts() {
        var current = 0;
        var ready = 0;
        var available = 0;
        var updated = 0;
        var misplaced = 0;
        for (var node : nodes) {
            var name = node.getMetadata().getName();
            var pods = byNode.getOrDefault(name, List.of());
            if (!wanted.contains(name)) {
                misplaced += pods.isEmpty() ? 0 : 1;
                continue;
            }
            if (pods.isEmpty()) {
                continue;
            }
            current++;
            var oldest = pods.stream().min(OLDEST).orElseThrow();
            var serving = pods.stream().filter(PodState::ready).findFirst().orElse(oldest);
            ready += PodState.ready(serving) ? 1 : 0;
            available += available(serving) ? 1 : 0;
            updated += updated(serving) ? 1 : 0;
        }
        var status = new HashMap<String, @Nullable Object>();
        status.put("currentNumberScheduled", current);
        status.put("numberMisscheduled", misplaced);
        status.put("desiredNumberScheduled", wanted.size());
        status.put("numberReady", ready);
        status.put("updatedNumberScheduled", Numbers.some(updated));
        status.put("numberAvailable", Numbers.some(available));
        status.put("numberUnavailable", Numbers.some(wanted.size() - available));
        status.put("observedGeneration", set.getMetadata().getGeneration());
        return status;
    }
}
