package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a Deployment's status says of its ReplicaSets: pure, and in the words that kubectl looks for. */
final class RolloutStatus {

    private static final String DONE = "NewReplicaSetAvailable";
    private static final String LATE = "ProgressDeadlineExceeded";

    private final Deployment deployment;
    private final Progress progress;
    private final Surge surge;
    private final Instant now;

    RolloutStatus(Deployment deployment, Progress progress, Instant now) {
        this.deployment = deployment;
        this.progress = progress;
        this.surge = Surge.of(deployment);
        this.now = now;
    }

    /** The counts, and whether enough is available. */
    DeploymentStatus counts(List<ReplicaSet> sets, Optional<ReplicaSet> newest, int collisions) {
        var available = sum(sets, s -> s.getStatus().getAvailableReplicas());
        var enough = available >= surge.least();
        progress.set(enough
                ? new Condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
                : new Condition("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."));
        return new DeploymentStatusBuilder()
                .withObservedGeneration(deployment.getMetadata().getGeneration())
                .withReplicas(sum(sets, s -> s.getStatus().getReplicas()))
                .withUpdatedReplicas(newest.map(s -> sum(List.of(s), n -> n.getStatus().getReplicas())).orElse(0))
                .withReadyReplicas(sum(sets, s -> s.getStatus().getReadyReplicas()))
                .withAvailableReplicas(available)
                .withUnavailableReplicas(Math.max(0, sum(sets, s -> s.getSpec().getReplicas()) - available))
                .withTerminatingReplicas(sum(sets, s -> s.getStatus().getTerminatingReplicas()))
                .withCollisionCount(collisions == 0 ? null : collisions)
                .build();
    }

    /** Judges how the rollout goes, and says so. */
    void judge(DeploymentStatus counts, List<ReplicaSet> sets, Optional<ReplicaSet> newest) {
        var what = newest.map(s -> "ReplicaSet \"" + s.getMetadata().getName() + "\"").orElse("Deployment \"" + deployment.getMetadata().getName() + "\"");
        var finished = counts.getReplicas().equals(counts.getUpdatedReplicas()) && progress.reason(Progress.PROGRESSING, DONE);
        if (!hasDeadline()) {
            progress.remove(Progress.PROGRESSING);
        } else if (!finished) {
            if (complete(counts)) {
                progress.set(new Condition(Progress.PROGRESSING, "True", DONE, what + " has successfully progressed."));
            } else if (progressing(counts)) {
                progress.renew(new Condition(Progress.PROGRESSING, "True", "ReplicaSetUpdated", what + " is progressing."));
            } else if (timedOut()) {
                progress.set(new Condition(Progress.PROGRESSING, "False", LATE, what + " has timed out progressing."));
            }
        }
        failure(sets, newest).ifPresentOrElse(progress::set, () -> progress.remove("ReplicaFailure"));
    }

    boolean complete(DeploymentStatus counts) {
        return counts.getUpdatedReplicas() == surge.replicas()
                && counts.getReplicas() == surge.replicas()
                && counts.getAvailableReplicas() == surge.replicas();
    }

    private boolean progressing(DeploymentStatus counts) {
        var before = deployment.getStatus();
        return counts.getUpdatedReplicas() > number(before.getUpdatedReplicas())
                || counts.getReplicas() - counts.getUpdatedReplicas() < number(before.getReplicas()) - number(before.getUpdatedReplicas())
                || counts.getReadyReplicas() > number(before.getReadyReplicas())
                || counts.getAvailableReplicas() > number(before.getAvailableReplicas());
    }

    private boolean timedOut() {
        if (progress.reason(Progress.PROGRESSING, DONE)) {
            return false;
        }
        return progress.reason(Progress.PROGRESSING, LATE) || deadline().filter(now::isAfter).isPresent();
    }

    /** When to look again whether it stands still. */
    Optional<Duration> nextLook(DeploymentStatus counts) {
        if (!hasDeadline() || complete(counts) || progress.reason(Progress.PROGRESSING, LATE) || Boolean.TRUE.equals(deployment.getSpec().getPaused())) {
            return Optional.empty();
        }
        return deadline().map(end -> Duration.between(now, end.plusSeconds(1))).map(d -> d.isNegative() ? Duration.ZERO : d);
    }

    private Optional<Instant> deadline() {
        return progress.find(Progress.PROGRESSING).map(c -> Instant.parse(c.getLastUpdateTime()).plusSeconds(deployment.getSpec().getProgressDeadlineSeconds()));
    }

    /** The largest number means that there is none. */
    boolean hasDeadline() {
        var seconds = deployment.getSpec().getProgressDeadlineSeconds();
        return seconds != null && seconds != Integer.MAX_VALUE;
    }

    private static Optional<Condition> failure(List<ReplicaSet> sets, Optional<ReplicaSet> newest) {
        return java.util.stream.Stream.concat(newest.stream(), sets.stream())
                .flatMap(s -> s.getStatus().getConditions().stream())
                .filter(c -> c.getType().equals("ReplicaFailure"))
                .map(c -> new Condition(c.getType(), c.getStatus(), c.getReason(), c.getMessage()))
                .findFirst();
    }

    /** As the API keeps it: what is none is no field. */
    static Map<String, @Nullable Object> fields(DeploymentStatus status, Progress progress) {
        var fields = new HashMap<String, @Nullable Object>();
        fields.put("observedGeneration", status.getObservedGeneration());
        fields.put("replicas", some(status.getReplicas()));
        fields.put("updatedReplicas", some(status.getUpdatedReplicas()));
        fields.put("readyReplicas", some(status.getReadyReplicas()));
        fields.put("availableReplicas", some(status.getAvailableReplicas()));
        fields.put("unavailableReplicas", some(status.getUnavailableReplicas()));
        fields.put("terminatingReplicas", status.getTerminatingReplicas());
        fields.put("collisionCount", status.getCollisionCount());
        fields.put("conditions", progress.all());
        return fields;
    }

    private static @Nullable Integer some(@Nullable Integer number) {
        return number == null || number == 0 ? null : number;
    }

    static int number(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    static int sum(List<ReplicaSet> sets, Function<ReplicaSet, @Nullable Integer> of) {
        return sets.stream().mapToInt(s -> number(of.apply(s))).sum();
    }
}
