package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Runs the Pods of each Job until enough of them have succeeded, or it is clear that they will not. */
final class Jobs implements Controller {

    static final String OURS = "kubernetes.io/job-controller";
    /** Pods that track a Job which is no longer theirs have keys of their own. */
    private static final String ORPHAN = "orphan ";

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<Job> jobs;
    private final Cache<Pod> pods;
    private final Recorder events;
    private final Written written;
    private final Written writtenSelf;
    private final ControlLoop loop;

    Jobs(Writer writer, ControllersConfig config, Cache<Job> jobs, Cache<Pod> pods) {
        this.writer = writer;
        this.config = config;
        this.jobs = jobs;
        this.pods = pods;
        this.events = new Recorder(writer, config.clock(), "job-controller");
        this.written = new Written(pods);
        this.writtenSelf = new Written(jobs);
        this.loop = new ControlLoop("jobs", 2, this::reconcile);
        jobs.onChange(j -> loop.add(Cache.key(j)));
        Waking.owners(pods, "Job", jobs, j -> j.getSpec().getSelector(), loop);
        pods.onChange(p -> {
            if (JobPods.tracked(p)) {
                loop.add(ORPHAN + Cache.key(p));
            }
        });
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        if (key.startsWith(ORPHAN)) {
            return free(key.substring(ORPHAN.length()));
        }
        var found = jobs.find(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var job = found.get();
        var manager = job.getSpec().getManagedBy();
        if (manager != null && !manager.equals(OURS)) {
            return Optional.empty();
        }
        if (!written.shown(key) || !writtenSelf.shown(key)) {
            return Optional.of(Written.SOON);
        }
        if (job.getSpec().getSelector() == null) {
            return Optional.empty();
        }
        var mine = new Claims<Pod>(writer, job, new Selection(job.getSpec().getSelector())).claim(Waking.candidates(job, pods), PodState::active, written);
        if (JobStatuses.finished(job)) {
            mine.stream().filter(JobPods::tracked).forEach(this::release);
            return Optional.empty();
        }
        return new JobLook(writer, events, config.clock().instant(), job, mine, revision -> written.note(key, revision), j -> writtenSelf.note(key, j)).run();
    }

    /** Lets go of a Pod whose Job is no longer there, or no longer its owner. */
    private Optional<Duration> free(String key) {
        var pod = pods.find(key).filter(JobPods::tracked);
        if (pod.isEmpty()) {
            return Optional.empty();
        }
        var owner = Cache.controllerOf(pod.get()).filter(c -> c.getKind().equals("Job"));
        if (owner.isPresent()) {
            var name = owner.get().getName();
            var uid = owner.get().getUid();
            if (jobs.find(Cache.key(Cache.namespace(pod.get()), name)).filter(j -> j.getMetadata().getUid().equals(uid)).isPresent()) {
                return Optional.empty();
            }
            // The cache of Jobs may be behind that of Pods.
            var live = writer.client().batch().v1().jobs().inNamespace(Cache.namespace(pod.get())).withName(name).get();
            if (live != null && live.getMetadata().getUid().equals(uid)) {
                return Optional.empty();
            }
        }
        release(pod.get());
        return Optional.empty();
    }

    private void release(Pod pod) {
        writer.merge(pod, Map.of("metadata", Map.of("finalizers", pod.getMetadata().getFinalizers().stream().filter(f -> !f.equals(JobPods.TRACKING)).toList())));
    }

    @Override
    public void close() {
        loop.close();
    }
}
