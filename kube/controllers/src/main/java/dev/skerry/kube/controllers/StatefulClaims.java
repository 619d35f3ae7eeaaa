package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The claims of a StatefulSet's Pods: made before their Pod, and owned by whom they shall go with. */
final class StatefulClaims {

    private final Writer writer;
    private final Recorder events;
    private final Cache<PersistentVolumeClaim> claims;

    StatefulClaims(Writer writer, Recorder events, Cache<PersistentVolumeClaim> claims) {
        this.writer = writer;
        this.events = events;
        this.claims = claims;
    }

    /** Makes the claims of one number that are missing. */
    void ensure(StatefulSet set, int ordinal) {
        for (var template : set.getSpec().getVolumeClaimTemplates()) {
            var name = StatefulPods.claimName(set, template, ordinal);
            if (claims.find(Cache.key(Cache.namespace(set), name)).isPresent()) {
                continue;
            }
            var labels = new HashMap<>(Numbers.labels(template.getMetadata().getLabels()));
            labels.putAll(Numbers.labels(set.getSpec().getSelector().getMatchLabels()));
            var claim = new PersistentVolumeClaimBuilder(template).editMetadata().withName(name).withNamespace(Cache.namespace(set)).withLabels(labels).endMetadata()
                    .withStatus(null).build();
            if (goesWithSet(set)) {
                claim.getMetadata().setOwnerReferences(List.of(Claims.reference(set)));
            }
            var pod = StatefulPods.name(set, ordinal);
            try {
                if (writer.create(claim).isPresent()) {
                    events.normal(set, "SuccessfulCreate", "create Claim " + name + " Pod " + pod + " in StatefulSet " + set.getMetadata().getName() + " success");
                }
            } catch (KubernetesClientException e) {
                events.warning(set, "FailedCreate", "create Claim " + name + " for Pod " + pod + " in StatefulSet " + set.getMetadata().getName() + " failed error: " + NewPods.reason(e));
                throw e;
            }
        }
    }

    /** Lets the claims of a Pod go with what the policy says. @param surplus whether the Pod is to go since the set was made smaller */
    void own(StatefulSet set, Pod pod, int ordinal, boolean surplus) {
        for (var template : set.getSpec().getVolumeClaimTemplates()) {
            var claim = claims.find(Cache.key(Cache.namespace(set), StatefulPods.claimName(set, template, ordinal)));
            if (claim.isEmpty() || Cache.leaving(claim.get())) {
                continue;
            }
            var wished = new ArrayList<OwnerReference>(claim.get().getMetadata().getOwnerReferences());
            wished.removeIf(r -> r.getUid().equals(set.getMetadata().getUid()) || r.getUid().equals(pod.getMetadata().getUid()));
            if (surplus && goesWithPod(set)) {
                wished.add(Claims.reference(pod));
            } else if (goesWithSet(set)) {
                wished.add(Claims.reference(set));
            }
            if (!uids(wished).equals(uids(claim.get().getMetadata().getOwnerReferences()))) {
                writer.merge((HasMetadata) claim.get(), Map.of("metadata", Map.of("ownerReferences", wished)));
            }
        }
    }

    private static List<String> uids(List<OwnerReference> owners) {
        return owners.stream().map(OwnerReference::getUid).sorted().toList();
    }

    private static boolean goesWithSet(StatefulSet set) {
        var policy = set.getSpec().getPersistentVolumeClaimRetentionPolicy();
        return policy != null && "Delete".equals(policy.getWhenDeleted());
    }

    private static boolean goesWithPod(StatefulSet set) {
        var policy = set.getSpec().getPersistentVolumeClaimRetentionPolicy();
        return policy != null && "Delete".equals(policy.getWhenScaled());
    }
}
