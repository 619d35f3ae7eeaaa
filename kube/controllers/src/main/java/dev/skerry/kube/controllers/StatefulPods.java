package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.HashSet;

/** What makes a Pod of a StatefulSet one of its numbers: name, labels, host name, claims. Pure. */
final class StatefulPods {

    static final String REVISION = "controller-revision-hash";

    private static final String NAME = "statefulset.kubernetes.io/pod-name";
    private static final String INDEX = "apps.kubernetes.io/pod-index";

    private StatefulPods() {}

    /** The Pod's number; -1 if its name is not one of the set's. */
    static int ordinal(StatefulSet set, Pod pod) {
        var prefix = set.getMetadata().getName() + "-";
        var name = pod.getMetadata().getName();
        var rest = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
        return rest.matches("[0-9]{1,9}") ? Integer.parseInt(rest) : -1;
    }

    static String name(StatefulSet set, int ordinal) {
        return set.getMetadata().getName() + "-" + ordinal;
    }

    static String revision(Pod pod) {
        return Numbers.labels(pod.getMetadata().getLabels()).getOrDefault(REVISION, "");
    }

    static Pod of(StatefulSet set, int ordinal, ControllerRevision revision) {
        var pod = NewPods.of(set, History.template(revision));
        pod.getMetadata().setName(name(set, ordinal));
        pod.getMetadata().getLabels().put(REVISION, revision.getMetadata().getName());
        pod.getSpec().setHostname(name(set, ordinal));
        pod.getSpec().setSubdomain(set.getSpec().getServiceName());
        identify(set, ordinal, pod);
        mount(set, ordinal, pod);
        return pod;
    }

    /** Gives the Pod the labels of its number. @return whether it lacked one */
    static boolean identify(StatefulSet set, int ordinal, Pod pod) {
        var labels = pod.getMetadata().getLabels();
        var first = !name(set, ordinal).equals(labels.put(NAME, name(set, ordinal)));
        return !Integer.toString(ordinal).equals(labels.put(INDEX, Integer.toString(ordinal))) || first;
    }

    private static void mount(StatefulSet set, int ordinal, Pod pod) {
        var volumes = new ArrayList<Volume>();
        var names = new HashSet<String>();
        for (var template : set.getSpec().getVolumeClaimTemplates()) {
            names.add(template.getMetadata().getName());
            volumes.add(new VolumeBuilder().withName(template.getMetadata().getName())
                    .withNewPersistentVolumeClaim().withClaimName(claimName(set, template, ordinal)).endPersistentVolumeClaim().build());
        }
        pod.getSpec().getVolumes().stream().filter(v -> !names.contains(v.getName())).forEach(volumes::add);
        pod.getSpec().setVolumes(volumes);
    }

    static String claimName(StatefulSet set, PersistentVolumeClaim template, int ordinal) {
        return template.getMetadata().getName() + "-" + name(set, ordinal);
    }
}
