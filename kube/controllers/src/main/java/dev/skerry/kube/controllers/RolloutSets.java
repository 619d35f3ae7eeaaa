package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The ReplicaSets of one Deployment while one look goes on: the newest, which holds its present template, and the old ones. */
final class RolloutSets {

    private final Writer writer;
    private final Recorder events;
    private final Deployment deployment;
    private final List<ReplicaSet> sets;
    private final Progress progress;
    private final boolean deadline;
    private final Written written;
    private final Surge surge;
    private int collisions;
    private String revision = "";

    RolloutSets(
            Writer writer, Recorder events, Deployment deployment, List<ReplicaSet> mine, Progress progress, boolean deadline, Written written) {
        this.writer = writer;
        this.events = events;
        this.deployment = deployment;
        this.sets = new ArrayList<>(mine);
        this.progress = progress;
        this.deadline = deadline;
        this.written = written;
        this.surge = Surge.of(deployment);
        this.collisions = deployment.getStatus() == null ? 0 : RolloutStatus.number(deployment.getStatus().getCollisionCount());
        sets.sort(Comparator.comparing((ReplicaSet s) -> s.getMetadata().getCreationTimestamp()).thenComparing(s -> s.getMetadata().getName()));
    }

    static int replicas(ReplicaSet set) {
        return set.getSpec().getReplicas() == null ? 1 : set.getSpec().getReplicas();
    }

    static int replicas(List<ReplicaSet> sets) {
        return sets.stream().mapToInt(RolloutSets::replicas).sum();
    }

    List<ReplicaSet> all() {
        return List.copyOf(sets);
    }

    /** The oldest of those with the present template: the others of it, if any, are old. */
    Optional<ReplicaSet> newest() {
        return sets.stream().filter(s -> Revisions.same(deployment.getSpec().getTemplate(), s)).findFirst();
    }

    List<ReplicaSet> old() {
        var newest = newest();
        return sets.stream().filter(s -> newest.isEmpty() || !s.getMetadata().getUid().equals(newest.get().getMetadata().getUid())).toList();
    }

    List<ReplicaSet> active() {
        return sets.stream().filter(s -> replicas(s) > 0).toList();
    }

    List<ReplicaSet> oldActive() {
        return old().stream().filter(s -> replicas(s) > 0).toList();
    }

    /** The one made last. */
    Optional<ReplicaSet> latest() {
        return sets.isEmpty() ? Optional.empty() : Optional.of(sets.getLast());
    }

    int collisions() {
        return collisions;
    }

    /** The revision that the Deployment is at; empty if that is not known yet. */
    String revision() {
        return revision;
    }

    /** Brings the newest set's annotations up to date, if there is one. */
    Optional<ReplicaSet> lookUp() {
        var newest = newest();
        if (newest.isEmpty() || Cache.leaving(deployment)) {
            return newest;
        }
        var set = newest.get();
        var fields = new HashMap<String, Object>();
        var annotations = Revisions.ofNewest(deployment, set, Revisions.newest(old()) + 1);
        if (!annotations.equals(Revisions.annotations(set))) {
            fields.put("metadata", Map.of("annotations", annotations));
        }
        var ready = RolloutStatus.number(deployment.getSpec().getMinReadySeconds());
        if (ready != RolloutStatus.number(set.getSpec().getMinReadySeconds())) {
            fields.put("spec", Map.of("minReadySeconds", ready));
        }
        if (!fields.isEmpty()) {
            set = replace(set, writer.merge(set, fields));
        }
        revision = Revisions.annotation(set, Revisions.REVISION);
        if (deadline && progress.find(Progress.PROGRESSING).isEmpty()) {
            progress.set(new Condition(Progress.PROGRESSING, "True", "FoundNewReplicaSet", "Found new replica set \"" + set.getMetadata().getName() + "\""));
        }
        return Optional.of(set);
    }

    ReplicaSet ensureNewest() {
        return lookUp().orElseGet(this::create);
    }

