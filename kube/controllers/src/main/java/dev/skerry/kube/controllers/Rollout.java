package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One look at one Deployment: does the next step of its rollout and tells how far it is. Steps, names, reasons and messages are those
 * of the Kubernetes deployment controller, since {@code kubectl rollout} reads them.
 */
final class Rollout {

    private static final Comparator<ReplicaSet> OLDEST =
            Comparator.comparing((ReplicaSet s) -> s.getMetadata().getCreationTimestamp()).thenComparing(s -> s.getMetadata().getName());
    private static final String PAUSED = "DeploymentPaused";

    private final Writer writer;
    private final Deployment deployment;
    private final RolloutSets sets;
    private final Function<ReplicaSet, List<Pod>> pods;
    private final Progress progress;
    private final RolloutStatus status;
    private final Surge surge;

    Rollout(
            Writer writer, Recorder events, Instant now, Deployment deployment, List<ReplicaSet> mine, Function<ReplicaSet, List<Pod>> pods, Written written) {
        this.writer = writer;
        this.deployment = deployment;
        this.pods = pods;
        this.progress = new Progress(deployment, now);
        this.status = new RolloutStatus(deployment, progress, now);
        this.surge = Surge.of(deployment);
        this.sets = new RolloutSets(writer, events, deployment, mine, progress, status.hasDeadline(), written);
    }

    static boolean recreates(Deployment deployment) {
        return deployment.getSpec().getStrategy() != null && "Recreate".equals(deployment.getSpec().getStrategy().getType());
    }

    /** @param told hears of the Deployment as it is written @return when to look again */
    Optional<Duration> run(Consumer<Deployment> told) {
        if (Cache.leaving(deployment)) {
            return tell(told, false);
        }
        pausing();
        try {
            if (paused() || scaled()) {
                sets.lookUp();
                resize();
                if (paused()) {
                    cleanUp();
                }
                return tell(told, false);
            }
            if (recreates(deployment)) {
                recreate();
            } else {
                roll();
            }
        } catch (KubernetesClientException e) {
            // What has been found out so far is worth telling, above all why it failed.
            tell(told, true);
            throw e;
        }
        return tell(told, true);
    }

    private boolean paused() {
        return Boolean.TRUE.equals(deployment.getSpec().getPaused());
    }

    /** A pause stops the clock of the deadline. */
    private void pausing() {
        if (!status.hasDeadline() || progress.reason(Progress.PROGRESSING, "ProgressDeadlineExceeded")) {
            return;
        }
        var said = progress.reason(Progress.PROGRESSING, PAUSED);
        if (paused() && !said) {
            progress.set(new Condition(Progress.PROGRESSING, "Unknown", PAUSED, "Deployment is paused"));
        } else if (!paused() && said) {
            progress.set(new Condition(Progress.PROGRESSING, "Unknown", "DeploymentResumed", "Deployment is resumed"));
        }
    }

    /** Whether the user has asked for another number since the sets were scaled. */
    private boolean scaled() {
        return sets.active().stream().anyMatch(s -> {
            var then = Revisions.annotation(s, Revisions.DESIRED);
            return !then.isEmpty() && !then.equals(Integer.toString(surge.replicas()));
        });
    }

    private void resize() {
        var active = sets.active();
        if (active.size() <= 1) {
            var one = active.isEmpty() ? sets.newest().or(sets::latest) : Optional.of(active.getFirst());
            one.ifPresent(s -> sets.scale(s, surge.replicas()));
            return;
        }
        if (sets.newest().filter(this::saturated).isPresent()) {
            sets.oldActive().forEach(s -> sets.scale(s, 0));
            return;
        }
        if (recreates(deployment)) {
            return;
        }
        var growing = surge.most() > RolloutSets.replicas(active);
        var order = Comparator.comparingInt((ReplicaSet s) -> -RolloutSets.replicas(s)).thenComparing(growing ? OLDEST.reversed() : OLDEST);
        var sorted = active.stream().sorted(order).toList();
        var sizes = Proportion.share(
                sorted.stream().map(s -> new Proportion.Part(RolloutSets.replicas(s), Revisions.number(s, Revisions.MOST))).toList(),
                surge.replicas(), surge.most(), RolloutStatus.number(deployment.getStatus().getReplicas()));
        for (int i = 0; i < sorted.size(); i++) {
            sets.scale(sorted.get(i), sizes.get(i));
        }
    }

    private boolean saturated(ReplicaSet newest) {
        return Revisions.annotation(newest, Revisions.DESIRED).equals(Integer.toString(surge.replicas()))
                && RolloutSets.replicas(newest) == surge.replicas()
                && RolloutStatus.number(newest.getStatus().getAvailableReplicas()) == surge.replicas();
    }

