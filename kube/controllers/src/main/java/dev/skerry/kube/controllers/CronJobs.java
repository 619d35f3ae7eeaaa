package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a Job of each CronJob whenever it is due, and removes the oldest that have ended. */
final class CronJobs implements Controller {

    private static final String SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp";
    private static final Duration SOON = Duration.ofMillis(100);
    private static final int MANY = 100;
    private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssXXX");
    private static final DateTimeFormatter MAIL = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", java.util.Locale.ENGLISH);

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<CronJob> cronJobs;
    private final Cache<Job> jobs;
    private final Recorder events;
    private final Written written;
    private final Written writtenSelf;
    private final ControlLoop loop;

    CronJobs(Writer writer, ControllersConfig config, Cache<CronJob> cronJobs, Cache<Job> jobs) {
        this.writer = writer;
        this.config = config;
        this.cronJobs = cronJobs;
        this.jobs = jobs;
        this.events = new Recorder(writer, config.clock(), "cronjob-controller");
        this.written = new Written(jobs);
        this.writtenSelf = new Written(cronJobs);
        this.loop = new ControlLoop("cronjobs", 1, this::reconcile);
        cronJobs.onChange(c -> loop.add(Cache.key(c)));
        jobs.onChange(j -> Cache.controllerOf(j).filter(c -> c.getKind().equals("CronJob"))
                .ifPresent(c -> loop.add(Cache.key(Cache.namespace(j), c.getName()))));
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        var found = cronJobs.find(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        if (!written.shown(key) || !writtenSelf.shown(key)) {
            return Optional.of(Written.SOON);
        }
        var cronJob = found.get();
        var mine = jobs.controlledBy(cronJob.getMetadata().getUid());
        trim(cronJob, mine);
        var look = new Look(cronJob, mine);
        look.take();
        Optional<Duration> next;
        try {
            next = look.schedule();
        } finally {
            look.tell();
        }
        return next;
    }

    private static Optional<String> end(Job job) {
        return job.getStatus() == null ? Optional.empty() : job.getStatus().getConditions().stream()
                .filter(c -> (c.getType().equals("Complete") || c.getType().equals("Failed")) && "True".equals(c.getStatus())).map(c -> c.getType()).findFirst();
    }

    private void trim(CronJob cronJob, List<Job> mine) {
        trim(mine.stream().filter(j -> end(j).filter("Complete"::equals).isPresent()).toList(), cronJob.getSpec().getSuccessfulJobsHistoryLimit(), cronJob);
        trim(mine.stream().filter(j -> end(j).filter("Failed"::equals).isPresent()).toList(), cronJob.getSpec().getFailedJobsHistoryLimit(), cronJob);
    }

    private void trim(List<Job> ended, @Nullable Integer limit, CronJob cronJob) {
        if (limit == null || ended.size() <= limit) {
            return;
        }
        ended.stream().filter(j -> !Cache.leaving(j))
                .sorted(Comparator.comparing((Job j) -> j.getStatus().getStartTime() == null ? "" : j.getStatus().getStartTime()).thenComparing(j -> j.getMetadata().getName()))
                .limit(ended.size() - limit).forEach(j -> delete(cronJob, j));
    }

    private void delete(CronJob cronJob, Job job) {
        writer.delete(job).ifPresent(a -> events.normal(cronJob, "SuccessfulDelete", "Deleted job " + job.getMetadata().getName()));
    }

    /** One look at one CronJob. */
    private final class Look {

        private final CronJob cronJob;
        private final List<Job> mine;
        private final List<ObjectReference> active = new ArrayList<>();
        private @Nullable String lastScheduled;
        private @Nullable String lastSuccess;

        Look(CronJob cronJob, List<Job> mine) {
            this.cronJob = cronJob;
            this.mine = mine;
            if (cronJob.getStatus() != null) {
                active.addAll(cronJob.getStatus().getActive());
                lastScheduled = cronJob.getStatus().getLastScheduleTime();
                lastSuccess = cronJob.getStatus().getLastSuccessfulTime();
            }
        }

        private boolean listed(Job job) {
            return active.stream().anyMatch(r -> job.getMetadata().getUid().equals(r.getUid()));
        }

        /** Takes in what has become of the Jobs. */
        void take() {
            for (var job : mine) {
                var end = end(job);
                if (end.isEmpty() && !listed(job)) {
                    events.warning(cronJob, "UnexpectedJob", "Saw a job that the controller did not create or forgot: " + job.getMetadata().getName());
                } else if (end.isPresent() && listed(job)) {
                    active.removeIf(r -> job.getMetadata().getUid().equals(r.getUid()));
                    events.normal(cronJob, "SawCompletedJob", "Saw completed job: " + job.getMetadata().getName() + ", condition: " + end.get());
                }
                if (end.filter("Complete"::equals).isPresent()) {
                    var time = job.getStatus().getCompletionTime();
                    if (time != null && (lastSuccess == null || Instant.parse(time).isAfter(Instant.parse(lastSuccess)))) {
                        lastSuccess = time;
                    }
                }
            }
            for (var reference : List.copyOf(active)) {
                var there = mine.stream().anyMatch(j -> j.getMetadata().getUid().equals(reference.getUid()));
                if (!there && writer.client().batch().v1().jobs().inNamespace(Cache.namespace(cronJob)).withName(reference.getName()).get() == null) {
                    events.normal(cronJob, "MissingJob", "Active job went missing: " + reference.getName());
                    active.remove(reference);
                }
            }
        }

        Optional<Duration> schedule() {
            if (Cache.leaving(cronJob) || Boolean.TRUE.equals(cronJob.getSpec().getSuspend())) {
                return Optional.empty();
            }
            CronSchedule schedule;
            try {
                schedule = new CronSchedule(cronJob.getSpec().getSchedule(), Optional.ofNullable(cronJob.getSpec().getTimeZone()));
            } catch (IllegalArgumentException e) {
                var zone = String.valueOf(e.getMessage()).startsWith("unknown time zone");
                events.warning(cronJob, zone ? "UnknownTimeZone" : "UnparseableSchedule", zone ? "invalid timeZone: \"" + cronJob.getSpec().getTimeZone() + "\": " + e.getMessage()
                        : "unparseable schedule: " + cronJob.getSpec().getSchedule() + " : " + e.getMessage());
                return Optional.empty();
            }
            var now = config.clock().instant();
            var due = due(schedule, now);
            if (due.isPresent() && !Objects.equals(lastScheduled, Condition.seconds(due.get()))) {
                run(schedule, due.get(), now);
            }
            return schedule.after(now).map(t -> Duration.between(now, t).plus(SOON));
        }

        /** The latest time that was due and has not been served. */
        private Optional<Instant> due(CronSchedule schedule, Instant now) {
            var from = Instant.parse(lastScheduled == null ? cronJob.getMetadata().getCreationTimestamp() : lastScheduled);
            var deadline = cronJob.getSpec().getStartingDeadlineSeconds();
            if (deadline != null && now.minusSeconds(deadline).isAfter(from)) {
                from = now.minusSeconds(deadline);
            }
            var first = schedule.after(from).filter(t -> !t.isAfter(now));
            if (first.isEmpty()) {
                return Optional.empty();
            }
            var last = first.get();
            var count = 1;
            for (var next = schedule.after(last); next.isPresent() && !next.get().isAfter(now); next = schedule.after(last)) {
                last = next.get();
                count++;
                if (count > MANY) {
                    // Not one by one: the last of them is near now.
                    var near = schedule.after(now.minus(Duration.ofDays(1))).filter(t -> !t.isAfter(now));
                    if (near.isPresent() && near.get().isAfter(last)) {
                        last = near.get();
                    }
                }
            }
            if (count > MANY) {
                events.warning(cronJob, "TooManyMissedTimes", "too many missed start times: " + count + ". Set or decrease .spec.startingDeadlineSeconds or check clock skew");
            }
            return Optional.of(last);
        }

        private void run(CronSchedule schedule, Instant due, Instant now) {
            var deadline = cronJob.getSpec().getStartingDeadlineSeconds();
            if (deadline != null && due.plusSeconds(deadline).isBefore(now)) {
                events.warning(cronJob, "MissSchedule", "Missed scheduled time to start a job: " + MAIL.format(due.atZone(java.time.ZoneOffset.UTC)));
                return;
            }
            var policy = cronJob.getSpec().getConcurrencyPolicy();
            if ("Forbid".equals(policy) && !active.isEmpty()) {
                events.normal(cronJob, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
                return;
            }
            if ("Replace".equals(policy)) {
                mine.stream().filter(this::listed).forEach(j -> delete(cronJob, j));
                active.clear();
            }
            var name = cronJob.getMetadata().getName() + "-" + due.getEpochSecond() / 60;
            var template = cronJob.getSpec().getJobTemplate();
            var meta = template.getMetadata();
            var annotations = new HashMap<String, String>(meta == null ? java.util.Map.of() : Numbers.labels(meta.getAnnotations()));
            annotations.put(SCHEDULED, OFFSET.format(due.atZone(schedule.zone())));
            var job = new JobBuilder().withNewMetadata().withNamespace(Cache.namespace(cronJob)).withName(name)
                    .withLabels(meta == null ? null : meta.getLabels()).withAnnotations(annotations)
                    .withOwnerReferences(Claims.reference(cronJob)).endMetadata().withSpec(template.getSpec()).build();
            try {
                var made = writer.create(job);
                if (made.isPresent()) {
                    events.normal(cronJob, "SuccessfulCreate", "Created job " + name);
                    written.note(Cache.key(cronJob), made.get());
                }
                var live = made.orElseGet(() -> writer.client().resource(job).get());
                if (live != null && !listed(live)) {
                    active.add(new ObjectReferenceBuilder().withKind("Job").withApiVersion("batch/v1").withNamespace(Cache.namespace(cronJob)).withName(name)
                            .withUid(live.getMetadata().getUid()).withResourceVersion(live.getMetadata().getResourceVersion()).build());
                }
                lastScheduled = Condition.seconds(due.truncatedTo(ChronoUnit.SECONDS));
            } catch (KubernetesClientException e) {
                if (!NewPods.namespaceLeaves(e)) {
                    events.warning(cronJob, "FailedCreate", "Error creating job: " + NewPods.reason(e));
                    throw e;
                }
            }
        }

        void tell() {
            var status = new HashMap<String, @Nullable Object>();
            status.put("active", active.isEmpty() ? null : active);
            status.put("lastScheduleTime", lastScheduled);
            status.put("lastSuccessfulTime", lastSuccess);
            if (!Cache.leaving(cronJob) && !Numbers.shows(writer, cronJob.getStatus(), status)) {
                writtenSelf.note(Cache.key(cronJob), writer.mergeStatus(cronJob, status));
            }
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
