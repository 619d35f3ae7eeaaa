package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Gives each Deployment a ReplicaSet of its present template, and moves the Pods over from the older ones as its strategy says. */
final class Deployments implements Controller {

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<Deployment> deployments;
    private final Cache<ReplicaSet> sets;
    private final Cache<Pod> pods;
    private final Recorder events;
    private final Written writtenSets;
    private final Written writtenSelf;
    private final ControlLoop loop;

    Deployments(Writer writer, ControllersConfig config, Cache<Deployment> deployments, Cache<ReplicaSet> sets, Cache<Pod> pods) {
        this.writer = writer;
        this.config = config;
        this.deployments = deployments;
        this.sets = sets;
        this.pods = pods;
        this.events = new Recorder(writer, config.clock(), "deployment-controller");
        this.writtenSets = new Written(sets);
        this.writtenSelf = new Written(deployments);
        this.loop = new ControlLoop("deployments", 2, this::reconcile);
        deployments.onChange(d -> loop.add(Cache.key(d)));
        sets.onChange(this::setChanged);
        pods.onChange(this::podChanged);
    }

    private void setChanged(ReplicaSet set) {
        var controller = Cache.controllerOf(set);
        if (controller.isPresent()) {
            if (controller.get().getKind().equals("Deployment")) {
                loop.add(Cache.key(Cache.namespace(set), controller.get().getName()));
            }
            return;
        }
        for (var deployment : deployments.inNamespace(Cache.namespace(set))) {
            if (new Selection(deployment.getSpec().getSelector()).test(set.getMetadata().getLabels())) {
                loop.add(Cache.key(deployment));
            }
        }
    }

    /** One that recreates waits for the last old Pod to go. */
    private void podChanged(Pod pod) {
        Cache.controllerOf(pod).filter(c -> c.getKind().equals("ReplicaSet"))
                .flatMap(c -> sets.find(Cache.key(Cache.namespace(pod), c.getName())))
                .flatMap(Cache::controllerOf).filter(c -> c.getKind().equals("Deployment"))
                .flatMap(c -> deployments.find(Cache.key(Cache.namespace(pod), c.getName())))
                .filter(Rollout::recreates)
                .ifPresent(d -> loop.add(Cache.key(d)));
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        var found = deployments.find(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        if (!writtenSets.shown(key) || !writtenSelf.shown(key)) {
            return Optional.of(Written.SOON);
        }
        var deployment = found.get();
        var selection = new Selection(deployment.getSpec().getSelector());
        if (selection.empty()) {
            events.warning(deployment, "SelectingAll", "This deployment is selecting all pods. A non-empty selector is required.");
            return Optional.empty();
        }
        var mine = new Claims<ReplicaSet>(writer, deployment, selection).claim(candidates(deployment), s -> true, writtenSets);
        var rollout = new Rollout(writer, events, config.clock().instant(), deployment, mine, this::podsOf, writtenSets);
        return rollout.run(d -> writtenSelf.note(key, d));
    }

    private List<ReplicaSet> candidates(Deployment deployment) {
        return sets.inNamespace(Cache.namespace(deployment)).stream()
                .filter(s -> Cache.controllerOf(s).map(c -> c.getUid().equals(deployment.getMetadata().getUid())).orElse(true))
                .toList();
    }

    private List<Pod> podsOf(ReplicaSet set) {
        return pods.controlledBy(set.getMetadata().getUid());
    }

    @Override
    public void close() {
        loop.close();
    }
}
