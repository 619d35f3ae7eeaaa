package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The Pods of a Job: how they are made, what their ends mean, and how long to wait after failures. Pure. */
final class JobPods {

    static final String TRACKING = "batch.kubernetes.io/job-tracking";
    static final String FAILURES = "batch.kubernetes.io/job-index-failure-count";

    private static final String ENVIRONMENT = "JOB_COMPLETION_INDEX";
    private static final Duration FIRST_WAIT = Duration.ofSeconds(10);
    private static final Duration LAST_WAIT = Duration.ofMinutes(10);

    private JobPods() {}

    static boolean tracked(Pod pod) {
        return pod.getMetadata().getFinalizers().contains(TRACKING);
    }

    static boolean indexed(Job job) {
        return "Indexed".equals(job.getSpec().getCompletionMode());
    }

    /** Whether only Pods that have really ended are replaced, and not those on their way out. */
    static boolean waitsForTheEnd(Job job) {
        return job.getSpec().getPodFailurePolicy() != null || "Failed".equals(job.getSpec().getPodReplacementPolicy());
    }

    static boolean failed(Job job, Pod pod) {
        if (PodState.phase(pod).equals("Failed")) {
            return true;
        }
        return !waitsForTheEnd(job) && Cache.leaving(pod) && !PodState.phase(pod).equals("Succeeded");
    }

    static Pod of(Job job) {
        var pod = NewPods.of(job, job.getSpec().getTemplate());
        pod.getMetadata().getFinalizers().add(TRACKING);
        return pod;
    }

    static Pod of(Job job, int index, int failures) {
        var pod = of(job);
        var number = Integer.toString(index);
        pod.getMetadata().setGenerateName(job.getMetadata().getName() + "-" + number + "-");
        pod.getMetadata().getLabels().put(JobIndexes.INDEX, number);
        pod.getMetadata().getAnnotations().put(JobIndexes.INDEX, number);
        if (job.getSpec().getBackoffLimitPerIndex() != null) {
            pod.getMetadata().getAnnotations().put(FAILURES, Integer.toString(failures));
        }
        pod.getSpec().setHostname(job.getMetadata().getName() + "-" + number);
        Stream.concat(pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream()).forEach(JobPods::tellIndex);
        return pod;
    }

    private static void tellIndex(Container container) {
        if (container.getEnv().stream().anyMatch(e -> e.getName().equals(ENVIRONMENT))) {
            return;
        }
        var all = new ArrayList<>(container.getEnv());
        all.add(new EnvVarBuilder().withName(ENVIRONMENT).withNewValueFrom().withNewFieldRef()
                .withFieldPath("metadata.labels['" + JobIndexes.INDEX + "']").endFieldRef().endValueFrom().build());
        container.setEnv(all);
    }

    /** When a Pod ended, as far as it tells. */
    static Instant end(Pod pod, Instant now) {
        if (pod.getStatus() != null) {
            var last = pod.getStatus().getContainerStatuses().stream()
                    .map(c -> c.getState() == null || c.getState().getTerminated() == null ? null : c.getState().getTerminated().getFinishedAt())
                    .filter(Objects::nonNull).map(Instant::parse).max(Comparator.naturalOrder());
            if (last.isPresent()) {
                return last.get();
            }
            var ready = PodState.condition(pod, "Ready").map(c -> c.getLastTransitionTime());
            if (ready.isPresent()) {
                return Instant.parse(ready.get());
            }
        }
        return Cache.leaving(pod) ? Instant.parse(pod.getMetadata().getDeletionTimestamp()) : now;
    }

    /** How long to wait before the next Pod: ten seconds after a failure, twice as long after each further one, until one succeeds. */
    static Optional<Duration> wait(Job job, Collection<Pod> pods, Instant now) {
        var lastSuccess = pods.stream().filter(p -> PodState.phase(p).equals("Succeeded")).map(p -> end(p, now)).max(Comparator.naturalOrder()).orElse(Instant.MIN);
        var failures = pods.stream().filter(p -> failed(job, p)).map(p -> end(p, now)).filter(t -> t.isAfter(lastSuccess)).sorted().toList();
        if (failures.isEmpty()) {
            return Optional.empty();
        }
        var wait = FIRST_WAIT.multipliedBy(1L << Math.min(10, failures.size() - 1));
        var left = Duration.between(now, failures.getLast().plus(wait.compareTo(LAST_WAIT) > 0 ? LAST_WAIT : wait));
        return left.isPositive() ? Optional.of(left) : Optional.empty();
    }

    /** How often the containers of Pods that restart themselves have failed. */
    static int restarts(Pod pod) {
        return pod.getStatus() == null ? 0
                : Stream.concat(pod.getStatus().getInitContainerStatuses().stream(), pod.getStatus().getContainerStatuses().stream())
                        .mapToInt(c -> Numbers.of(c.getRestartCount())).sum();
    }
}
