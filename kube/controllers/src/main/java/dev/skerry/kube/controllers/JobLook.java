package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One look at one Job. A Pod that has ended is written down by its UID first, then let go, then counted: so none is counted twice or
 * forgotten, whenever we are stopped.
 */
final class JobLook {

    private static final int BURST = 500;

    private final Writer writer;
    private final Recorder events;
    private final Instant now;
    private final List<Pod> pods;
    private final LongConsumer written;
    private final Consumer<Job> told;
    private final JobStatuses status;
    private final NewPods newPods;
    private Job job;
    private @Nullable Duration comeBack;

    JobLook(Writer writer, Recorder events, Instant now, Job job, List<Pod> mine, LongConsumer written, Consumer<Job> told) {
        this.writer = writer;
        this.events = events;
        this.now = now;
        this.job = job;
        this.pods = new ArrayList<>(mine);
        this.written = written;
        this.told = told;
        this.status = new JobStatuses(job, now);
        this.newPods = new NewPods(writer, events);
    }

    Optional<Duration> run() {
        @Nullable KubernetesClientException failure = null;
        if (status.startTime == null && !suspended()) {
            status.startTime = Condition.seconds(now);
        }
        settle();
        judgeEnds();
        var end = verdict();
        try {
            if (end.isPresent()) {
                active().forEach(this::delete);
            } else if (!Cache.leaving(job)) {
                suspendOrResume();
                manage();
                end = complete();
            }
        } catch (KubernetesClientException e) {
            failure = e;
        }
        end.ifPresent(e -> status.set(e.type(), "True", e.reason(), e.message()));
        count();
        tell();
        letGo(end.filter(e -> e.type().equals("SuccessCriteriaMet")).isPresent());
        end.ifPresent(this::finish);
        tell();
        if (failure != null) {
            throw failure;
        }
        return Optional.ofNullable(comeBack);
    }

    private int completions() {
        return job.getSpec().getCompletions() == null ? 0 : job.getSpec().getCompletions();
    }

    private boolean suspended() {
        return Boolean.TRUE.equals(job.getSpec().getSuspend());
    }

    private List<Pod> active() {
        return pods.stream().filter(PodState::active).toList();
    }

    private int terminating() {
        return (int) pods.stream().filter(p -> Cache.leaving(p) && !PodState.finished(p)).count();
    }

    /** Counts those that were written down and let go before. */
    private void settle() {
        var held = pods.stream().filter(JobPods::tracked).map(p -> p.getMetadata().getUid()).toList();
        var good = status.uncountedSucceeded.size();
        status.uncountedSucceeded.removeIf(u -> !held.contains(u));
        status.succeeded += good - status.uncountedSucceeded.size();
        var bad = status.uncountedFailed.size();
        status.uncountedFailed.removeIf(u -> !held.contains(u));
        status.failed += bad - status.uncountedFailed.size();
    }

    /** Writes down what has ended since. */
    private void judgeEnds() {
        for (var pod : pods) {
            if (!JobPods.tracked(pod)) {
                continue;
            }
            var uid = pod.getMetadata().getUid();
            if (PodState.phase(pod).equals("Succeeded")) {
                if (JobPods.indexed(job)) {
                    var index = JobIndexes.of(pod);
                    if (index >= 0 && index < completions()) {
                        status.completed.add(index);
                    }
                } else {
                    status.uncountedSucceeded.add(uid);
                }
            } else if (JobPods.failed(job, pod)) {
                var verdict = JobPolicy.of(job, pod).action();
                if (!verdict.equals("Ignore") && status.uncountedFailed.size() < BURST) {
                    status.uncountedFailed.add(uid);
                }
                judgeIndex(pod, verdict);
            }
        }
        if (JobPods.indexed(job)) {
            status.succeeded = status.completed.size();
        }
    }

    private void judgeIndex(Pod pod, String verdict) {
        var limit = job.getSpec().getBackoffLimitPerIndex();
        var index = JobIndexes.of(pod);
        if (limit == null || index < 0 || index >= completions() || status.completed.contains(index)) {
            return;
        }
        if (verdict.equals("FailIndex") || !verdict.equals("Ignore") && failuresBefore(pod) + 1 > limit) {
            status.failedIndexes.add(index);
        }
    }

