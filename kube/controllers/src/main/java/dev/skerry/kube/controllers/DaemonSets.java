package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;

/** Keeps one Pod of each DaemonSet on every node that it is meant for. */
final class DaemonSets implements Controller {

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<DaemonSet> sets;
    private final Cache<Node> nodes;
    private final Cache<Pod> pods;
    private final Recorder events;
    private final History history;
    private final Written written;
    private final Written writtenSelf;
    private final ControlLoop loop;

    DaemonSets(Writer writer, ControllersConfig config, Cache<DaemonSet> sets, Cache<Node> nodes, Cache<Pod> pods, Cache<ControllerRevision> revisions) {
        this.writer = writer;
        this.config = config;
        this.sets = sets;
        this.nodes = nodes;
        this.pods = pods;
        this.events = new Recorder(writer, config.clock(), "daemonset-controller");
        this.history = new History(writer, revisions);
        this.written = new Written(pods);
        this.writtenSelf = new Written(sets);
        this.loop = new ControlLoop("daemonsets", 1, this::reconcile);
        sets.onChange(s -> loop.add(Cache.key(s)));
        Waking.owners(pods, "DaemonSet", sets, s -> s.getSpec().getSelector(), loop);
        nodes.onChanged(DaemonSets::sameForUs, n -> sets.all().forEach(s -> loop.add(Cache.key(s))));
    }

    /** A heartbeat moves no Pod. */
    private static boolean sameForUs(Node before, Node now) {
        return java.util.Objects.equals(before.getSpec(), now.getSpec()) && Numbers.labels(before.getMetadata().getLabels()).equals(Numbers.labels(now.getMetadata().getLabels()))
                && Cache.leaving(before) == Cache.leaving(now);
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
            events.warning(set, "SelectingAll", "This daemon set is selecting all pods. A non-empty selector is required.");
            return Optional.empty();
        }
        if (Cache.leaving(set)) {
            return Optional.empty();
        }
        var mine = new Claims<Pod>(writer, set, selection).claim(Waking.candidates(set, pods), p -> true, written);
        var revisions = history.of(set, set.getSpec().getSelector());
        var current = current(set, revisions);
        var hash = Numbers.labels(current.getMetadata().getLabels()).getOrDefault(StatefulPods.REVISION, "");
        var look = new DaemonRollout(events, config.clock().instant(), set, hash, nodes.all(), mine,
                new NewPods(writer, events), revision -> written.note(key, revision));
        Optional<KubernetesClientException> failure = Optional.empty();
        try {
            look.run();
        } catch (KubernetesClientException e) {
            failure = Optional.of(e);
        }
        var status = look.counts();
        if (!Numbers.shows(writer, set.getStatus(), status)) {
            writtenSelf.note(key, writer.mergeStatus(set, status));
        }
        var inUse = new HashSet<String>();
        inUse.add(current.getMetadata().getName());
        mine.forEach(p -> inUse.add(set.getMetadata().getName() + "-" + StatefulPods.revision(p)));
        history.trim(revisions, inUse, set.getSpec().getRevisionHistoryLimit() == null ? 10 : set.getSpec().getRevisionHistoryLimit());
        failure.ifPresent(e -> {
            throw e;
        });
        return mine.stream().flatMap(p -> PodState.availableIn(p, Numbers.of(set.getSpec().getMinReadySeconds()), config.clock().instant()).stream())
                .filter(d -> !d.isZero()).min(Comparator.naturalOrder());
    }

    private ControllerRevision current(DaemonSet set, java.util.List<ControllerRevision> revisions) {
        var data = History.data(set.getSpec().getTemplate());
        var same = revisions.stream().filter(r -> History.same(r, data)).reduce((a, b) -> b);
        if (same.isPresent()) {
            return same.get().equals(revisions.getLast()) ? same.get() : history.renumber(set, same.get(), History.next(revisions));
        }
        var collisions = Numbers.of(set.getStatus() == null ? null : set.getStatus().getCollisionCount());
        while (true) {
            var hash = Revisions.hash(set.getSpec().getTemplate(), collisions);
            var made = history.create(set, Numbers.labels(set.getSpec().getTemplate().getMetadata().getLabels()), StatefulPods.REVISION, hash, data, History.next(revisions));
            if (made.isPresent()) {
                return made.get();
            }
            collisions++;
            var counted = writer.mergeStatus(set, java.util.Map.of("collisionCount", collisions));
            writtenSelf.note(Cache.key(set), counted);
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
