package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;

/** Keeps the numbered Pods of each StatefulSet, with their claims, in order, and moves them from revision to revision. */
final class StatefulSets implements Controller {

    private static final String HASH = "controller.kubernetes.io/hash";

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<StatefulSet> sets;
    private final Cache<Pod> pods;
    private final Recorder events;
    private final History history;
    private final StatefulClaims claims;
    private final Written written;
    private final Written writtenSelf;
    private final ControlLoop loop;

    StatefulSets(
            Writer writer, ControllersConfig config, Cache<StatefulSet> sets, Cache<Pod> pods, Cache<ControllerRevision> revisions,
            Cache<PersistentVolumeClaim> volumeClaims) {
        this.writer = writer;
        this.config = config;
        this.sets = sets;
        this.pods = pods;
        this.events = new Recorder(writer, config.clock(), "statefulset-controller");
        this.history = new History(writer, revisions);
        this.claims = new StatefulClaims(writer, events, volumeClaims);
        this.written = new Written(pods);
        this.writtenSelf = new Written(sets);
        this.loop = new ControlLoop("statefulsets", 1, this::reconcile);
        sets.onChange(s -> loop.add(Cache.key(s)));
        Waking.owners(pods, "StatefulSet", sets, s -> s.getSpec().getSelector(), loop);
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        var found = sets.find(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        if (!written.shown(key) || !writtenSelf.shown(key) || !history.shown(key)) {
            return Optional.of(Written.SOON);
        }
        var set = found.get();
        var selection = new Selection(set.getSpec().getSelector());
        if (selection.empty()) {
            events.warning(set, "SelectingAll", "This statefulset is selecting all pods. A non-empty selector is required.");
            return Optional.empty();
        }
        var mine = new Claims<Pod>(writer, set, selection).claim(
                Waking.candidates(set, pods).stream().filter(p -> StatefulPods.ordinal(set, p) >= 0).toList(), p -> true, written);
        var revisions = history.of(set, set.getSpec().getSelector());
        var data = History.data(set.getSpec().getTemplate());
        var collisions = Numbers.of(set.getStatus() == null ? null : set.getStatus().getCollisionCount());
        var same = revisions.stream().filter(r -> History.same(r, data)).reduce((a, b) -> b);
        Optional<ControllerRevision> update;
        if (same.isPresent()) {
            update = Optional.of(same.get().equals(revisions.getLast()) ? same.get() : history.renumber(set, same.get(), History.next(revisions)));
        } else {
            update = Optional.empty();
            while (update.isEmpty()) {
                var hash = TemplateHash.name(data.toString() + (collisions == 0 ? "0" : Integer.toString(collisions)));
                update = history.create(set, Numbers.labels(set.getSpec().getTemplate().getMetadata().getLabels()), HASH, hash, data, History.next(revisions));
                collisions += update.isEmpty() ? 1 : 0;
            }
            revisions.add(update.get());
        }
        var target = update.get();
        var currentName = set.getStatus() == null ? "" : String.valueOf(set.getStatus().getCurrentRevision());
        var current = revisions.stream().filter(r -> r.getMetadata().getName().equals(currentName)).findFirst().orElse(target);

        var look = new StatefulRollout(writer, events, config.clock().instant(), set, mine, current, target, claims, r -> written.note(key, r));
        var status = look.run();
        status.put("observedGeneration", set.getMetadata().getGeneration());
        status.put("collisionCount", collisions);
        if (!Numbers.shows(writer, set.getStatus(), status)) {
            writtenSelf.note(key, writer.mergeStatus(set, status));
        }
        trim(set, mine, revisions, current, target);
        look.failure().ifPresent(e -> {
            throw e;
        });
        return mine.stream().flatMap(p -> PodState.availableIn(p, Numbers.of(set.getSpec().getMinReadySeconds()), config.clock().instant()).stream())
                .filter(d -> !d.isZero()).min(Comparator.naturalOrder());
    }

    private void trim(StatefulSet set, java.util.List<Pod> mine, java.util.List<ControllerRevision> revisions, ControllerRevision current, ControllerRevision update) {
        if (Cache.leaving(set)) {
            return;
        }
        var inUse = new HashSet<String>();
        inUse.add(current.getMetadata().getName());
        inUse.add(update.getMetadata().getName());
        mine.forEach(p -> inUse.add(Numbers.labels(p.getMetadata().getLabels()).getOrDefault(StatefulPods.REVISION, "")));
        var limit = set.getSpec().getRevisionHistoryLimit();
        history.trim(revisions, inUse, limit == null ? 10 : limit);
    }

    @Override
    public void close() {
        loop.close();
    }
}