    private void recreate() {
        sets.lookUp();
        var some = false;
        for (var set : sets.oldActive()) {
            some |= sets.scale(set, 0);
        }
        if (some || oldPodsRun()) {
            return;
        }
        sets.scale(sets.ensureNewest(), surge.replicas());
        finish();
    }

    private boolean oldPodsRun() {
        return RolloutStatus.sum(sets.old(), s -> s.getStatus().getReplicas()) > 0
                || sets.old().stream().flatMap(s -> pods.apply(s).stream()).anyMatch(p -> !PodState.finished(p));
    }

    private void roll() {
        var newest = sets.ensureNewest();
        if (grow(newest) || shrink()) {
            return;
        }
        finish();
    }

    private boolean grow(ReplicaSet newest) {
        return RolloutSets.replicas(newest) != surge.replicas() && sets.scale(newest, sets.nextSize(newest));
    }

    /** Takes away old Pods: the sick ones first, then as many healthy ones as can be missed. */
    private boolean shrink() {
        if (sets.oldActive().isEmpty()) {
            return false;
        }
        var newest = sets.newest().orElseThrow();
        var sick = RolloutSets.replicas(newest) - RolloutStatus.number(newest.getStatus().getAvailableReplicas());
        var most = RolloutSets.replicas(sets.all()) - surge.least() - sick;
        if (most <= 0) {
            return false;
        }
        var some = false;
        for (var set : sets.oldActive().stream().sorted(OLDEST).toList()) {
            var unavailable = RolloutSets.replicas(set) - RolloutStatus.number(set.getStatus().getAvailableReplicas());
            var now = Math.min(most, unavailable);
            if (now > 0) {
                some |= sets.scale(set, RolloutSets.replicas(set) - now);
                most -= now;
            }
        }
        var spare = RolloutStatus.sum(sets.all(), s -> s.getStatus().getAvailableReplicas()) - surge.least();
        for (var set : sets.oldActive().stream().sorted(OLDEST).toList()) {
            var now = Math.min(spare, RolloutSets.replicas(set));
            if (now > 0) {
                some |= sets.scale(set, RolloutSets.replicas(set) - now);
                spare -= now;
            }
        }
        return some;
    }

    private void finish() {
        if (deployment.getStatus() != null && finishedBefore()) {
            cleanUp();
        }
    }

    private boolean finishedBefore() {
        var before = deployment.getStatus();
        return RolloutStatus.number(before.getUpdatedReplicas()) == surge.replicas()
                && RolloutStatus.number(before.getReplicas()) == surge.replicas()
                && RolloutStatus.number(before.getAvailableReplicas()) == surge.replicas()
                && deployment.getMetadata().getGeneration().equals(before.getObservedGeneration());
    }

    /** Deletes the oldest revisions that nobody asked to keep. */
    private void cleanUp() {
        var limit = deployment.getSpec().getRevisionHistoryLimit();
        if (limit == null || limit == Integer.MAX_VALUE) {
            return;
        }
        var old = sets.old().stream().filter(s -> !Cache.leaving(s)).sorted(Comparator.comparingLong((ReplicaSet s) -> Revisions.revision(s)).thenComparing(OLDEST)).toList();
        for (var set : old.subList(0, Math.max(0, old.size() - limit))) {
            var idle = RolloutSets.replicas(set) == 0 && RolloutStatus.number(set.getStatus().getReplicas()) == 0
                    && set.getStatus().getObservedGeneration() != null && set.getStatus().getObservedGeneration() >= set.getMetadata().getGeneration();
            if (idle) {
                sets.delete(set);
            }
        }
    }

    private Optional<Duration> tell(Consumer<Deployment> told, boolean judging) {
        sets.lookUp();
        var counts = status.counts(sets.all(), sets.newest(), sets.collisions());
        if (judging) {
            status.judge(counts, sets.all(), sets.newest());
        }
        var wished = RolloutStatus.fields(counts, progress);
        var there = deployment.getStatus() == null ? Map.of() : RolloutStatus.fields(deployment.getStatus(), new Progress(deployment, Instant.EPOCH));
        // The revision goes with the status, in one write.
        var renumbered = !sets.revision().isEmpty() && !sets.revision().equals(Revisions.annotation(deployment, Revisions.REVISION));
        if (renumbered || !wished.equals(there)) {
            told.accept(writer.mergeStatus(deployment, wished, renumbered ? Map.of(Revisions.REVISION, sets.revision()) : Map.of()));
        }
        return status.nextLook(counts);
    }
}
