package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Removes Jobs that have ended, as long after their end as they ask for. */
final class FinishedJobs implements Controller {

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<Job> jobs;
    private final ControlLoop loop;

    FinishedJobs(Writer writer, ControllersConfig config, Cache<Job> jobs) {
        this.writer = writer;
        this.config = config;
        this.jobs = jobs;
        this.loop = new ControlLoop("finishedjobs", 1, this::reconcile);
        jobs.onChange(j -> {
            if (j.getSpec().getTtlSecondsAfterFinished() != null && JobStatuses.finished(j)) {
                loop.add(Cache.key(j));
            }
        });
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        var job = jobs.find(key).filter(j -> j.getSpec().getTtlSecondsAfterFinished() != null && JobStatuses.finished(j) && !Cache.leaving(j));
        if (job.isEmpty()) {
            return Optional.empty();
        }
        var end = job.get().getStatus().getConditions().stream()
                .filter(c -> (c.getType().equals("Complete") || c.getType().equals("Failed")) && c.getStatus().equals("True"))
                .map(c -> Instant.parse(c.getLastTransitionTime())).findFirst().orElseThrow();
        var left = Duration.between(config.clock().instant(), end.plusSeconds(job.get().getSpec().getTtlSecondsAfterFinished()));
        if (left.isPositive()) {
            return Optional.of(left);
        }
        writer.delete(Writer.path(job.get()), job.get().getMetadata().getUid(), "Foreground");
        return Optional.empty();
    }

    @Override
    public void close() {
        loop.close();
    }
}