    private static int failuresBefore(Pod pod) {
        var text = Revisions.annotation(pod, JobPods.FAILURES);
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    private int succeeded() {
        return status.succeeded + status.uncountedSucceeded.size();
    }

    private int failed() {
        return status.failed + status.uncountedFailed.size();
    }

    /** Why the Job is to end now; the first reason counts, and stays. */
    private Optional<Condition> verdict() {
        var before = status.find("FailureTarget").or(() -> status.find("SuccessCriteriaMet")).filter(c -> c.getStatus().equals("True"));
        if (before.isPresent()) {
            return before.map(c -> new Condition(c.getType(), "True", c.getReason(), c.getMessage()));
        }
        var refused = pods.stream().filter(p -> PodState.phase(p).equals("Failed")).map(p -> JobPolicy.of(job, p)).filter(v -> v.action().equals("FailJob")).findFirst();
        if (refused.isPresent()) {
            return fails("PodFailurePolicy", refused.get().message());
        }
        var limit = job.getSpec().getBackoffLimit() == null ? 6 : job.getSpec().getBackoffLimit();
        if (failed() > limit || restartedTooOften(limit)) {
            return fails("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }
        var seconds = job.getSpec().getActiveDeadlineSeconds();
        if (seconds != null && !suspended() && status.startTime != null) {
            var left = Duration.between(now, Instant.parse(status.startTime).plusSeconds(seconds));
            if (!left.isPositive()) {
                return fails("DeadlineExceeded", "Job was active longer than specified deadline");
            }
            wait(left);
        }
        if (JobPods.indexed(job)) {
            var most = job.getSpec().getMaxFailedIndexes();
            if (most != null && status.failedIndexes.size() > most) {
                return fails("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
            }
            if (!status.failedIndexes.isEmpty() && status.failedIndexes.size() + status.completed.size() >= completions()) {
                return fails("FailedIndexes", "Job has failed indexes");
            }
            return JobPolicy.success(job, status.completed, completions())
                    .map(rule -> new Condition("SuccessCriteriaMet", "True", "SuccessPolicy", "Matched rules at index " + rule));
        }
        return Optional.empty();
    }

    private static Optional<Condition> fails(String reason, String message) {
        return Optional.of(new Condition("FailureTarget", "True", reason, message));
    }

    private boolean restartedTooOften(int limit) {
        if (!"OnFailure".equals(job.getSpec().getTemplate().getSpec().getRestartPolicy())) {
            return false;
        }
        var restarts = pods.stream().filter(p -> PodState.phase(p).equals("Running") || PodState.phase(p).equals("Pending")).mapToInt(JobPods::restarts).sum();
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    private Optional<Condition> complete() {
        var enough = job.getSpec().getCompletions() == null ? succeeded() > 0 : succeeded() >= completions();
        return enough && active().isEmpty() && !suspended()
                ? Optional.of(new Condition("SuccessCriteriaMet", "True", "CompletionsReached", "Reached expected number of succeeded pods")) : Optional.empty();
    }

    private void suspendOrResume() {
        if (suspended()) {
            if (status.set("Suspended", "True", "JobSuspended", "Job suspended")) {
                events.normal(job, "Suspended", "Job suspended");
            }
        } else if (status.holds("Suspended") && status.set("Suspended", "False", "JobResumed", "Job resumed")) {
            status.startTime = Condition.seconds(now);
            events.normal(job, "Resumed", "Job resumed");
        }
    }

    /** Makes or deletes Pods. */
    private void manage() {
        var active = active();
        if (suspended()) {
            active.forEach(this::delete);
            return;
        }
        var parallel = job.getSpec().getParallelism() == null ? 1 : job.getSpec().getParallelism();
        int wanted;
        if (job.getSpec().getCompletions() == null) {
            wanted = succeeded() > 0 ? Math.min(active.size(), parallel) : parallel;
        } else {
            wanted = Math.min(Math.max(0, completions() - succeeded() - status.failedIndexes.size()), parallel);
        }
        if (active.size() > wanted) {
            PodRank.firstToGo(active, active, active.size() - wanted, now).forEach(this::delete);
            return;
        }
        var missing = Math.min(BURST, wanted - active.size() - (JobPods.waitsForTheEnd(job) ? terminating() : 0));
        if (missing <= 0) {
            return;
        }
        var wait = JobPods.wait(job, pods, now);
        if (wait.isPresent() && job.getSpec().getBackoffLimitPerIndex() == null) {
            wait(wait.get());
            return;
        }
        if (JobPods.indexed(job)) {
            createIndexed(missing);
        } else {
            for (int i = 0; i < missing && create(JobPods.of(job)); i++) {
                continue;
            }
        }
    }

    private void createIndexed(int missing) {
        var left = missing;
        for (int index = 0; index < completions() && left > 0; index++) {
            var number = index;
            var of = pods.stream().filter(p -> JobIndexes.of(p) == number).toList();
            if (status.completed.contains(number) || status.failedIndexes.contains(number) || of.stream().anyMatch(PodState::active)
                    || JobPods.waitsForTheEnd(job) && of.stream().anyMatch(p -> Cache.leaving(p) && !PodState.finished(p))) {
                continue;
            }
            var failures = of.stream().filter(p -> JobPods.failed(job, p))
                    .mapToInt(p -> failuresBefore(p) + (JobPolicy.of(job, p).action().equals("Ignore") ? 0 : 1)).max().orElse(0);
            var wait = job.getSpec().getBackoffLimitPerIndex() == null ? Optional.<Duration>empty() : JobPods.wait(job, of, now);
            if (wait.isPresent()) {
                wait(wait.get());
                continue;
            }
            if (!create(JobPods.of(job, number, failures))) {
                return;
            }
            left--;
        }
    }

    private boolean create(Pod pod) {
        var made = newPods.create(job, pod);
        made.ifPresent(p -> {
            written.accept(Long.parseLong(p.getMetadata().getResourceVersion()));
            pods.add(p);
        });
        return made.isPresent();
    }

    private void delete(Pod pod) {
        newPods.delete(job, pod).ifPresent(written);
        pods.remove(pod);
        if (JobPods.tracked(pod)) {
            pods.add(new io.fabric8.kubernetes.api.model.PodBuilder(pod).editMetadata().withDeletionTimestamp(Condition.seconds(now)).endMetadata().build());
        }
    }

    private void count() {
        status.active = active().size();
        status.ready = (int) active().stream().filter(PodState::ready).count();
        status.terminating = terminating();
    }

    private void tell() {
        Map<String, @Nullable Object> fields = status.fields();
        if (!Numbers.shows(writer, job.getStatus(), fields)) {
            job = writer.mergeStatus(job, fields);
            told.accept(job);
        }
    }

    /**
     * Lets go of the Pods that are written down, and counts them.
     *
     * @param done whether the Job has what it wants: how the others end is of no interest then
     */
    private void letGo(boolean done) {
        for (var pod : List.copyOf(pods)) {
            var uid = pod.getMetadata().getUid();
            var ended = done || PodState.finished(pod) || status.uncountedFailed.contains(uid);
            if (!JobPods.tracked(pod) || !ended) {
                continue;
            }
            var left = pod.getMetadata().getFinalizers().stream().filter(f -> !f.equals(JobPods.TRACKING)).toList();
            try {
                var freed = writer.mergeAnyVersion(pod, Map.of("metadata", Map.of("uid", uid, "finalizers", left)));
                // Or it would be counted again from an older view of it.
                written.accept(Long.parseLong(freed.getMetadata().getResourceVersion()));
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
            }
            if (status.uncountedSucceeded.remove(uid)) {
                status.succeeded++;
            }
            if (status.uncountedFailed.remove(uid)) {
                status.failed++;
            }
        }
    }

    /** Ends the Job when its last Pod has. */
    private void finish(Condition end) {
        if (status.terminating > 0 || status.active > 0 || !status.uncountedSucceeded.isEmpty() || !status.uncountedFailed.isEmpty()) {
            return;
        }
        if (end.type().equals("FailureTarget")) {
            status.set("Failed", "True", end.reason(), end.message());
            events.warning(job, end.reason(), end.message());
        } else {
            status.set("Complete", "True", end.reason(), end.message());
            status.completionTime = Condition.seconds(now);
            events.normal(job, "Completed", "Job completed");
        }
    }

    private void wait(Duration duration) {
        comeBack = comeBack == null || duration.compareTo(comeBack) < 0 ? duration : comeBack;
    }
}
