package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A Job's status while one look goes on. */
final class JobStatuses {

    final Set<String> uncountedSucceeded = new LinkedHashSet<>();
    final Set<String> uncountedFailed = new LinkedHashSet<>();
    final TreeSet<Integer> completed;
    final TreeSet<Integer> failedIndexes;
    int succeeded;
    int failed;
    int active;
    int ready;
    int terminating;
    @Nullable String startTime;
    @Nullable String completionTime;

    private final List<JobCondition> conditions;
    private final Job job;
    private final Instant now;

    JobStatuses(Job job, Instant now) {
        this.job = job;
        this.now = now;
        var status = job.getStatus() == null ? new io.fabric8.kubernetes.api.model.batch.v1.JobStatus() : job.getStatus();
        this.conditions = new ArrayList<>(status.getConditions());
        this.succeeded = Numbers.of(status.getSucceeded());
        this.failed = Numbers.of(status.getFailed());
        this.startTime = status.getStartTime();
        this.completionTime = status.getCompletionTime();
        var completions = job.getSpec().getCompletions() == null ? 0 : job.getSpec().getCompletions();
        this.completed = JobIndexes.parse(status.getCompletedIndexes(), completions);
        this.failedIndexes = JobIndexes.parse(status.getFailedIndexes(), completions);
        if (status.getUncountedTerminatedPods() != null) {
            uncountedSucceeded.addAll(status.getUncountedTerminatedPods().getSucceeded());
            uncountedFailed.addAll(status.getUncountedTerminatedPods().getFailed());
        }
    }

    static boolean finished(Job job) {
        return job.getStatus() != null && job.getStatus().getConditions().stream()
                .anyMatch(c -> (c.getType().equals("Complete") || c.getType().equals("Failed")) && c.getStatus().equals("True"));
    }

    Optional<JobCondition> find(String type) {
        return conditions.stream().filter(c -> c.getType().equals(type)).findFirst();
    }

    boolean holds(String type) {
        return find(type).filter(c -> c.getStatus().equals("True")).isPresent();
    }

    /** @return whether that is news */
    boolean set(String type, String status, String reason, String message) {
        var there = find(type);
        if (there.filter(c -> c.getStatus().equals(status)).isPresent()) {
            return false;
        }
        var time = Condition.seconds(now);
        var condition = new JobConditionBuilder().withType(type).withStatus(status).withReason(reason).withMessage(message)
                .withLastProbeTime(time).withLastTransitionTime(time).build();
        if (there.isPresent()) {
            conditions.set(conditions.indexOf(there.get()), condition);
        } else {
            conditions.add(condition);
        }
        return true;
    }

    Map<String, @Nullable Object> fields() {
        var fields = new HashMap<String, @Nullable Object>();
        fields.put("conditions", conditions.isEmpty() ? null : conditions);
        fields.put("startTime", startTime);
        fields.put("completionTime", completionTime);
        fields.put("active", Numbers.some(active));
        fields.put("succeeded", Numbers.some(succeeded));
        fields.put("failed", Numbers.some(failed));
        fields.put("ready", ready);
        fields.put("terminating", terminating);
        if (JobPods.indexed(job)) {
            fields.put("completedIndexes", completed.isEmpty() ? null : JobIndexes.format(completed));
            if (job.getSpec().getBackoffLimitPerIndex() != null) {
                fields.put("failedIndexes", JobIndexes.format(failedIndexes));
            }
        }
        var uncounted = new HashMap<String, @Nullable Object>();
        uncounted.put("succeeded", uncountedSucceeded.isEmpty() ? null : List.copyOf(uncountedSucceeded));
        uncounted.put("failed", uncountedFailed.isEmpty() ? null : List.copyOf(uncountedFailed));
        fields.put("uncountedTerminatedPods", uncounted);
        return fields;
    }
}