    private ReplicaSet create() {
        var template = deployment.getSpec().getTemplate();
        var hash = Revisions.hash(template, collisions);
        var next = Revisions.newest(sets) + 1;
        var set = new ReplicaSetBuilder()
                .withNewMetadata()
                .withNamespace(Cache.namespace(deployment))
                .withName(deployment.getMetadata().getName() + "-" + hash)
                .withLabels(template.getMetadata().getLabels())
                .addToLabels(Revisions.HASH, hash)
                .withAnnotations(Revisions.ofNewest(deployment, null, next))
                .withOwnerReferences(Claims.reference(deployment))
                .endMetadata()
                .withNewSpec()
                .withReplicas(nextSize(0))
                .withMinReadySeconds(deployment.getSpec().getMinReadySeconds())
                .withSelector(new LabelSelectorBuilder(deployment.getSpec().getSelector()).addToMatchLabels(Revisions.HASH, hash).build())
                .withTemplate(new PodTemplateSpecBuilder(template).editMetadata().addToLabels(Revisions.HASH, hash).endMetadata().build())
                .endSpec()
                .build();
        var name = set.getMetadata().getName();
        try {
            var made = writer.create(set);
            if (made.isEmpty()) {
                return taken(set);
            }
            sets.add(made.get());
            written.note(Cache.key(deployment), made.get());
            if (replicas(made.get()) > 0) {
                events.normal(deployment, "ScalingReplicaSet", "Scaled up replica set " + name + " from 0 to " + replicas(made.get()));
            }
            revision = Long.toString(next);
            if (deadline) {
                progress.set(new Condition(Progress.PROGRESSING, "True", "NewReplicaSetCreated", "Created new replica set \"" + name + "\""));
            }
            return made.get();
        } catch (KubernetesClientException e) {
            if (deadline && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                progress.set(new Condition(Progress.PROGRESSING, "False", "ReplicaSetCreateError",
                        "Failed to create new replica set \"" + name + "\": " + NewPods.reason(e)));
            }
            throw e;
        }
    }

    /** The name is there: ours, of which the cache does not know yet, or another template's, and then we count up and take another. */
    private ReplicaSet taken(ReplicaSet wished) {
        var live = writer.client().resource(wished).get();
        var ours = live != null
                && Cache.controllerOf(live).filter(c -> c.getUid().equals(deployment.getMetadata().getUid())).isPresent()
                && Revisions.same(deployment.getSpec().getTemplate(), live);
        if (!ours) {
            collisions++;
            throw new KubernetesClientException(
                    "replicasets.apps \"" + wished.getMetadata().getName() + "\" is of another template", HttpURLConnection.HTTP_CONFLICT, null);
        }
        sets.add(live);
        return live;
    }

    /** How large the newest set may be by now. */
    int nextSize(ReplicaSet newest) {
        return nextSize(replicas(newest));
    }

    private int nextSize(int now) {
        if (Rollout.recreates(deployment) || now > surge.replicas()) {
            return surge.replicas();
        }
        var room = surge.most() - replicas(sets);
        return room <= 0 ? now : now + Math.min(room, surge.replicas() - now);
    }

    /** Gives a set another size. @return whether that is a change */
    boolean scale(ReplicaSet set, int size) {
        var before = replicas(set);
        var noted = Revisions.annotations(set).entrySet().containsAll(Revisions.sizes(surge).entrySet());
        if (before == size && noted) {
            return false;
        }
        replace(set, writer.merge(set, Map.of("metadata", Map.of("annotations", Revisions.sizes(surge)), "spec", Map.of("replicas", size))));
        if (before == size) {
            return false;
        }
        events.normal(deployment, "ScalingReplicaSet",
                "Scaled " + (before < size ? "up" : "down") + " replica set " + set.getMetadata().getName() + " from " + before + " to " + size);
        return true;
    }

    void delete(ReplicaSet set) {
        writer.delete("/apis/apps/v1/namespaces/" + Cache.namespace(set) + "/replicasets/" + set.getMetadata().getName(), set.getMetadata().getUid(), "Background");
        sets.remove(set);
    }

    private ReplicaSet replace(ReplicaSet before, ReplicaSet now) {
        written.note(Cache.key(deployment), now);
        for (int i = 0; i < sets.size(); i++) {
            if (sets.get(i).getMetadata().getUid().equals(before.getMetadata().getUid())) {
                sets.set(i, now);
            }
        }
        return now;
    }
}
