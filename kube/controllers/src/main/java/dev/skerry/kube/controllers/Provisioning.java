package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.Map;
import java.util.Optional;

/** What a claim is told that no present volume suits: that somebody makes one for it, or that nobody will. */
final class Provisioning {

    static final String BY = "pv.kubernetes.io/provisioned-by";

    private static final String WISHED = "volume.kubernetes.io/storage-provisioner";
    private static final String WISHED_BEFORE = "volume.beta.kubernetes.io/storage-provisioner";
    private static final String NOBODY = "kubernetes.io/no-provisioner";

    private final Writer writer;
    private final Recorder events;

    Provisioning(Writer writer, Recorder events) {
        this.writer = writer;
        this.events = events;
    }

    /** Asked each time: classes are few and seldom wanted, so nobody watches them. */
    private Optional<StorageClass> find(PersistentVolumeClaim claim) {
        var name = VolumeMatch.storageClass(claim);
        return name.isEmpty() ? Optional.empty() : Optional.ofNullable(writer.client().storage().v1().storageClasses().withName(name).get());
    }

    boolean waitsForAPod(PersistentVolumeClaim claim) {
        return find(claim).filter(c -> "WaitForFirstConsumer".equals(c.getVolumeBindingMode())).isPresent();
    }

    void ask(PersistentVolumeClaim claim) {
        var name = VolumeMatch.storageClass(claim);
        if (name.isEmpty()) {
            events.normal(claim, "FailedBinding", "no persistent volumes available for this claim and no storage class is set");
            return;
        }
        var known = find(claim);
        if (known.isEmpty()) {
            events.warning(claim, "ProvisioningFailed", "storageclass.storage.k8s.io \"" + name + "\" not found");
            return;
        }
        var provisioner = known.get().getProvisioner();
        if (provisioner.equals(NOBODY)) {
            events.normal(claim, "FailedBinding", "no persistent volumes available for this claim and no storage class is set");
            return;
        }
        if (!provisioner.equals(Revisions.annotation(claim, WISHED))) {
            writer.mergeAnyVersion(claim, Map.of("metadata", Map.of("annotations", Map.of(WISHED, provisioner, WISHED_BEFORE, provisioner))));
        }
        events.normal(claim, "ExternalProvisioning", "Waiting for a volume to be created either by the external provisioner '" + provisioner
                + "' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.");
    }
}
